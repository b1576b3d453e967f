//! The error of a token that cannot be read.

/// The token is not a JSON Web Token, so nothing can be read from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// It does not have the form `header.payload.signature`.
    #[error("the session token is not a JSON Web Token: it does not have three parts")]
    Parts,
    /// The payload is not base64url.
    #[error("the session token is not a JSON Web Token: its payload is not base64url")]
    Base64,
    /// The payload is not a JSON object.
    #[error("the session token is not a JSON Web Token: its payload is not a JSON object")]
    Json,
}
