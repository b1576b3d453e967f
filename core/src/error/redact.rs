//! Takes a secret out of what a server sent, for servers that repeat what they got.

use http::{HeaderMap, HeaderValue};
use serde_json::Value;

const REDACTED: &str = "[redacted]";

pub(super) fn redact_text(text: &mut String, secret: &str) {
    if text.contains(secret) {
        *text = text.replace(secret, REDACTED);
    }
}

/// In every text of the value, however deep.
pub(super) fn redact_value(value: &mut Value, secret: &str) {
    match value {
        Value::String(text) => redact_text(text, secret),
        Value::Array(values) => values
            .iter_mut()
            .for_each(|value| redact_value(value, secret)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|value| redact_value(value, secret)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A value that holds the secret goes as a whole.
pub(super) fn redact_headers(headers: &mut HeaderMap, secret: &str) {
    let secret = secret.as_bytes();
    for value in headers.values_mut() {
        let mut parts = value.as_bytes().windows(secret.len().max(1));
        if parts.any(|part| part == secret) {
            *value = HeaderValue::from_static(REDACTED);
        }
    }
}
