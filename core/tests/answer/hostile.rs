//! Bodies that are made to get something into a log: values, endless text, or other people's secrets.

use serde_json::json;

use crate::{OK, broken, broken_with, refused};

#[test]
fn a_decode_error_shows_no_value_of_a_crafted_body() {
    for crafted in [
        "eyJ.secret",
        "a, expected eyJ.secret at line 5",
        "a\", expected eyJ.secret",
        "` at line 1 column 1: eyJ.secret",
        "missing field `eyJ.secret`",
    ] {
        for body in [
            json!(crafted),
            json!({"data": crafted}),
            json!({"status_code": crafted, "data": {}}),
            json!({"data": {"session_uri": crafted, "session_token": "t"}}),
        ] {
            let error = broken(body.to_string());
            let printed = format!("{error} {error:?}");
            assert!(!printed.contains("secret"), "{printed}");
        }
    }
}

#[test]
fn no_key_below_raw_is_shown() {
    for raw in [r#"{"eyJ.secret":}"#, r#"{"eyJ.secret":{"a":[nul"#] {
        let error = broken(format!(r#"{{"_raw":{raw}}}"#));
        assert_eq!(error.path(), "$._raw");
        let printed = format!("{error} {error:?}");
        assert!(!printed.contains("secret"), "{printed}");
    }
}

#[test]
fn every_text_of_an_error_is_short_and_on_one_line() {
    let long = "x\n\u{202e}\u{61c}".repeat(300_000);
    let media_type = "a".repeat(900_000);
    let headers = [
        ("content-type", &*media_type),
        ("x-apideck-request-id", &*media_type),
    ];
    let fields = json!({
        "message": long, "type_name": long, "error": long, "detail": long, "ref": long,
        "downstream_errors": [{"message": long, "detail": long, "code": long}],
    });
    let api = [fields.to_string(), long.clone()].map(|body| refused(400, &headers, body));
    let decode = [
        broken_with(&headers, OK),
        broken(json!({ "data": long }).to_string()),
        broken(json!({ "status_code": long }).to_string()),
        broken(long.clone()),
    ];
    let texts = api.iter().flat_map(|error| {
        let downstream = format!("{:?}", error.downstream_errors());
        [error.to_string(), format!("{error:?}"), downstream]
    });
    let texts = texts.chain(decode.iter().flat_map(|error| {
        let parts = format!("{} {}", error.path(), error.problem());
        [error.to_string(), format!("{error:?}"), parts]
    }));
    for text in texts {
        // Every unprintable character becomes up to eight.
        assert!(
            text.len() < 12_000,
            "{} bytes: {}",
            text.len(),
            &text[..200]
        );
        assert!(!text.contains(['\n', '\u{202e}', '\u{61c}']), "{text}");
    }
}

#[test]
fn duplicate_keys_are_refused_where_they_could_mislead() {
    let token = OK.replace(r#""data":{"#, r#""data":{"session_token":"other","#);
    let error = broken(token);
    assert_eq!(error.path(), "$.data.session_token");
    assert_eq!(error.problem(), "appears twice");
    let error = refused(400, &[], r#"{"message":"a","message":"b"}"#);
    assert_eq!(error.message(), None);
}

#[test]
fn numbers_of_any_size_are_read_over() {
    let digits = "9".repeat(100_000);
    for number in [&*digits, "1e99999", "-1e99999", "0.1e-99999"] {
        let body = format!(
            r#"{{"status_code":{number},"error":{number},"message":"m","detail":{number},"new":{number}}}"#
        );
        let error = refused(400, &[], body);
        assert_eq!((error.status_code(), error.error()), (None, None));
        assert_eq!(error.message(), Some("m"));
        assert_eq!(error.detail(), Some(number));
        let body = OK.replacen('{', &format!(r#"{{"new":{number},"#), 1);
        assert!(crate::decode(200, &[], body).is_ok(), "{}", number.len());
    }
}
