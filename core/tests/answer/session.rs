//! A session, or an answer that claims to be one but breaks the contract.

use apideck_vault_core::Bytes;
use apideck_vault_core::http::StatusCode;
use serde_json::{Value, json};

use crate::{OK, broken, broken_with, decode, refused};

fn with(path: &str, value: Value) -> String {
    let mut body: Value = serde_json::from_str(OK).unwrap();
    *body.pointer_mut(path).unwrap() = value;
    body.to_string()
}

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
fn a_session_is_read_with_its_envelope() {
    let answer = decode(200, &[("x-apideck-request-id", "r1")], OK).unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-apideck-request-id"], "r1");
    let created = answer.into_body();
    assert_eq!(
        created.session_uri(),
        "https://vault.apideck.com/session/abc"
    );
    assert_eq!(created.session_token().as_str(), "abc");
    assert_eq!(created.status_code, Some(200));
    assert_eq!(created.status.as_deref(), Some("OK"));
    assert_eq!(created.raw, None);
}

#[test]
fn unknown_fields_are_ignored_and_raw_is_kept() {
    let body = json!({
        "status_code": 200, "status": "OK", "new": [1],
        "data": {"session_uri": "https://v/s", "session_token": "t", "new": {}},
        "_raw": {"a": 1},
    });
    let created = decode(200, &[], body.to_string()).unwrap().into_body();
    assert_eq!(created.raw, Some(r#"{"a":1}"#.to_owned()));
    let body = OK.replacen('{', r#"{"_raw":null,"#, 1);
    assert_eq!(decode(200, &[], body).unwrap().into_body().raw, None);
}

#[test]
fn every_json_media_type_is_accepted() {
    for media_type in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON;Charset=UTF-8",
        "application/vnd.api+json",
    ] {
        assert!(
            decode(200, &[("content-type", media_type)], OK).is_ok(),
            "{media_type}"
        );
    }
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
fn a_token_that_is_not_a_jwt_does_not_fail_the_call() {
    let body = OK.replace("abc", "<session_token>");
    let created = decode(200, &[], body).unwrap().into_body();
    assert_eq!(
        created.session_uri(),
        "https://vault.apideck.com/session/<session_token>"
    );
    assert!(created.session_token().claims().is_err());
}

#[test]
fn a_session_needs_neither_the_status_nor_its_name() {
    let body = json!({"data": {"session_uri": "https://v/s", "session_token": "t"}});
    let created = decode(200, &[], body.to_string()).unwrap().into_body();
    assert_eq!(
        (created.status_code, created.status.as_deref()),
        (None, None)
    );
    assert_eq!(created.session_uri(), "https://v/s");
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
        assert_eq!(error.body(), &body);
        let printed = format!("{error} {error:?}");
        assert!(
            !printed.contains("secret") && !printed.contains("1234567"),
            "{printed}"
        );
    }
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

#[test]
fn deep_nesting_is_kept_as_text_or_refused_without_being_followed() {
    let deep = ["[".repeat(100_000), "]".repeat(100_000)].concat();
    let body = OK.replacen('{', &format!(r#"{{"new":{deep},"_raw":{deep},"#), 1);
    let created = decode(200, &[], body).unwrap().into_body();
    assert_eq!(created.raw, Some(deep.clone()));
    let error = broken(with("/data", json!([])).replace("[]", &deep));
    assert_eq!(error.problem(), "is an array instead of an object");
    let body = format!(r#"{{"message":"m","detail":{deep},"new":{deep}}}"#);
    let error = refused(400, &[], body);
    assert_eq!((error.message(), error.detail()), (Some("m"), Some(&*deep)));
    assert_eq!(refused(400, &[], deep).message(), None);
}

#[test]
fn a_session_uri_is_an_absolute_http_url() {
    for uri in [
        "http://vault.apideck.com/session/t",
        "HTTPS://v",
        "https://[::1]:8/s?a#b",
        "https://vault.apideck.com:443/session/ä",
    ] {
        assert!(
            decode(200, &[], with("/data/session_uri", json!(uri))).is_ok(),
            "{uri}"
        );
    }
    for uri in [
        "",
        "/session/t",
        "vault.apideck.com/session",
        "javascript:alert(1)//://",
        "ftp://vault.apideck.com",
        "https://",
        "https:///session",
        "https://?x",
        "https://user@/x",
        "https://:443/x",
        "https://vault.apideck.com/\r\nset-cookie: a=b",
        "https://vault.apideck.com/a b",
        "https://[",
        "https://h:x/",
        "https://h:65536/",
        "https://vault.apideck.com@evil.example/",
        "https://evil.example\\@vault.apideck.com/",
        "https://vault.apideck.com/a\u{2028}b",
        "https://vault.apideck.com/a\u{202e}b",
    ] {
        let error = broken(with("/data/session_uri", json!(uri)));
        assert_eq!(error.path(), "$.data.session_uri");
        assert_eq!(error.problem(), "is not an absolute http(s) URL", "{uri}");
    }
}

#[test]
fn no_debug_text_contains_the_token_the_uri_or_the_body() {
    let body = OK.replace("abc", "eyJ-secret");
    let answer = decode(200, &[], body.clone()).unwrap();
    let unfinished = &body[..body.len() - 1];
    let detail = json!({"message": "m", "detail": {"authorization": "eyJ-secret"}});
    for text in [
        format!("{answer:?}"),
        format!("{:?}", answer.body().session_token()),
        format!("{:?} {0}", broken(unfinished.to_owned())),
        format!("{:?} {0}", refused(401, &[], detail.to_string())),
    ] {
        assert!(!text.contains("eyJ-secret"), "{text}");
    }
}
