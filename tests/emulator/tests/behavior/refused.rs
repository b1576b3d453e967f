use apideck_vault_emulator::Emulator;
use serde_json::json;

use crate::client::{Reply, Request, exchange};

mod body;
mod headers;

fn refuse(request: &Request) -> Reply {
    exchange(&Emulator::start().unwrap(), request)
}

/// Asserts that the reply is this error, with every field that the API's errors have.
fn assert_error(reply: &Reply, status: u16, error: &str, type_name: &str, detail: &str) {
    let body = reply.json();
    let message = body["message"].as_str().unwrap();
    assert_eq!(reply.status, status, "{body}");
    assert!(!message.is_empty());
    assert_eq!(
        body,
        json!({
            "status_code": status, "error": error, "type_name": type_name, "message": message,
            "detail": detail,
            "ref": format!("https://developers.apideck.com/errors#{}", type_name.to_lowercase()),
        })
    );
    assert_eq!(
        reply.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    assert!(reply.header("x-apideck-request-id").is_some());
}

#[test]
fn any_other_path_is_not_found() {
    for path in [
        "/",
        "/vault",
        "/vault/sessions/",
        "/vault/Sessions",
        "//vault/sessions",
    ] {
        let reply = refuse(&Request::good().start(&format!("POST {path} HTTP/1.1")));
        let detail = format!("Nothing is at {path}");
        assert_error(&reply, 404, "Not Found", "EntityNotFoundError", &detail);
    }
}

#[test]
fn any_other_method_is_not_allowed_and_the_right_one_is_named() {
    for method in ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "post"] {
        let reply = refuse(&Request::good().start(&format!("{method} /vault/sessions HTTP/1.1")));
        assert_error(
            &reply,
            405,
            "Method Not Allowed",
            "MethodNotAllowedError",
            "Answered with status 405",
        );
        assert_eq!(reply.header("allow"), Some("POST"));
    }
}
