//! Emulators with other settings than the usual ones.

use std::sync::mpsc;
use std::time::Duration;

use apideck_vault_emulator::{Answer, Emulator};
use serde_json::json;

use crate::client::{PATIENCE, Request, exchange, send};
use crate::connections::session;

#[test]
fn a_session_uri_can_lead_to_the_emulator_itself() {
    let emulator = Emulator::builder().hosted().start().unwrap();
    let host = emulator.address().to_string();
    let created = exchange(&emulator, &Request::good().with("host", host));
    let data = &created.json()["data"];
    let token = data["session_token"].as_str().unwrap();
    let uri = format!("{}/session/{token}", emulator.url());
    assert_eq!(data["session_uri"], uri);
}

#[test]
fn an_emulator_can_accept_any_key_and_app() {
    let emulator = Emulator::builder().accept_any_key().start().unwrap();
    let request = Request::good()
        .with("authorization", "Bearer mine")
        .with("x-apideck-app-id", "my-app");
    let created = exchange(&emulator, &request).json();
    let token = created["data"]["session_token"].as_str().unwrap();
    assert_eq!(emulator.verify(token).unwrap()["application_id"], "my-app");
    let keyless = Request::good().without("authorization");
    assert_eq!(exchange(&emulator, &keyless).status, 401);
}

#[test]
fn a_limit_on_sessions_refuses_longer_ones_and_shortens_the_usual_hour() {
    let limit = Duration::from_secs(90);
    let emulator = Emulator::builder().longest_session(limit).start().unwrap();
    let lasts = |fields| {
        let claims = emulator.verify(&session(&emulator, "c", &fields)).unwrap();
        claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap()
    };
    assert_eq!(lasts(json!({})), 90);
    assert_eq!(lasts(json!({"settings": {"session_length": "1m"}})), 60);
    let long = json!({"settings": {"session_length": "2m"}}).to_string();
    let refused = exchange(&emulator, &Request::good().body(long));
    assert_eq!(refused.status, 400);
    let detail = "Invalid Value: settings.session_length must be at most 90s";
    assert_eq!(refused.json()["detail"], detail);
}

#[test]
fn a_log_gets_every_answer_with_what_was_wrong_and_no_secret() {
    let (log, logged) = mpsc::channel();
    let log = move |exchange: &_| log.send(format!("{exchange:?}")).unwrap();
    let emulator = Emulator::builder().on_exchange(log).start().unwrap();
    let token = session(&emulator, "c", &json!({}));
    let at = |path: &str| Request::good().start(&format!("GET {path} HTTP/1.1"));
    exchange(
        &emulator,
        &Request::good().with("authorization", "Bearer wrong-key"),
    );
    exchange(&emulator, &at(&format!("/sessions/{token}?key={token}")));
    emulator.script([Answer::reset(), Answer::hang()]);
    send(&emulator, &Request::good());
    emulator.wait_for_requests(4, PATIENCE).unwrap();
    let hanging = send(&emulator, &Request::good());
    let lines: Vec<_> = (0..5)
        .map(|_| logged.recv_timeout(PATIENCE).unwrap())
        .collect();
    drop(hanging);
    for (line, wanted) in lines.iter().zip([
        "path: \"/vault/sessions\", status: Some(200), problem: None",
        "problem: Some(\"Unauthorized Request: Invalid API key\"), is_unknown: false",
        "path: \"/sessions/…\", status: Some(404), problem: Some(\"Unknown Path: Nothing is at /sessions/…\"), is_unknown: true",
        "status: None",
        "status: None",
    ]) {
        assert!(line.contains(wanted), "{line}");
        assert!(!line.contains("wrong-key") && !line.contains(&token), "{line}");
    }
}
