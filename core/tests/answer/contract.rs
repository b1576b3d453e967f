//! An answer that claims to be a session but breaks the contract.

use apideck_vault_core::http::{Response, StatusCode};
use apideck_vault_core::{Bytes, Vault, operation};
use serde_json::{Value, json};

use crate::{OK, broken, broken_with, with};

fn without(parent: &str, field: &str) -> String {
    let mut body: Value = serde_json::from_str(OK).unwrap();
    body.pointer_mut(parent)
        .unwrap()
        .as_object_mut()
        .unwrap()
        .remove(field)
        .unwrap();
    body.to_string()
}

#[test]
fn another_media_type_is_not_a_session() {
    for media_type in [
        "text/html; charset=utf-8",
        "text/plain",
        "",
        "application/jsonp",
    ] {
        let error = broken_with(&[("content-type", media_type)], OK);
        assert_eq!(error.path(), "$");
        assert_eq!(
            error.problem(),
            format!("is {media_type} instead of application/json")
        );
    }
}

#[test]
fn a_key_that_the_server_repeats_does_not_appear_in_a_decode_error() {
    let headers = [
        ("content-type", "text/sk_live_secret"),
        ("x-apideck-request-id", "sk_live_secret"),
    ];
    for (headers, body) in [
        (&headers[..], OK),
        (&headers[1..], r#"{"_raw":{"sk_live_secret":}}"#),
    ] {
        let error = broken_with(headers, body);
        let texts = format!("{error} {error:?} {} {:?}", error.path(), error.headers());
        assert!(!texts.contains("sk_live_secret"), "{texts}");
    }
}

#[test]
fn a_missing_or_wrong_field_is_reported_by_its_path() {
    for (body, path, problem) in [
        (without("", "data"), "$.data", "is missing"),
        (
            without("/data", "session_uri"),
            "$.data.session_uri",
            "is missing",
        ),
        (
            without("/data", "session_token"),
            "$.data.session_token",
            "is missing",
        ),
        (
            with("/data", json!(null)),
            "$.data",
            "is null instead of an object",
        ),
        (
            with("/data", json!(["https://x", "t"])),
            "$.data",
            "is an array instead of an object",
        ),
        (
            with("/data", json!("eyJ.secret")),
            "$.data",
            "is a string instead of an object",
        ),
        (
            with("/data/session_uri", json!(null)),
            "$.data.session_uri",
            "is null instead of a string",
        ),
        (
            with("/data/session_token", json!(1234567)),
            "$.data.session_token",
            "is an integer instead of a string",
        ),
        (
            with("/data/session_token", json!({"eyJ.secret": 1})),
            "$.data.session_token",
            "is an object instead of a string",
        ),
        (
            with("/data/session_uri", json!(true)),
            "$.data.session_uri",
            "is a boolean instead of a string",
        ),
        (
            with("/data/session_uri", json!(1234567.5)),
            "$.data.session_uri",
            "is a number with a fraction instead of a string",
        ),
        (
            with("/status_code", json!("200")),
            "$.status_code",
            "is not a whole number up to 65535",
        ),
        (
            with("/status_code", json!(65536)),
            "$.status_code",
            "is not a whole number up to 65535",
        ),
        (
            with("/data/session_token", json!("")),
            "$.data.session_token",
            "is empty",
        ),
        (
            OK.replacen('{', r#"{"data":{},"#, 1),
            "$.data.session_uri",
            "is missing",
        ),
        ("null".into(), "$", "is null instead of an object"),
        (
            r#"[200,"OK",{}]"#.into(),
            "$",
            "is an array instead of an object",
        ),
        (String::new(), "$", "is empty"),
        (
            format!("{OK} {OK}"),
            "$",
            "has more text after the JSON value",
        ),
    ] {
        let error = broken(body.clone());
        assert_eq!((error.path(), error.problem()), (path, problem), "{body}");
        assert_eq!(error.status(), StatusCode::OK);
        assert_eq!(error.headers()["content-type"], "application/json");
        assert_eq!(error.body(), &body);
        assert_eq!(
            error.to_string(),
            format!("the answer (200 OK) breaks the contract: {path} {problem}")
        );
        let printed = format!("{error:?}");
        assert_eq!(
            printed,
            format!(
                "DecodeError {{ status: 200, path: {path:?}, problem: {problem:?}, body: [{} bytes], .. }}",
                body.len()
            )
        );
        assert!(
            !printed.contains("secret") && !printed.contains("1234567"),
            "{printed}"
        );
    }
}

#[test]
fn an_error_about_a_success_has_the_status_of_that_success() {
    let vault = Vault::new("key", "app").unwrap();
    let answer = Response::builder().status(StatusCode::CREATED);
    let answer = answer.body(Bytes::new()).unwrap();
    let error = operation::broken(&vault, &answer, "$.id", "is missing");
    assert_eq!(error.status(), StatusCode::CREATED);
    assert_eq!(
        error.to_string(),
        "the answer (201 Created) breaks the contract: $.id is missing"
    );
}

#[test]
fn an_error_for_invalid_json_says_where_it_breaks_off() {
    for body in [&OK[..60], "<html>", "{", "{'a':1}", "nul"] {
        let error = broken(body.to_owned());
        assert!(
            error.problem().starts_with("is not valid JSON ("),
            "{error}"
        );
    }
    let error = broken(Bytes::from_static(b"{\"status\":\"\xff\"}"));
    assert!(
        error.problem().starts_with("is not valid JSON ("),
        "{error}"
    );
}
