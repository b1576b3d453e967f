//! What an answer turns into: a session, a refusal, or a broken contract.

mod contract;
mod echoes;
mod hostile;
mod memory;
mod refused;
mod session;

use apideck_vault_core::error::{ApiError, DecodeError, ResponseError};
use apideck_vault_core::http::Response;
use apideck_vault_core::{Bytes, CreateSession, CreatedSession, Operation, Vault};
use serde_json::Value;

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
    let vault = Vault::new("sk_live_secret", "app").unwrap();
    CreateSession::new("test-consumer").decode(&vault, answer.body(body.into()).unwrap())
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

/// The body of a session with another value in this place.
fn with(path: &str, value: Value) -> String {
    let mut body: Value = serde_json::from_str(OK).unwrap();
    *body.pointer_mut(path).unwrap() = value;
    body.to_string()
}
