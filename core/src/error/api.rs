//! Apideck said no.

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use std::fmt;
use std::time::Duration;

use super::api_kind::ApiErrorKind;
use super::fields::{Detail, Fields};
use super::printable::Printable;
use super::redact::Secret;
use super::request_id::request_id;
use super::{kept, retry_after};

/// Apideck, or something in front of it, refused the request.
///
/// Every field of the body is optional, because any of them can be missing: a proxy's HTML page is
/// an answer too. Whatever could not be read is still in [`body`](Self::body) and
/// [`headers`](Self::headers).
///
/// The text shows the status, the type name, the message (or `error`), the `detail` if it is a
/// string, and the request id. A `detail` that is an object is kept but not printed, because that
/// of a 401 can contain the headers of other requests. If the server repeats the API key in a field
/// or a header, it is replaced by `[redacted]` (see the [module](super)).
///
/// ```
/// use apideck_vault_core::{CreateSession, Operation, Vault, error::ResponseError};
///
/// let vault = Vault::new("sk_live_1", "app").unwrap();
/// let body = r#"{
///     "status_code": 402,
///     "error": "Payment Required",
///     "type_name": "RequestLimitError",
///     "message": "Request Limit Reached",
///     "detail": "You have reached your limit of 2000"
/// }"#;
/// let answer = http::Response::builder().status(402).body(body.into())?;
/// let error = match CreateSession::new("test-consumer").decode(&vault, answer) {
///     Err(ResponseError::Api(error)) => error,
///     _ => panic!("402 is an error"),
/// };
/// assert!(error.is_payment_required());
/// assert_eq!(
///     error.to_string(),
///     "402 Payment Required: RequestLimitError: Request Limit Reached: \
///      You have reached your limit of 2000",
/// );
/// # Ok::<(), http::Error>(())
/// ```
///
/// Source: the [error responses of the Vault API](https://developers.apideck.com/errors).
#[derive(Clone)]
pub struct ApiError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
    body_bytes: usize,
    /// `None` if the body is not a JSON object.
    fields: Option<Fields>,
}

/// An error that a connector behind Apideck reported.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DownstreamError {
    /// The downstream provider's message.
    pub message: Option<String>,
    /// More details.
    pub detail: Option<String>,
    /// The downstream provider's error code.
    pub code: Option<String>,
}

impl ApiError {
    /// Reads an answer that is not a success, and redacts `secret` in it. It cannot fail: a body
    /// that is not JSON, or has a different shape than documented, is kept as it came.
    pub(crate) fn from_response(answer: Response<Bytes>, secret: &Secret) -> Self {
        let (mut head, body) = answer.into_parts();
        secret.redact_headers(&mut head.headers);
        Self(Box::new(Inner {
            status: head.status,
            headers: head.headers,
            fields: Fields::of(&body, secret),
            body_bytes: body.len(),
            body: kept(body),
        }))
    }

    /// The kind of refusal, by status.
    pub fn kind(&self) -> ApiErrorKind {
        ApiErrorKind::of(self.0.status)
    }

    /// 400: a header or a field of the body is missing or wrong.
    pub fn is_bad_request(&self) -> bool {
        self.kind() == ApiErrorKind::BadRequest
    }

    /// 401: the API key is missing or wrong.
    pub fn is_unauthorized(&self) -> bool {
        self.kind() == ApiErrorKind::Unauthorized
    }

    /// 402: a limit of the plan was reached.
    pub fn is_payment_required(&self) -> bool {
        self.kind() == ApiErrorKind::PaymentRequired
    }

    /// 403: the API key is valid, but is not allowed to do this.
    pub fn is_forbidden(&self) -> bool {
        self.kind() == ApiErrorKind::Forbidden
    }

    /// 404: not found.
    pub fn is_not_found(&self) -> bool {
        self.kind() == ApiErrorKind::NotFound
    }

    /// 422: the request was understood, but cannot be processed.
    pub fn is_unprocessable(&self) -> bool {
        self.kind() == ApiErrorKind::Unprocessable
    }

    /// 429: too many requests.
    pub fn is_too_many_requests(&self) -> bool {
        self.kind() == ApiErrorKind::TooManyRequests
    }

