//! What Apideck refuses.

use apideck_vault_core::error::ApiErrorKind;
use apideck_vault_core::{CreateSession, Session, SessionSettings};
use apideck_vault_emulator::{Answer, Emulator};
use apideck_vault_stacks::Stack;
use serde_json::json;

use crate::case::{Case, case};
use crate::client::{client, client_for};
use crate::example::example;
use crate::settings::vault;

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_wrong_key_is_unauthorized", wrong_key),
    case("an_unknown_action_is_a_bad_request", bad_request),
    case("every_documented_error_is_typed", documented_errors),
    case("all_that_an_error_says_is_kept", all_is_kept),
    case("an_html_page_is_an_error_too", html_page),
];

fn wrong_key(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let wrong = vault(&emulator).with_api_key("wrong-key").unwrap();
    let failed = client(stack, wrong).send(example()).unwrap_err();
    assert!(failed.api().is_unauthorized());
    assert_eq!(failed.api().type_name(), Some("UnauthorizedError"));
    assert_eq!(failed.attempts, 1);
    assert!(
        failed
            .text
            .starts_with("401 Unauthorized: UnauthorizedError: "),
        "{}",
        failed.text
    );
}

fn bad_request(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let settings = SessionSettings::new().allow_actions(["rename".into()]);
    let create =
        CreateSession::new(Emulator::CONSUMER_ID).session(Session::new().settings(settings));
    let failed = client_for(stack, &emulator).send(create).unwrap_err();
    assert!(failed.api().is_bad_request());
    assert_eq!(failed.api().type_name(), Some("RequestValidationError"));
    assert!(failed.api().request_id().is_some());
}

fn documented_errors(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator);
    for (status, kind, attempts) in [
        (400, ApiErrorKind::BadRequest, 1),
        (401, ApiErrorKind::Unauthorized, 1),
        (402, ApiErrorKind::PaymentRequired, 1),
        (404, ApiErrorKind::NotFound, 1),
        (422, ApiErrorKind::Unprocessable, 1),
        (429, ApiErrorKind::TooManyRequests, 4),
        (500, ApiErrorKind::ServerError, 4),
        (503, ApiErrorKind::ServerError, 4),
    ] {
        let before = emulator.requests().len();
        emulator.script((0..attempts).map(|_| Answer::status(status)));
        let failed = client.send(example()).unwrap_err();
        let error = failed.api();
        assert_eq!((error.kind(), error.status().as_u16()), (kind, status));
        assert_eq!(error.status_code(), Some(u64::from(status)));
        assert!(error.error().is_some() && error.type_name().is_some());
        assert!(error.message().is_some() && error.detail().is_some());
        assert_eq!(failed.attempts, attempts);
        assert_eq!(emulator.requests().len() - before, attempts as usize);
    }
}

fn all_is_kept(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let body = json!({
        "status_code": 400, "error": "Bad Request", "type_name": "ConnectorExecutionError",
        "message": "m", "detail": {"a": [1]}, "ref": "https://developers.apideck.com/errors",
        "downstream_errors": [{"message": "archived", "code": "VALIDATION_ERROR"}], "new": null,
    });
    emulator.script([Answer::status(400)
        .body(body.to_string())
        .header("x-custom", "kept")]);
    let failed = client_for(stack, &emulator).send(example()).unwrap_err();
    let error = failed.api();
    assert_eq!(error.detail(), Some(r#"{"a":[1]}"#));
    assert_eq!(
        error.reference(),
        Some("https://developers.apideck.com/errors")
    );
    assert_eq!(
        error.downstream_errors()[0].code.as_deref(),
        Some("VALIDATION_ERROR")
    );
    assert_eq!(error.headers()["x-custom"], "kept");
    assert_eq!(error.body(), &body.to_string());
    assert_eq!(
        failed.text.split(" (request").next(),
        Some("400 Bad Request: ConnectorExecutionError: m")
    );
}

fn html_page(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let page = Answer::status(502)
        .content_type("text/html")
        .body("<h1>Bad Gateway</h1>");
    emulator.script([page.clone(), page.clone(), page.clone(), page]);
    let failed = client_for(stack, &emulator).send(example()).unwrap_err();
    assert_eq!(failed.api().body(), "<h1>Bad Gateway</h1>");
    assert_eq!(failed.attempts, 4);
    assert!(
        failed
            .text
            .starts_with("502 Bad Gateway: 20 bytes of text/html"),
        "{}",
        failed.text
    );
}
