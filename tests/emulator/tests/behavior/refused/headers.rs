use apideck_vault_emulator::Emulator;

use super::{assert_error, refuse};
use crate::client::Request;

fn assert_unauthorized(request: &Request, detail: &str) {
    let type_name = "UnauthorizedError";
    assert_error(&refuse(request), 401, "Unauthorized", type_name, detail);
}

fn assert_bad_header(request: &Request, detail: &str) {
    let type_name = "RequestHeadersValidationError";
    assert_error(&refuse(request), 400, "Bad Request", type_name, detail);
}

#[test]
fn a_request_without_a_key_is_unauthorized() {
    let request = Request::good().without("authorization");
    assert_unauthorized(&request, "Missing authentication");
}

#[test]
fn a_wrong_key_is_unauthorized_and_not_echoed() {
    let right = Emulator::API_KEY;
    for key in [
        "wrong",
        &format!("Bearer {right}"),
        &format!("{right}x"),
        &right.to_uppercase(),
    ] {
        let request = Request::good().with("authorization", format!("Bearer {key}"));
        assert_unauthorized(&request, "Invalid API key");
    }
}

#[test]
fn a_key_that_is_not_a_bearer_token_is_unauthorized() {
    for value in [
        Emulator::API_KEY,
        "Bearer",
        "",
        &format!("Basic {}", Emulator::API_KEY),
    ] {
        let request = Request::good().with("authorization", value);
        let detail = "The authentication is not a bearer token";
        assert_unauthorized(&request, detail);
    }
}

#[test]
fn an_unknown_app_is_unauthorized() {
    let request = Request::good().with("x-apideck-app-id", "another");
    assert_unauthorized(&request, "Unknown application");
}

#[test]
fn a_missing_or_empty_header_is_named() {
    for name in [
        "x-apideck-app-id",
        "x-apideck-consumer-id",
        "accept",
        "user-agent",
    ] {
        let detail = format!("Missing Header: {name}");
        assert_bad_header(&Request::good().without(name), &detail);
        assert_bad_header(&Request::good().with(name, ""), &detail);
    }
    let request = Request::good().without("content-type").body("{}");
    assert_bad_header(&request, "Missing Header: content-type");
}

#[test]
fn a_header_that_appears_twice_is_named() {
    for name in [
        "authorization",
        "x-apideck-app-id",
        "x-apideck-consumer-id",
        "content-type",
    ] {
        let request = Request::good().and(name, "x").body("{}");
        assert_bad_header(&request, &format!("Duplicate Header: {name}"));
    }
}

#[test]
fn a_header_that_is_not_text_is_named() {
    let request = Request::good().with("x-apideck-consumer-id", b"\xff".to_vec());
    assert_bad_header(&request, "Invalid Header: x-apideck-consumer-id");
}

#[test]
fn a_body_of_any_type_but_json_is_refused() {
    for value in [
        "text/plain",
        "application/jsonp",
        "application/json-patch+json",
        "json",
    ] {
        let request = Request::good().with("content-type", value).body("{}");
        assert_bad_header(&request, "Invalid Header: content-type");
    }
}

#[test]
fn a_client_that_does_not_accept_json_is_refused() {
    let request = Request::good().with("accept", "text/html, image/*");
    assert_bad_header(&request, "Invalid Header: accept");
}