    /// Any 5xx.
    pub fn is_server_error(&self) -> bool {
        self.kind() == ApiErrorKind::ServerError
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The body as it came, up to its first 64 KiB. Use it to read fields that the API does not
    /// document. It may repeat what was sent, including the API key: don't log it.
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// `status_code`: the status, as repeated in the body.
    pub fn status_code(&self) -> Option<u64> {
        self.fields()?.status_code
    }

    /// `error`: the name of the status, such as `Bad Request`.
    pub fn error(&self) -> Option<&str> {
        self.fields()?.error.as_deref()
    }

    /// `type_name`: the type of the error, such as `RequestValidationError`.
    pub fn type_name(&self) -> Option<&str> {
        self.fields()?.type_name.as_deref()
    }

    /// `message`: what happened, in human-readable form.
    pub fn message(&self) -> Option<&str> {
        self.fields()?.message.as_deref()
    }

    /// `detail`: why it happened. Documented as a string or an object: of anything but a string, this is
    /// the JSON. That of a 401 can contain the headers of other requests: don't log it if it is an object.
    /// Its `retry_after_ms` is a point in time (Unix milliseconds), not a delay.
    pub fn detail(&self) -> Option<&str> {
        match self.fields()?.detail.as_ref()? {
            Detail::Text(text) | Detail::Json(text) => Some(text),
        }
    }

    /// `ref`: the page that documents this type of error.
    pub fn reference(&self) -> Option<&str> {
        self.fields()?.reference.as_deref()
    }

    /// `downstream_errors`: what connectors reported, of which the first 100 are kept. Only a 400
    /// has them.
    pub fn downstream_errors(&self) -> &[DownstreamError] {
        self.fields()
            .map_or(&[], |fields| &fields.downstream_errors)
    }

    /// How long the server asked the client to wait: `retry-after-ms`, or `Retry-After` as seconds
    /// or as a date, which is measured against the `Date` header of the same answer
    /// ([RFC 9110, section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)).
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after::retry_after(&self.0.headers)
    }

    /// `x-apideck-request-id`: what Apideck's support will ask for.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.0.headers)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.status.canonical_reason() {
            Some(reason) => write!(formatter, "{} {reason}", self.0.status.as_u16())?,
            None => write!(formatter, "{}", self.0.status.as_u16())?,
        }
        let detail = match self.fields().and_then(|fields| fields.detail.as_ref()) {
            Some(Detail::Text(text)) => Some(text.as_str()),
            _ => None,
        };
        let message = self.message().or(self.error());
        for text in [self.type_name(), message, detail]
            .into_iter()
            .flatten()
            .filter(|text| !text.is_empty())
        {
            write!(formatter, ": {}", Printable(text))?;
        }
        if self.fields().is_none() {
            self.describe_body(formatter)?;
        }
        if let 301..=303 | 307 | 308 = self.0.status.as_u16() {
            formatter.write_str(": redirects are not followed")?;
        } else if self.kind() == ApiErrorKind::Unexpected {
            formatter.write_str(": not the status that was expected")?;
        }
        match self.request_id() {
            Some(id) => write!(formatter, " (request {})", Printable(id)),
            None => Ok(()),
        }
    }
}

impl ApiError {
    fn fields(&self) -> Option<&Fields> {
        self.0.fields.as_ref()
    }

    fn describe_body(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let media_type = self.0.headers.get(header::CONTENT_TYPE);
        match (self.0.body_bytes, media_type.map(|value| value.to_str())) {
            (0, _) => formatter.write_str(": no body"),
            (bytes, Some(Ok(kind))) => {
                write!(formatter, ": {bytes} bytes of {}", Printable(kind))
            }
            (bytes, _) => write!(formatter, ": {bytes} bytes that are not a JSON object"),
        }
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ApiError")
            .field("status", &self.0.status)
            .field("type_name", &self.type_name().map(Printable))
            .field("message", &self.message().map(Printable))
            .field("request_id", &self.request_id().map(Printable))
            .field("retry_after", &self.retry_after())
            .field("body", &format_args!("[{} bytes]", self.0.body_bytes))
            .finish_non_exhaustive()
    }
}

impl std::error::Error for ApiError {}

impl fmt::Debug for DownstreamError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DownstreamError")
            .field("message", &self.message.as_deref().map(Printable))
            .field("detail", &self.detail.as_deref().map(Printable))
            .field("code", &self.code.as_deref().map(Printable))
            .finish()
    }
}
