//! What can go wrong, one error for each direction of a call.
//!
//! - [`BuildError`]: the input was wrong and nothing was sent.
//! - [`ResponseError`]: an answer came and is no success: either an [`ApiError`] (Apideck said no)
//!   or a [`DecodeError`] (the answer broke the contract).
//! - [`Failure`]: no complete answer came; it wraps the HTTP stack's own error.
//! - [`CallError`]: any of these, after all the attempts of a call.
//!
//! None of them prints a secret of ours, and what a server wrote is printed on one line, without
//! control characters, and shortened. (A server may repeat the API key in its message: a
//! [`Call`](crate::Call) and [`Vault::decode`](crate::Vault::decode), which know the key, take it
//! out; [`Operation::decode`](crate::Operation::decode) alone cannot.)

mod api;
mod build;
mod call;
mod decode;
mod failure;
mod fields;
mod printable;
mod transport;

pub use api::{ApiError, ApiErrorKind, DownstreamError};
pub use build::BuildError;
pub use call::{CallError, CallErrorKind, GaveUp};
pub use decode::DecodeError;
pub use failure::{Failure, FailureKind};
pub use transport::TransportError;

/// An answer came, and it is no success.
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

/// How many bytes of an answer's body an error keeps: 64 KiB.
pub(crate) const KEPT_BODY_BYTES: usize = 64 * 1024;

/// The first [`KEPT_BODY_BYTES`] of `body`; a longer body is copied so that the rest can be freed.
fn kept(body: bytes::Bytes) -> bytes::Bytes {
    match body.get(..KEPT_BODY_BYTES) {
        Some(start) if body.len() > KEPT_BODY_BYTES => bytes::Bytes::copy_from_slice(start),
        _ => body,
    }
}
