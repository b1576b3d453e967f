//! What can go wrong: one error type for each direction of a call.
//!
//! - [`BuildError`]: the input was wrong and cannot be sent.
//! - [`ResponseError`]: an answer came, but it is not a success: either an [`ApiError`] (Apideck
//!   said no) or a [`DecodeError`] (the answer broke the contract).
//! - [`Failure`]: no complete answer came; it wraps the HTTP stack's own error.
//! - [`ClientError`]: the client itself cannot send, for example because it was built without TLS.
//! - [`CallError`]: any of these, after all attempts of a call.
//! - [`TokenError`]: a session token that cannot be read.
//!
//! None of them prints the caller's secrets. Text from a server is shortened and printed on one
//! line, without control characters.
//!
//! If a server repeats the API key, the errors show `[redacted]` in its place, in every text and header.
//! The key is found in any case, percent-encoded, escaped as in JSON (both also several times), in
//! hexadecimal, and in Base64. It is not found split in parts, reversed, compressed, encrypted or in any
//! other encoding. The raw bodies are left as they came.

mod api;
mod api_kind;
mod build;
mod call;
mod client;
mod decode;
mod failure;
mod failure_kind;
mod fields;
mod history;
mod object;
mod printable;
mod redact;
mod request_id;
mod retry_after;
mod token;
mod transport;
mod words;

pub use api::{ApiError, DownstreamError};
pub use api_kind::ApiErrorKind;
pub use build::BuildError;
pub use call::{CallError, CallErrorKind, GaveUp};
pub use client::ClientError;
pub use decode::DecodeError;
pub use failure::Failure;
pub use failure_kind::FailureKind;
pub use history::{PastAttempt, PastCause};
pub(crate) use object::Object;
pub(crate) use printable::{Printable, is_unprintable};
pub(crate) use redact::Secret;
pub(crate) use request_id::loggable_request_id;
pub use token::TokenError;
pub use transport::TransportError;

/// An answer came, but it is not a success.
///
/// ```
/// use apideck_vault_core::error::ResponseError;
/// use apideck_vault_core::{Bytes, CreateSession, Operation, Vault, http};
///
/// let vault = Vault::new("sk_live_1", "app")?;
/// let answer = http::Response::builder().status(401).body(Bytes::new())?;
/// match CreateSession::new("test-consumer").decode(&vault, answer) {
///     Ok(created) => println!("{}", created.body().session_uri()),
///     Err(ResponseError::Api(refused)) => assert!(refused.is_unauthorized()),
///     Err(other) => eprintln!("{other}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ResponseError {
    /// Apideck, or something in front of it, refused the request.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// The answer claims success but does not have the shape that the contract promises.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

/// How many bytes of an answer's body an error keeps at most: 64 KiB.
pub(crate) const KEPT_BODY_BYTES: usize = 64 * 1024;

/// The first [`KEPT_BODY_BYTES`] of `body`; a longer body is copied so that the rest can be freed.
fn kept(body: bytes::Bytes) -> bytes::Bytes {
    match body.get(..KEPT_BODY_BYTES) {
        Some(start) if body.len() > KEPT_BODY_BYTES => bytes::Bytes::copy_from_slice(start),
        _ => body,
    }
}
