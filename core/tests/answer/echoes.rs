//! A server that repeats the API key, in any of the forms in which it is looked for.

use apideck_vault_core::error::ResponseError;
use apideck_vault_core::http::Response;
use apideck_vault_core::{CreateSession, Operation, Vault};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::{ProptestConfig, prop_assert};
use proptest::proptest;
use serde_json::{Value, json};

const KEY: &str = r#"sk_live_s3/cr"et~>key+41"#;

/// The printable text of an error for an answer that repeats the echo wherever it can.
fn texts_of(key: &str, echo: &str) -> String {
    let vault = Vault::new(key, "app").unwrap();
    let text = format!("no such key: {echo}.");
    let body = json!({
        "message": text, "type_name": text, "error": text, "ref": text,
        "detail": {text.clone(): [text], "a": {"b": text}},
        "downstream_errors": [{"message": text, "detail": text, "code": text}],
    });
    let mut answer = Response::builder().status(400);
    for name in ["x-apideck-request-id", "x-echo", "content-type"] {
        if let Ok(value) = apideck_vault_core::http::HeaderValue::from_str(&text) {
            answer = answer.header(name, value);
        }
    }
    let answer = answer.body(body.to_string().into()).unwrap();
    let Err(ResponseError::Api(error)) = CreateSession::new("test-consumer").decode(&vault, answer)
    else {
        panic!("400 is an error");
    };
    format!(
        "{error} {error:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        error.message(),
        error.type_name(),
        error.error(),
        error.reference(),
        error.detail(),
        error.downstream_errors(),
        error.headers(),
        error.request_id(),
    )
}

fn percent(text: &str, is_kept: impl Fn(u8) -> bool) -> String {
    let encoded = text.bytes().map(|byte| match is_kept(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    encoded.collect()
}

fn escaped(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// The key as servers, proxies and logs repeat it.
fn echoes(key: &str) -> Vec<String> {
    let in_part = percent(key, |byte| byte.is_ascii_alphanumeric());
    let as_unicode: String = key.bytes().map(|byte| format!("\\u00{byte:02x}")).collect();
    vec![
        key.to_owned(),
        key.to_uppercase(),
        percent(key, |_| false).to_lowercase(),
        percent(&in_part, |byte| byte.is_ascii_alphanumeric()),
        in_part,
        escaped(key),
        escaped(&escaped(key)),
        escaped(&escaped(&escaped(key))),
        key.replace('/', "\\/"),
        as_unicode,
        STANDARD.encode(key),
        STANDARD.encode(format!("Bearer {key}")),
        STANDARD.encode(format!("x:{key}:y")),
        URL_SAFE_NO_PAD.encode(format!("user:{key}")),
        key.bytes().map(|byte| format!("{byte:02x}")).collect(),
    ]
}

/// Whether any piece of the echo that is long enough to be told from other text is left.
fn is_left(text: &str, echo: &str) -> bool {
    let piece = echo.get(echo.len() / 4..echo.len() * 3 / 4).unwrap_or(echo);
    text.contains(piece) || text.contains(&escaped(piece))
}

#[test]
fn a_key_that_a_server_repeats_in_another_form_is_redacted() {
    for echo in echoes(KEY) {
        let texts = texts_of(KEY, &echo);
        assert!(!is_left(&texts, &echo), "{echo}: {texts}");
        assert!(texts.contains("[redacted]"), "{echo}: {texts}");
    }
}

#[test]
fn a_text_that_is_nothing_but_the_key_is_redacted() {
    for key in [KEY, "k", "short", "sk_live8", r"sk\live%41_s"] {
        let vault = Vault::new(key, "app").unwrap();
        let body = json!({ "message": key }).to_string();
        let answer = Response::builder().status(400).header("x-echo", key);
        let answer = answer.body(body.into()).unwrap();
        let answer = CreateSession::new("test-consumer").decode(&vault, answer);
        let Err(ResponseError::Api(error)) = answer else {
            panic!("400 is an error");
        };
        assert_eq!(error.message(), Some("[redacted]"), "{key}");
        assert_eq!(error.headers()["x-echo"], "[redacted]", "{key}");
    }
}

#[test]
fn this_test_would_notice_a_key_that_is_left() {
    let other = "sk_live_of_somebody_else";
    for echo in echoes(other) {
        assert!(is_left(&texts_of("sk_live_secret", &echo), &echo), "{echo}");
    }
}

#[test]
fn a_header_that_is_named_after_the_key_is_removed() {
    let vault = Vault::new("sk_live_secret", "app").unwrap();
    let answer = Response::builder()
        .status(400)
        .header("x-sk_live_secret", "1")
        .header("x-other", "2");
    let answer = answer.body("{}".into()).unwrap();
    let Err(ResponseError::Api(error)) = CreateSession::new("test-consumer").decode(&vault, answer)
    else {
        panic!("400 is an error");
    };
    assert_eq!(error.headers().len(), 1);
    assert_eq!(error.headers()["x-other"], "2");
}

#[test]
fn other_text_is_left_as_it_came() {
    for text in [
        "100% of \\\\ and %73%6B_live_secre and \\u0073k_live",
        "sk_live_secre",
        "c2tfbGl2ZV9",
        "%25%25%25%2",
        "\\\\\\\\\\u00",
        "ä%ä\\ä%7",
    ] {
        let body = json!({ "message": text }).to_string();
        assert_eq!(crate::refused(400, &[], body).message(), Some(text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_key_of_any_other_characters_is_redacted(key in r"[!-$&-\[\]-~]{12,60}") {
        for echo in echoes(&key) {
            let texts = texts_of(&key, &echo);
            prop_assert!(!is_left(&texts, &echo), "{echo}: {texts}");
        }
    }
}
