//! The kinds of refusal.

use http::StatusCode;

/// The kinds of refusal, by status.
///
/// ```
/// use apideck_vault_core::error::{ApiError, ApiErrorKind};
///
/// fn advice(refused: &ApiError) -> &'static str {
///     match refused.kind() {
///         ApiErrorKind::Unauthorized | ApiErrorKind::Forbidden => "look at the API key",
///         ApiErrorKind::PaymentRequired => "look at the plan",
///         ApiErrorKind::TooManyRequests | ApiErrorKind::ServerError => "try again later",
///         _ => "read the message",
///     }
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApiErrorKind {
    /// 400: a header or a field of the body is missing or wrong.
    BadRequest,
    /// 401: the API key is missing or wrong.
    Unauthorized,
    /// 402: a limit of the plan was reached.
    PaymentRequired,
    /// 403: the API key is valid, but is not allowed to do this.
    Forbidden,
    /// 404: not found.
    NotFound,
    /// 422: the request was understood, but cannot be processed.
    Unprocessable,
    /// 429: too many requests.
    TooManyRequests,
    /// Any other 4xx.
    OtherClientError,
    /// Any 5xx.
    ServerError,
    /// A status that is neither this operation's success status nor an error, such as a redirect,
    /// which is never followed.
    Unexpected,
}

impl ApiErrorKind {
    pub(super) fn of(status: StatusCode) -> Self {
        match status.as_u16() {
            400 => Self::BadRequest,
            401 => Self::Unauthorized,
            402 => Self::PaymentRequired,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            422 => Self::Unprocessable,
            429 => Self::TooManyRequests,
            405..=499 => Self::OtherClientError,
            500..=599 => Self::ServerError,
            _ => Self::Unexpected,
        }
    }
}
