//! What is sent.

use apideck_vault_core::http::{HeaderMap, Version};
use apideck_vault_core::{
    AllowAction, ConsumerMetadata, CreateSession, Session, SessionLength, SessionSettings,
    UnifiedApiId,
};
use apideck_vault_emulator::{Answer, Emulator};
use apideck_vault_stacks::{Kind, Stack};
use serde_json::json;
use std::time::Duration;

use crate::case::{Case, case};
use crate::client::{client, client_for};
use crate::example::{example, example_body};
use crate::settings::settings_at;

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("the_full_example_creates_a_session", full_example),
    case("an_empty_session_is_an_empty_object", empty_session),
    case("without_a_session_there_is_no_body", no_session),
    case("every_setting_arrives", every_setting),
    case("text_in_any_language_arrives", any_language),
    case("a_header_for_one_call_arrives", header_for_one_call),
    case("a_large_session_arrives", large_session),
    case("a_path_in_the_server_url_is_kept", path_prefix),
    case("wrong_input_is_refused_before_anything_is_sent", wrong_input),
];

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
    let answered = client_for(stack, &emulator).send(example()).unwrap();

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
    assert_eq!(created.status_code, Some(200));
    assert_eq!(created.status.as_deref(), Some("OK"));
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
    client_for(stack, &emulator).send(create).unwrap();
    assert_eq!(
        emulator.requests()[0].headers,
        expected_headers(&emulator, 2)
    );
    assert_eq!(emulator.requests()[0].body, "{}");
}

fn no_session(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let create = CreateSession::new(Emulator::CONSUMER_ID);
    let answered = client_for(stack, &emulator).send(create).unwrap();
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
        .unified_apis(UnifiedApiId::KNOWN.to_vec())
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
    let answered = client_for(stack, &emulator).send(create).unwrap();
    let claims = answered.value.session_token().claims().unwrap();
    assert_eq!(
        claims.as_map()["settings"],
        serde_json::to_value(settings).unwrap()
    );
}

fn any_language(stack: Stack) {
    const NAME: &str = "株式会社 Ærø \u{1f680} \u{202e} e\u{301}";

    let emulator = Emulator::start().unwrap();
    let metadata = ConsumerMetadata::new().account_name(NAME);
    let session = Session::new().consumer_metadata(metadata);
    let create = CreateSession::new(Emulator::CONSUMER_ID).session(session);
    let created = client_for(stack, &emulator).send(create).unwrap().value;

    let expected = json!({ "account_name": NAME });
    let sent = emulator.requests()[0].json().unwrap();
    assert_eq!(sent["consumer_metadata"], expected);
    let claims = created.session_token().claims().unwrap();
    assert_eq!(claims.as_map()["consumer_metadata"], expected);
}

fn header_for_one_call(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let create = CreateSession::new(Emulator::CONSUMER_ID).header("x-trace-id", "t1");
    client_for(stack, &emulator).send(create).unwrap();
    assert_eq!(emulator.requests()[0].header("x-trace-id"), Some("t1"));
}

fn large_session(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(402)]);
    let session = Session::new().custom_consumer_setting("text", "ä".repeat(200_000));
    let create = CreateSession::new(Emulator::CONSUMER_ID).session(session);
    let failed = client_for(stack, &emulator).send(create).unwrap_err();
    assert!(failed.api().is_payment_required());
    assert!(emulator.requests()[0].body.len() > 400_000);
}

fn path_prefix(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let settings = settings_at(format!("{}/a/b/", emulator.url()));
    let failed = client(stack, settings).send(example()).unwrap_err();
    assert!(failed.api().is_not_found());
    assert_eq!(
        emulator.requests()[0].path_and_query(),
        "/a/b/vault/sessions"
    );
}

fn wrong_input(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator);
    let settings = SessionSettings::new().session_length(SessionLength::minutes(0));
    for (create, wrong) in [
        (CreateSession::new("a\r\nb: c"), "consumer_id"),
        (CreateSession::new("a").header("host", "b"), "header"),
        (
            CreateSession::new("a").session(Session::new().settings(settings)),
            "settings.session_length",
        ),
    ] {
        let failed = client.send(create).unwrap_err();
        assert!(
            matches!(&failed.kind, Kind::Build(field) if field == wrong),
            "{failed:?}"
        );
        assert_eq!(failed.attempts, 0);
    }
    assert!(emulator.requests().is_empty());
}
