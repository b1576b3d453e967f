//! What Apideck refuses.

use apideck_vault_core::error::ApiErrorKind;
use apideck_vault_core::{CreateSession, Vault};
use apideck_vault_emulator::{Answer, Emulator};
use serde_json::json;

use crate::Case;
use crate::sessions::example;
use crate::stack::{Stack, vault};

pub(crate) const CASES: &[Case] = &[
    ("a_wrong_key_is_unauthorized", wrong_key),
    ("an_unknown_action_is_a_bad_request", bad_request),
    ("every_documented_error_is_typed", documented_errors),
    ("all_that_an_error_says_is_kept", all_is_kept),
    ("an_html_page_is_an_error_as_well", html_page),
    ("a_redirect_is_not_followed", redirect),
    ("an_unexpected_success_is_no_session", unexpected_success),
];

fn wrong_key(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let wrong = Vault::new("wrong-key", Emulator::APP_ID).unwrap();
    let wrong = wrong.with_server_url(emulator.url()).unwrap();
    let end = stack.client(wrong).send(example()).unwrap_err();
    assert!(end.api().is_unauthorized());
    assert_eq!(end.api().type_name(), Some("UnauthorizedError"));
    assert_eq!(end.attempts, 1);
    assert!(
        end.text
            .starts_with("401 Unauthorized: UnauthorizedError: "),
        "{}",
        end.text
    );
}

fn bad_request(stack: Stack) {
    use apideck_vault_core::{Session, SessionSettings};

    let emulator = Emulator::start().unwrap();
    let settings = SessionSettings::new().allow_actions(["rename".into()]);
    let create =
        CreateSession::new(Emulator::CONSUMER_ID).session(Session::new().settings(settings));
    let end = stack.client_for(&emulator).send(create).unwrap_err();
    assert!(end.api().is_bad_request());
    assert_eq!(end.api().type_name(), Some("RequestValidationError"));
    assert!(end.api().request_id().is_some());
}

fn documented_errors(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = stack.client_for(&emulator);
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
        let end = client.send(example()).unwrap_err();
        let error = end.api();
        assert_eq!((error.kind(), error.status().as_u16()), (kind, status));
        assert_eq!(error.status_code(), Some(u64::from(status)));
        assert!(error.error().is_some() && error.type_name().is_some());
        assert!(error.message().is_some() && error.detail().is_some());
        assert_eq!(end.attempts, attempts);
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
    let end = stack.client_for(&emulator).send(example()).unwrap_err();
    let error = end.api();
    assert_eq!(error.detail(), Some(&json!({"a": [1]})));
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
        end.text.split(" (request").next(),
        Some("400 Bad Request: ConnectorExecutionError: m")
    );
}

fn html_page(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let page = Answer::status(502)
        .content_type("text/html")
        .body("<h1>Bad Gateway</h1>");
    emulator.script([page.clone(), page.clone(), page.clone(), page]);
    let end = stack.client_for(&emulator).send(example()).unwrap_err();
    assert_eq!(end.api().body(), "<h1>Bad Gateway</h1>");
    assert_eq!(end.attempts, 4);
    assert!(
        end.text
            .starts_with("502 Bad Gateway: 20 bytes of text/html"),
        "{}",
        end.text
    );
}

fn redirect(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let other = Emulator::start().unwrap();
    let client = stack.client_for(&emulator);
    for status in [301, 302, 303, 307, 308] {
        emulator.script([Answer::status(status).header("location", other.url())]);
        let end = client.send(example()).unwrap_err();
        assert_eq!(end.api().kind(), ApiErrorKind::Unexpected);
        assert_eq!(end.api().headers()["location"], other.url().as_str());
        assert!(
            end.text.contains("redirects are not followed"),
            "{}",
            end.text
        );
        assert_eq!(end.attempts, 1);
    }
    assert!(other.requests().is_empty());
}

fn unexpected_success(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = stack.client(vault(&emulator));
    for status in [201, 204] {
        emulator.script([Answer::status(status)]);
        let end = client.send(example()).unwrap_err();
        assert_eq!(end.api().kind(), ApiErrorKind::Unexpected, "{status}");
    }
}
