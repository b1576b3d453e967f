//! What comes of an answer: a session, a refusal, or a broken contract.

use apideck_vault_core::error::{ApiError, ApiErrorKind, DecodeError, ResponseError};
use apideck_vault_core::http::{Response, StatusCode};
use apideck_vault_core::{Bytes, CreateSession, CreatedSession, Operation};
use serde_json::{Value, json};
use std::time::Duration;

const OK: &str = r#"{"status_code":200,"status":"OK","data":{"session_uri":"https://vault.apideck.com/session/abc","session_token":"abc"}}"#;

fn decode(
    status: u16,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Result<Response<CreatedSession>, ResponseError> {
    let mut answer = Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    CreateSession::new("test-consumer").decode(answer.body(body.into()).unwrap())
}

fn refused(status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) -> ApiError {
    match decode(status, headers, body) {
        Err(ResponseError::Api(error)) => error,
        other => panic!("{status} should be refused, not {other:?}"),
    }
}

fn broken(body: impl Into<Bytes>) -> DecodeError {
    broken_with(&[("content-type", "application/json")], body)
}

fn broken_with(headers: &[(&str, &str)], body: impl Into<Bytes>) -> DecodeError {
    match decode(200, headers, body) {
        Err(ResponseError::Decode(error)) => error,
        other => panic!("the contract should be broken, not {other:?}"),
    }
}

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
    assert_eq!((created.status_code, created.status.as_str()), (200, "OK"));
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
    assert_eq!(created.raw, Some(json!({"a": 1})));
    let body = OK.replacen('{', r#"{"_raw":null,"#, 1);
    assert_eq!(decode(200, &[], body).unwrap().into_body().raw, None);
}

#[test]
fn json_is_json_under_every_name_that_it_has() {
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
fn another_media_type_is_no_session() {
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
fn a_token_that_is_no_jwt_is_no_error_of_the_call() {
    let body = OK.replace("abc", "<session_token>");
    let created = decode(200, &[], body).unwrap().into_body();
    assert_eq!(
        created.session_uri(),
        "https://vault.apideck.com/session/<session_token>"
    );
    assert!(created.session_token().claims().is_err());
}

#[test]
fn a_missing_or_wrong_field_is_told_by_its_path() {
    for (body, path, problem) in [
        (without("", "status_code"), "$.status_code", "is missing"),
        (without("", "status"), "$.status", "is missing"),
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
            "is sequence instead of an object",
        ),
        (
            with("/data", json!("eyJ.secret")),
            "$.data",
            "is string instead of an object",
        ),
        (
            with("/data/session_uri", json!(null)),
            "$.data.session_uri",
            "is null instead of a string",
        ),
        (
            with("/data/session_token", json!(1234567)),
            "$.data.session_token",
            "is integer instead of a string",
        ),
        (
            with("/status_code", json!("200")),
            "$.status_code",
            "is string instead of u16",
        ),
        (
            with("/status_code", json!(65536)),
            "$.status_code",
            "is integer instead of u16",
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
            "is sequence instead of an object",
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
fn what_is_no_json_says_where_it_stops_being_it() {
    for body in [&OK[..60], "<html>", "{", "{'a':1}", "nul"] {
        let error = broken(body.to_owned());
        assert!(error.problem().starts_with("is no valid JSON ("), "{error}");
    }
    let error = broken(Bytes::from_static(b"{\"status\":\"\xff\"}"));
    assert!(error.problem().starts_with("is no valid JSON ("), "{error}");
}

#[test]
fn very_deep_nesting_is_refused_and_not_followed() {
    let deep = format!(
        r#"{{"_raw":{}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(broken(deep).problem().contains("recursion limit"));
    let deep = "[".repeat(100_000);
    assert!(refused(400, &[], deep).fields().is_empty());
}

#[test]
fn a_session_uri_is_an_absolute_http_url() {
    for uri in [
        "http://vault.apideck.com/session/t",
        "HTTPS://v",
        "https://[::1]:8/s?a#b",
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
    ] {
        let error = broken(with("/data/session_uri", json!(uri)));
        assert_eq!(error.path(), "$.data.session_uri");
        assert_eq!(error.problem(), "is no absolute http(s) URL", "{uri}");
    }
}

#[test]
fn every_documented_error_has_its_kind_and_its_predicate() {
    let kind = |status| refused(status, &[], "{}").kind();
    assert_eq!(kind(400), ApiErrorKind::BadRequest);
    assert_eq!(kind(401), ApiErrorKind::Unauthorized);
    assert_eq!(kind(402), ApiErrorKind::PaymentRequired);
    assert_eq!(kind(404), ApiErrorKind::NotFound);
    assert_eq!(kind(422), ApiErrorKind::Unprocessable);
    assert_eq!(kind(429), ApiErrorKind::TooManyRequests);
    for status in [403, 405, 408, 418, 451, 499] {
        assert_eq!(kind(status), ApiErrorKind::OtherClientError, "{status}");
    }
    for status in 500..600 {
        assert_eq!(kind(status), ApiErrorKind::ServerError);
    }
    for status in [
        100, 101, 201, 202, 204, 206, 301, 302, 304, 307, 308, 600, 999,
    ] {
        assert_eq!(kind(status), ApiErrorKind::Unexpected, "{status}");
    }

    let predicates = |status| {
        let error = refused(status, &[], "");
        [
            error.is_bad_request(),
            error.is_unauthorized(),
            error.is_payment_required(),
            error.is_not_found(),
            error.is_unprocessable(),
            error.is_too_many_requests(),
            error.is_server_error(),
        ]
    };
    for (index, status) in [400, 401, 402, 404, 422, 429, 503].into_iter().enumerate() {
        let expected: [bool; 7] = std::array::from_fn(|other| other == index);
        assert_eq!(predicates(status), expected, "{status}");
    }
}

#[test]
fn all_that_the_server_said_is_kept() {
    let body = json!({
        "status_code": 400, "error": "Bad Request", "type_name": "RequestValidationError",
        "message": "Invalid Params", "detail": {"missing": [{"foobar": "required"}]},
        "ref": "https://developers.apideck.com/errors#requestvalidationerror",
        "downstream_errors": [{"message": "m", "detail": "d", "code": "c"}, {"code": 5}, "x"],
        "new": true,
    })
    .to_string();
    let headers = [("x-apideck-request-id", "r1"), ("retry-after", "7")];
    let error = refused(400, &headers, body.clone());
    assert_eq!(error.status(), 400);
    assert_eq!(error.status_code(), Some(400));
    assert_eq!(error.error(), Some("Bad Request"));
    assert_eq!(error.type_name(), Some("RequestValidationError"));
    assert_eq!(error.message(), Some("Invalid Params"));
    assert_eq!(
        error.detail(),
        Some(&json!({"missing": [{"foobar": "required"}]}))
    );
    assert!(
        error
            .reference()
            .unwrap()
            .ends_with("#requestvalidationerror")
    );
    let [first, second] = error.downstream_errors() else {
        panic!("{:?}", error.downstream_errors());
    };
    assert_eq!(first.message.as_deref(), Some("m"));
    assert_eq!(first.detail.as_deref(), Some("d"));
    assert_eq!(first.code.as_deref(), Some("c"));
    assert_eq!(second.code, None);
    assert_eq!(error.fields()["new"], true);
    assert_eq!(error.request_id(), Some("r1"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(error.headers().len(), 2);
    assert_eq!(error.body(), &body);
}

#[test]
fn fields_that_are_missing_null_or_of_another_type_are_none() {
    let wrong = json!({
        "status_code": "400", "error": 1, "type_name": null, "message": {}, "detail": null,
        "ref": [], "downstream_errors": "none",
    });
    for body in [
        wrong.to_string(),
        "{}".into(),
        "[]".into(),
        "<html>".into(),
        String::new(),
    ] {
        let error = refused(422, &[], body.clone());
        assert_eq!(error.status_code(), None);
        assert_eq!(error.error(), None);
        assert_eq!(error.type_name(), None);
        assert_eq!(error.message(), None);
        assert_eq!(error.detail(), None);
        assert_eq!(error.reference(), None);
        assert!(error.downstream_errors().is_empty());
        assert_eq!(error.body(), &body);
    }
}

#[test]
fn an_error_prints_what_helps_on_one_line() {
    let body = |detail: Value| {
        json!({
            "status_code": 401, "error": "Unauthorized", "type_name": "UnauthorizedError",
            "message": "Unauthorized Request", "detail": detail,
        })
        .to_string()
    };
    let print = |status, headers: &[_], body: String| refused(status, headers, body).to_string();
    assert_eq!(
        print(
            401,
            &[("x-apideck-request-id", "r1")],
            body(json!("Missing authentication"))
        ),
        "401 Unauthorized: UnauthorizedError: Unauthorized Request: Missing authentication (request r1)"
    );
    let detail = json!({"debug": {"request": {"headers": {"authorization": "Bearer other"}}}});
    assert_eq!(
        print(401, &[], body(detail)),
        "401 Unauthorized: UnauthorizedError: Unauthorized Request"
    );
    assert_eq!(
        print(502, &[("content-type", "text/html")], "<html>".into()),
        "502 Bad Gateway: 6 bytes of text/html"
    );
    assert_eq!(
        print(503, &[], String::new()),
        "503 Service Unavailable: no body"
    );
    assert_eq!(
        print(599, &[], "[1]".into()),
        "599: 3 bytes that are no JSON object"
    );
    assert_eq!(
        print(302, &[], String::new()),
        "302 Found: no body: redirects are not followed"
    );
    let forged = json!({"message": "a\nERROR forged\u{1b}[31m"}).to_string();
    assert_eq!(
        print(400, &[], forged),
        r"400 Bad Request: a\nERROR forged\u{1b}[31m"
    );
}

#[test]
fn the_body_is_kept_up_to_64_kib_and_the_fields_are_read_from_all_of_it() {
    let body = json!({"a": "x".repeat(100_000), "message": "at the end"}).to_string();
    let error = refused(400, &[], body.clone());
    assert_eq!(error.message(), Some("at the end"));
    assert_eq!(error.body().len(), 64 * 1024);
    assert_eq!(error.body(), &body[..64 * 1024]);
    assert_eq!(
        refused(400, &[], body[..64 * 1024].to_owned()).body().len(),
        64 * 1024
    );
}

#[test]
fn neither_token_nor_uri_nor_body_is_in_any_debug_text() {
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
