//! reqwest's part of a call: one request, and one answer or what went wrong.

use apideck_vault_core::Bytes;
use apideck_vault_core::error::{Failure, FailureKind};
use apideck_vault_core::http::{HeaderValue, Method, Request, Response, header};
use http_body::Body as _;
use http_body_util::{BodyExt as _, Limited};
use reqwest::Client;
use std::time::Duration;

pub(crate) async fn send(
    client: &Client,
    request: Request<Bytes>,
    timeout: Option<Duration>,
    most_bytes: usize,
) -> Result<Response<Bytes>, Failure<reqwest::Error>> {
    let mut request = reqwest::Request::try_from(framed(request)).map_err(classify)?;
    *request.timeout_mut() = timeout;
    let answer = client.execute(request).await.map_err(classify)?;
    let (head, body) = Response::<reqwest::Body>::from(answer).into_parts();
    if body.size_hint().lower() > u64::try_from(most_bytes).unwrap_or(u64::MAX) {
        return Err(Failure::too_large(most_bytes));
    }
    let mut body = Limited::new(body, most_bytes);
    // Not `collect`, which keeps every chunk, and with it the buffer that it was read into.
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| match error.downcast::<reqwest::Error>() {
            Ok(error) => classify(*error),
            // It is `Limited`'s own.
            Err(_) => Failure::too_large(most_bytes),
        })?;
        if let Ok(data) = frame.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    Ok(Response::from_parts(head, bytes.into()))
}

/// hyper omits the length of an empty body, which some servers require for these methods
/// ([RFC 9110, section 8.6](https://www.rfc-editor.org/rfc/rfc9110#section-8.6)).
fn framed(mut request: Request<Bytes>) -> Request<Bytes> {
    let has_content = [Method::POST, Method::PUT, Method::PATCH].contains(request.method());
    if has_content && request.body().is_empty() {
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    request
}

/// Classifies a reqwest error. The URL is dropped: it is the server's, which the caller knows.
fn classify(error: reqwest::Error) -> Failure<reqwest::Error> {
    let kind = if error.is_connect() {
        FailureKind::of_connecting(&error)
    } else if error.is_timeout() {
        FailureKind::TimedOut
    } else if error.is_request() || error.is_body() || error.is_decode() {
        FailureKind::of_exchange(&error)
    } else {
        FailureKind::Other
    };
    Failure::new(kind, error.without_url())
}
