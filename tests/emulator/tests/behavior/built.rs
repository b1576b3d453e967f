//! Emulators with other settings than the usual ones.

use std::sync::{Arc, Mutex, mpsc};
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

#[test]
fn only_the_latest_requests_are_kept_and_a_test_can_forget_them() {
    let emulator = Emulator::builder().kept_requests(3).start().unwrap();
    for number in 0..5 {
        let consumer = format!("c{number}");
        exchange(
            &emulator,
            &Request::good().with("x-apideck-consumer-id", consumer),
        );
    }
    let consumers = |emulator: &Emulator| -> Vec<String> {
        let requests = emulator.requests();
        let all = requests.iter();
        all.map(|one| one.header("x-apideck-consumer-id").unwrap().to_owned())
            .collect()
    };
    assert_eq!(consumers(&emulator), ["c2", "c3", "c4"]);
    // Those that were dropped have arrived all the same.
    emulator.wait_for_requests(5, PATIENCE).unwrap();

    emulator.clear();
    assert_eq!(consumers(&emulator), [""; 0]);
    exchange(&emulator, &Request::good());
    assert_eq!(emulator.requests().len(), 1);
    assert!(emulator.wait_for_requests(2, Duration::ZERO).is_err());
}

#[test]
fn a_kept_request_holds_on_to_no_more_than_its_own_bytes() {
    let emulator = Emulator::start().unwrap();
    let mut connection = crate::client::Connection::open(&emulator);
    connection.send(&Request::good().and("x-one", "1").and("x-two", "2").bytes());
    connection.receive();
    let requests = emulator.requests();
    let place = |name: &str| requests[0].headers[name].as_bytes().as_ptr() as usize;
    // In the buffer that they were read into, there are 10 bytes from one to the other.
    assert_ne!(
        place("x-one").abs_diff(place("x-two")),
        "1\r\nx-two: ".len()
    );
}

#[test]
fn a_body_that_is_too_large_is_not_read_to_its_end() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&log);
    let emulator = Emulator::builder()
        .largest_body(1000)
        .on_exchange(move |exchange| keep.lock().unwrap().push(exchange.clone()))
        .start()
        .unwrap();
    let fits = Request::good().body(format!("{{{}}}", " ".repeat(998)));
    assert_eq!(exchange(&emulator, &fits).status, 200);
    let large = Request::good().body(format!("{{{}}}", " ".repeat(999)));
    let refused = exchange(&emulator, &large);
    assert_eq!(refused.status, 413);
    assert_eq!(refused.json()["error"], "Payload Too Large");

    // One that never ends is refused as well, and the client can read the answer.
    let mut endless = crate::client::Connection::open(&emulator);
    let start = String::from_utf8(Request::good().bytes()).unwrap();
    let start = start.replace("content-length: 0", "transfer-encoding: chunked");
    endless.send(start.as_bytes());
    for _ in 0..200 {
        endless.send(b"64\r\n");
        endless.send(&[b' '; 100]);
        endless.send(b"\r\n");
    }
    assert_eq!(endless.receive().status, 413);
    // That is an end, and no reset because of what was not read.
    assert_eq!(endless.rest(), b"");
    assert_eq!(emulator.requests().len(), 1);

    let log = log.lock().unwrap();
    let seen: Vec<_> = (log.iter())
        .map(|exchange| {
            (
                exchange.status.unwrap().as_u16(),
                exchange.problem.as_deref(),
            )
        })
        .collect();
    let refused = (
        413,
        Some("Payload Too Large: The body is larger than 1000 bytes"),
    );
    assert_eq!(seen, [(200, None), refused, refused]);
}

#[test]
fn only_a_path_that_is_not_there_is_unknown_to_a_log() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&log);
    let emulator = Emulator::builder()
        .on_exchange(move |exchange| keep.lock().unwrap().push(exchange.is_unknown))
        .start()
        .unwrap();
    for path in ["/vault/nothing", "/vault/connections/crm/nobody-crm"] {
        let request = Request::good().start(&format!("GET {path} HTTP/1.1"));
        assert_eq!(exchange(&emulator, &request).status, 404);
    }
    assert_eq!(*log.lock().unwrap(), [true, false]);
}

#[test]
fn a_client_that_does_not_finish_its_request_is_left() {
    let patience = Duration::from_millis(50);
    let emulator = Emulator::builder().patience(patience).start().unwrap();
    for unfinished in [
        &b"POST /vault/sessions HTTP/1.1\r\nhost: "[..],
        b"POST /vault/sessions HTTP/1.1\r\nhost: h\r\ncontent-length: 9\r\n\r\n{",
        b"",
    ] {
        let mut connection = crate::client::Connection::open(&emulator);
        connection.send(unfinished);
        // It ends; what the emulator says before that does not matter.
        connection.rest();
    }
    assert!(emulator.requests().is_empty());
}
