//! What is sent, and what a session is answered with.

use apideck_vault_core::http::{HeaderMap, Version};
use apideck_vault_core::{
    AllowAction, ConsumerMetadata, CreateSession, Session, SessionLength, SessionSettings, Theme,
    UnifiedApiId,
};
use apideck_vault_emulator::{Answer, Emulator};
use serde_json::{Value, json};
use std::time::Duration;

use crate::Case;
use crate::stack::{Kind, Stack};

pub(crate) const CASES: &[Case] = &[
    ("the_full_example_creates_a_session", full_example),
    ("an_empty_session_is_an_empty_object", empty_session),
    ("without_a_session_there_is_no_body", no_session),
    ("every_setting_arrives", every_setting),
    ("a_header_for_one_call_arrives", header_for_one_call),
    ("a_large_session_arrives", large_session),
    ("a_path_in_the_server_url_is_kept", path_prefix),
    ("the_answers_status_and_headers_are_kept", envelope),
    ("json_with_a_charset_is_json", charset),
    (
        "a_body_without_a_length_is_read_to_its_end",
        body_without_length,
    ),
    (
        "an_answer_that_breaks_the_contract_is_told_by_its_path",
        broken_contract,
    ),
    (
        "wrong_input_is_refused_before_anything_is_sent",
        wrong_input,
    ),
];

/// The session of the contract's example.
pub(crate) fn example() -> CreateSession {
    CreateSession::new(Emulator::CONSUMER_ID).session(
        Session::new()
            .consumer_metadata(
                ConsumerMetadata::new()
                    .account_name("SpaceX")
                    .user_name("Elon Musk")
                    .email("elon@musk.com")
                    .image("https://www.spacex.com/static/images/share.jpg"),
            )
            .redirect_uri("https://mysaas.com/dashboard")
            .settings(
                SessionSettings::new()
                    .unified_apis([UnifiedApiId::Crm])
                    .session_length(SessionLength::minutes(30)),
            )
            .theme(
                Theme::new()
                    .favicon("https://res.cloudinary.com/apideck/icons/intercom")
                    .logo("https://res.cloudinary.com/apideck/icons/intercom")
                    .primary_color("#286efa")
                    .sidepanel_background_color("#286efa")
                    .sidepanel_text_color("#FFFFFF")
                    .vault_name("Intercom")
                    .privacy_url("https://compliance.apideck.com/privacy-policy")
                    .terms_url(
                        "https://www.termsfeed.com/terms-conditions/957c85c1b089ae9e3219c83eff65377e",
                    ),
            )
            .custom_consumer_setting("feature_flag_1", true)
            .custom_consumer_setting(
                "tax_rates",
                json!([{"id": "6", "label": "6%"}, {"id": "21", "label": "21%"}]),
            ),
    )
}

/// What the contract's example is on the wire.
fn example_body() -> Value {
    json!({
        "consumer_metadata": {
            "account_name": "SpaceX", "user_name": "Elon Musk", "email": "elon@musk.com",
            "image": "https://www.spacex.com/static/images/share.jpg",
        },
        "redirect_uri": "https://mysaas.com/dashboard",
        "settings": {"unified_apis": ["crm"], "session_length": "30m"},
        "theme": {
            "favicon": "https://res.cloudinary.com/apideck/icons/intercom",
            "logo": "https://res.cloudinary.com/apideck/icons/intercom",
            "primary_color": "#286efa", "sidepanel_background_color": "#286efa",
            "sidepanel_text_color": "#FFFFFF", "vault_name": "Intercom",
            "privacy_url": "https://compliance.apideck.com/privacy-policy",
            "terms_url":
                "https://www.termsfeed.com/terms-conditions/957c85c1b089ae9e3219c83eff65377e",
        },
        "custom_consumer_settings": {
            "feature_flag_1": true,
            "tax_rates": [{"id": "6", "label": "6%"}, {"id": "21", "label": "21%"}],
        },
    })
}

