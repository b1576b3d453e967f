use apideck_vault_emulator::Emulator;
use serde_json::json;

use crate::client::{Reply, Request, exchange};

fn refuse(request: &Request) -> Reply {
    exchange(&Emulator::start().unwrap(), request)
}

/// Asserts the API's error shape with everything that is in it.
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

fn assert_bad_header(request: &Request, detail: &str) {
    let type_name = "RequestHeadersValidationError";
    assert_error(&refuse(request), 400, "Bad Request", type_name, detail);
}

#[test]
fn a_request_without_a_key_is_unauthorized() {
    let reply = refuse(&Request::good().without("authorization"));
    assert_error(
        &reply,
        401,
        "Unauthorized",
        "UnauthorizedError",
        "Missing authentication",
    );
}

#[test]
fn a_wrong_key_is_unauthorized_and_not_repeated() {
    let right = Emulator::API_KEY;
    for key in [
        "wrong",
        &format!("Bearer {right}"),
        &format!("{right}x"),
        &right.to_uppercase(),
    ] {
        let reply = refuse(&Request::good().with("authorization", format!("Bearer {key}")));
        assert_error(
            &reply,
            401,
            "Unauthorized",
            "UnauthorizedError",
            "Invalid API key",
        );
    }
}

#[test]
fn a_key_that_is_no_bearer_token_is_unauthorized() {
    for value in [
        Emulator::API_KEY,
        "Bearer",
        "",
        &format!("Basic {}", Emulator::API_KEY),
    ] {
        let reply = refuse(&Request::good().with("authorization", value));
        let detail = "The authentication is not a bearer token";
        assert_error(&reply, 401, "Unauthorized", "UnauthorizedError", detail);
    }
}

#[test]
fn an_unknown_app_is_unauthorized() {
    let reply = refuse(&Request::good().with("x-apideck-app-id", "another"));
    assert_error(
        &reply,
        401,
        "Unauthorized",
        "UnauthorizedError",
        "Unknown application",
    );
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
fn a_header_that_is_there_twice_is_named() {
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
fn a_header_that_is_no_text_is_named() {
    let request = Request::good().with("x-apideck-consumer-id", b"\xff".to_vec());
    assert_bad_header(&request, "Invalid Header: x-apideck-consumer-id");
}

#[test]
fn a_body_of_another_type_than_json_is_refused() {
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
fn a_client_that_takes_no_json_is_refused() {
    let request = Request::good().with("accept", "text/html, image/*");
    assert_bad_header(&request, "Invalid Header: accept");
}

#[test]
fn another_path_is_not_found() {
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
fn another_method_is_not_allowed_and_the_right_one_is_told() {
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

#[test]
fn a_wrong_body_is_refused_and_the_wrong_field_is_named() {
    let emulator = Emulator::start().unwrap();
    for (body, detail) in [
        ("null", "Invalid Type: the body must be an object"),
        ("[]", "Invalid Type: the body must be an object"),
        (r#"{"setings":{}}"#, "Unknown Property: setings"),
        (
            r#"{"settings":{"theme":{}}}"#,
            "Unknown Property: settings.theme",
        ),
        (
            r#"{"settings":null}"#,
            "Invalid Type: settings must be an object",
        ),
        (r#"{"theme":null}"#, "Invalid Type: theme must be an object"),
        (
            r#"{"theme":{"logo":null}}"#,
            "Invalid Type: theme.logo must be a string",
        ),
        (
            r#"{"theme":{"vault_name":1}}"#,
            "Invalid Type: theme.vault_name must be a string",
        ),
        (
            r#"{"redirect_uri":null}"#,
            "Invalid Type: redirect_uri must be a string",
        ),
        (
            r#"{"consumer_metadata":"x"}"#,
            "Invalid Type: consumer_metadata must be an object",
        ),
        (
            r#"{"consumer_metadata":{"email":["x"]}}"#,
            "Invalid Type: consumer_metadata.email must be a string",
        ),
        (
            r#"{"custom_consumer_settings":[]}"#,
            "Invalid Type: custom_consumer_settings must be an object",
        ),
        (
            r#"{"settings":{"show_logs":"true"}}"#,
            "Invalid Type: settings.show_logs must be a boolean",
        ),
        (
            r#"{"settings":{"auto_redirect":null}}"#,
            "Invalid Type: settings.auto_redirect must be a boolean",
        ),
        (
            r#"{"settings":{"unified_apis":"crm"}}"#,
            "Invalid Type: settings.unified_apis must be an array",
        ),
        (
            r#"{"settings":{"unified_apis":["crm",1]}}"#,
            "Invalid Type: settings.unified_apis[1] must be a string",
        ),
        (
            r#"{"settings":{"allow_actions":["delete","Disable"]}}"#,
            "Invalid Value: settings.allow_actions[1] must be one of \
             delete, disconnect, reauthorize, disable",
        ),
        (
            r#"{"settings":{"session_length":3600}}"#,
            "Invalid Type: settings.session_length must be a string",
        ),
    ] {
        let reply = exchange(&emulator, &Request::good().body(body));
        assert_error(&reply, 400, "Bad Request", "RequestValidationError", detail);
    }
}

#[test]
fn a_body_that_is_no_json_is_refused() {
    let emulator = Emulator::start().unwrap();
    let bodies: [&[u8]; 6] = [
        b" ",
        b"{",
        b"{}{}",
        b"{'a':1}",
        b"{\"theme\":{},}",
        b"\"\xff\"",
    ];
    for body in bodies {
        let reply = exchange(&emulator, &Request::good().body(body));
        let detail = reply.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with("Invalid JSON: "), "{detail}");
        assert_error(
            &reply,
            400,
            "Bad Request",
            "RequestValidationError",
            &detail,
        );
    }
}

#[test]
fn a_session_length_out_of_bounds_or_form_is_refused() {
    let emulator = Emulator::start().unwrap();
    let form = "a number and one of s, m, h, d, w";
    let too_long = "at most one week";
    for (length, wanted) in [
        ("", form),
        ("h", form),
        ("30", form),
        ("1.5h", form),
        ("-1h", form),
        ("+1h", form),
        ("1 h", form),
        ("1H", form),
        ("1é", form),
        ("PT1H", form),
        ("0m", "above zero"),
        ("8d", too_long),
        ("2w", too_long),
        ("604801s", too_long),
        ("99999999999999999999999999w", too_long),
    ] {
        let body = json!({"settings": {"session_length": length}}).to_string();
        let reply = exchange(&emulator, &Request::good().body(body));
        let detail = format!("Invalid Value: settings.session_length must be {wanted}");
        assert_error(
            &reply,
            400,
            "Bad Request",
            "RequestValidationError",
            &detail,
        );
    }
}

#[test]
fn an_image_that_is_no_absolute_url_is_refused() {
    let emulator = Emulator::start().unwrap();
    for image in [
        "",
        "share.jpg",
        "/share.jpg",
        "www.spacex.com",
        "https://",
        "https://a b/",
    ] {
        let body = json!({"consumer_metadata": {"image": image}}).to_string();
        let reply = exchange(&emulator, &Request::good().body(body));
        let detail = "Invalid Value: consumer_metadata.image must be an absolute URL";
        assert_error(&reply, 400, "Bad Request", "RequestValidationError", detail);
    }
}
