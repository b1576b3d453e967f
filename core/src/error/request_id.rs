//! The id that Apideck gives a request.

use http::HeaderMap;

use super::printable::MAX_CHARACTERS;
use super::redact::Secret;

/// `x-apideck-request-id`.
pub(super) fn request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-apideck-request-id")?.to_str().ok()
}

/// The same for a log. A server can make it as long as a head may be, and repeat the secret in it.
pub(crate) fn loggable_request_id<'a>(headers: &'a HeaderMap, secret: &Secret) -> Option<&'a str> {
    request_id(headers).map(|id| cut(secret.redacted_value(id)))
}

/// The beginning of an id.
pub(super) fn cut(id: &str) -> &str {
    // It is ASCII.
    id.get(..MAX_CHARACTERS).unwrap_or(id)
}
