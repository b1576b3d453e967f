//! Redacts a secret in what a server sent, for servers that repeat what they received.

use http::{HeaderMap, HeaderValue};
use serde_json::Value;

const REDACTED: &str = "[redacted]";

pub(super) fn redact_text(text: &mut String, secret: &str) {
    if contains(text.as_bytes(), secret) {
        *text = text.replace(secret, REDACTED);
    }
}

/// Redacts every string in the value, however deeply nested.
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

/// Redacts the whole value of any header that contains the secret.
pub(super) fn redact_headers(headers: &mut HeaderMap, secret: &str) {
    for value in headers.values_mut() {
        if contains(value.as_bytes(), secret) {
            *value = HeaderValue::from_static(REDACTED);
        }
    }
}

fn contains(text: &[u8], secret: &str) -> bool {
    let secret = secret.as_bytes();
    text.windows(secret.len().max(1)).any(|part| part == secret)
}