/// The whole header map that arrives, HTTP's own headers included.
fn expected_headers(emulator: &Emulator, body_length: usize) -> HeaderMap {
    let user_agent = format!("apideck-vault-rust/{}", env!("CARGO_PKG_VERSION"));
    let mut headers = vec![
        ("authorization", format!("Bearer {}", Emulator::API_KEY)),
        ("x-apideck-app-id", Emulator::APP_ID.to_owned()),
        ("x-apideck-consumer-id", Emulator::CONSUMER_ID.to_owned()),
        ("accept", "application/json".to_owned()),
        ("user-agent", user_agent),
        ("host", emulator.address().to_string()),
        ("content-length", body_length.to_string()),
    ];
    if body_length > 0 {
        headers.push(("content-type", "application/json".to_owned()));
    }
    let parsed = headers
        .into_iter()
        .map(|(name, value)| (name, value.parse().unwrap()));
    parsed
        .map(|(name, value)| (name.parse().unwrap(), value))
        .collect()
}

fn full_example(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let answered = stack.client_for(&emulator).send(example()).unwrap();

    let [request] = &emulator.requests()[..] else {
        panic!("{:?}", emulator.requests());
    };
    assert_eq!(request.method, "POST");
    assert_eq!(request.path_and_query(), "/vault/sessions");
    assert_eq!(request.version, Version::HTTP_11);
    assert_eq!(request.headers, expected_headers(&emulator, 777));
    assert_eq!(request.json(), Some(example_body()));

    assert_eq!((answered.status.as_u16(), answered.attempts), (200, 1));
    let created = answered.value;
    assert_eq!((created.status_code, created.status.as_str()), (200, "OK"));
    let token = created.session_token();
    assert!(created.session_uri().ends_with(token.as_str()));

    let verified = emulator.verify(token.as_str()).unwrap();
    let claims = token.claims().unwrap();
    assert_eq!(claims.as_map(), verified.as_object().unwrap());
    assert_eq!(claims.consumer_id(), Some(Emulator::CONSUMER_ID));
    assert_eq!(claims.application_id(), Some(Emulator::APP_ID));
    let valid = claims
        .expires_at()
        .unwrap()
        .duration_since(claims.issued_at().unwrap());
    assert_eq!(valid.unwrap(), Duration::from_secs(30 * 60));
    for (field, value) in example_body().as_object().unwrap() {
        assert_eq!(&claims.as_map()[field], value);
    }
}

fn empty_session(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let create = CreateSession::new(Emulator::CONSUMER_ID).session(Session::new());
    stack.client_for(&emulator).send(create).unwrap();
    assert_eq!(
        emulator.requests()[0].headers,
        expected_headers(&emulator, 2)
    );
    assert_eq!(emulator.requests()[0].body, "{}");
}

fn no_session(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let create = CreateSession::new(Emulator::CONSUMER_ID);
    let answered = stack.client_for(&emulator).send(create).unwrap();
    assert_eq!(
        emulator.requests()[0].headers,
        expected_headers(&emulator, 0)
    );
    let claims = answered.value.session_token().claims().unwrap();
    let valid = claims
        .expires_at()
        .unwrap()
        .duration_since(claims.issued_at().unwrap());
    assert_eq!(valid.unwrap(), Duration::from_secs(60 * 60));
}

fn every_setting(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let settings = SessionSettings::new()
        .unified_apis(UnifiedApiId::KNOWN.iter().cloned())
        .hide_resource_settings(true)
        .sandbox_mode(true)
        .isolation_mode(false)
        .session_length(SessionLength::weeks(1))
        .show_logs(false)
        .show_suggestions(true)
        .show_sidebar(false)
        .auto_redirect(true)
        .hide_guides(false)
        .allow_actions([AllowAction::Delete, AllowAction::Disable]);
    let create = CreateSession::new(Emulator::CONSUMER_ID)
        .session(Session::new().settings(settings.clone()));
    let answered = stack.client_for(&emulator).send(create).unwrap();
    let claims = answered.value.session_token().claims().unwrap();
    assert_eq!(
        claims.as_map()["settings"],
        serde_json::to_value(settings).unwrap()
    );
}

