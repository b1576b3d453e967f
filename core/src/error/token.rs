//! The error of a token that cannot be read.

/// The token is not a JSON Web Token, so nothing can be read from it.
///
/// ```
/// use apideck_vault_core::{SessionToken, error::TokenError};
///
/// let error = SessionToken::new("<session_token>").claims().unwrap_err();
/// assert_eq!(error, TokenError::Parts);
/// ```
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
