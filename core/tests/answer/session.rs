//! A session, and what its answer may look like.

use serde_json::json;

use crate::{OK, broken, decode, refused, with};

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
fn debug_of_a_session_says_that_it_is_one_and_not_whose() {
    let created = decode(200, &[], OK).unwrap().into_body();
    assert_eq!(
        format!("{created:?}"),
        "CreatedSession { status_code: Some(200), session_uri: [redacted], session_token: SessionToken([redacted]), .. }"
    );
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
        "https://vault.apideck.com/a\r\nb",
        "https://vault.apideck.com/a\u{85}b",
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