fn header_for_one_call(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let create = CreateSession::new(Emulator::CONSUMER_ID).header("x-trace-id", "t1");
    stack.client_for(&emulator).send(create).unwrap();
    assert_eq!(emulator.requests()[0].header("x-trace-id"), Some("t1"));
}

fn large_session(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(402)]);
    let session = Session::new().custom_consumer_setting("text", "ä".repeat(200_000));
    let create = CreateSession::new(Emulator::CONSUMER_ID).session(session);
    let end = stack.client_for(&emulator).send(create).unwrap_err();
    assert!(end.api().is_payment_required());
    assert!(emulator.requests()[0].body.len() > 400_000);
}

fn path_prefix(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let vault = crate::stack::vault(&emulator);
    let vault = vault
        .with_server_url(format!("{}/a/b/", emulator.url()))
        .unwrap();
    let end = stack.client(vault).send(example()).unwrap_err();
    assert!(end.api().is_not_found());
    assert_eq!(
        emulator.requests()[0].path_and_query(),
        "/a/b/vault/sessions"
    );
}

fn envelope(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::normal().header("x-apideck-request-id", "r1")]);
    let answered = stack.client_for(&emulator).send(example()).unwrap();
    assert_eq!(answered.headers["x-apideck-request-id"], "r1");
    assert_eq!(
        answered.headers["content-type"],
        "application/json; charset=utf-8"
    );
}

fn charset(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::normal().content_type("Application/JSON ; Charset=\"UTF-8\"")]);
    assert!(stack.client_for(&emulator).send(example()).is_ok());
}

fn body_without_length(stack: Stack) {
    const BODY: &str = r#"{"status_code":200,"status":"OK","data":{"session_uri":"https://v/s","session_token":"t"}}"#;
    let emulator = Emulator::start().unwrap();
    emulator.script([
        Answer::raw(format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{BODY}"
        )),
        Answer::raw(format!("HTTP/1.0 200 OK\r\n\r\n{BODY}")),
    ]);
    let client = stack.client_for(&emulator);
    for _ in 0..2 {
        assert_eq!(
            client.send(example()).unwrap().value.session_uri(),
            "https://v/s"
        );
    }
}

fn broken_contract(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let answer = |media_type: &str, body: &str| {
        let length = body.len();
        let head =
            format!("content-type: {media_type}\r\ncontent-length: {length}\r\nconnection: close");
        Answer::raw(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}"))
    };
    let client = stack.client_for(&emulator);
    for (media_type, body, path) in [
        ("text/html", "<html>", "$"),
        ("application/json", "", "$"),
        ("application/json", "{", "$"),
        (
            "application/json",
            r#"{"status_code":200,"status":"OK"}"#,
            "$.data",
        ),
    ] {
        emulator.script([answer(media_type, body)]);
        let end = client.send(example()).unwrap_err();
        assert!(
            matches!(&end.kind, Kind::Decode(found) if found == path),
            "{end:?}"
        );
        assert_eq!(end.attempts, 1);
    }
}

fn wrong_input(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = stack.client_for(&emulator);
    let settings = SessionSettings::new().session_length(SessionLength::minutes(0));
    for (create, wrong) in [
        (CreateSession::new("a\r\nb: c"), "consumer_id"),
        (CreateSession::new("a").header("host", "b"), "header"),
        (
            CreateSession::new("a").session(Session::new().settings(settings)),
            "settings.session_length",
        ),
    ] {
        let end = client.send(create).unwrap_err();
        assert!(
            matches!(&end.kind, Kind::Build(field) if field == wrong),
            "{end:?}"
        );
        assert_eq!(end.attempts, 0);
    }
    assert!(emulator.requests().is_empty());
}
