//! The service's part of a call: one request, and one answer or what went wrong.

use apideck_vault_core::Bytes;
use apideck_vault_core::error::{Failure, FailureKind, TransportError};
use apideck_vault_core::http::{HeaderValue, Method, Request, Response, header};
use http_body::Body;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Buf as _;
use hyper_util::client::legacy;
use std::error::Error;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::time::Duration;
use tower_service::Service;

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

pub(crate) async fn send<S, B>(
    service: &mut S,
    request: Request<Bytes>,
    timeout: Option<Duration>,
    most_bytes: usize,
) -> Result<Response<Bytes>, Failure<TransportError>>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    // Pinned, so that the future is stored once, not again in each of the two arms.
    let request = framed(request).map(Full::new);
    let exchange = pin!(exchange(service, request, most_bytes));
    match timeout {
        Some(timeout) => tokio::time::timeout(timeout, exchange)
            .await
            .unwrap_or_else(|_| Err(FailureKind::TimedOut.into())),
        None => exchange.await,
    }
}

async fn exchange<S, B>(
    service: &mut S,
    request: Request<Full<Bytes>>,
    most_bytes: usize,
) -> Result<Response<Bytes>, Failure<TransportError>>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    let ready = poll_fn(|context| service.poll_ready(context)).await;
    let unknown = FailureKind::Other;
    ready.map_err(|error| classify(error.into(), unknown))?;
    let answer = service.call(request).await;
    let answer = answer.map_err(|error| classify(error.into(), unknown))?;
    let (head, body) = answer.into_parts();
    if body.size_hint().lower() > u64::try_from(most_bytes).unwrap_or(u64::MAX) {
        return Err(Failure::too_large(most_bytes));
    }
    let mut body = pin!(Limited::new(body, most_bytes));
    // Not `collect`, which keeps every chunk, and with it the buffer that it was read into.
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| match error.is::<LengthLimitError>() {
            true => Failure::too_large(most_bytes),
            false => classify(error, FailureKind::Unanswered),
        })?;
        if let Ok(mut data) = frame.into_data() {
            bytes.extend_from_slice(&data.copy_to_bytes(data.remaining()));
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

/// Classifies an error of the service or of its answer's body. A tower layer may have errors of any
/// type; those become `unknown`.
fn classify(error: BoxError, unknown: FailureKind) -> Failure<TransportError> {
    let mut kind = unknown;
    let mut next: Option<&(dyn Error + 'static)> = Some(&*error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<legacy::Error>() {
            kind = FailureKind::Unanswered;
            if error.is_connect() {
                kind = FailureKind::of_connecting(error);
                break;
            }
        } else if let Some(error) = error.downcast_ref::<io::Error>() {
            kind = match kind {
                FailureKind::Unanswered => FailureKind::of_exchange(error),
                _ => FailureKind::of_io(error),
            };
        } else if error.is::<tokio::time::error::Elapsed>() || is_timeout_layer(error) {
            kind = FailureKind::TimedOut;
        } else if error.is::<hyper::Error>() {
            kind = FailureKind::Unanswered;
        }
        next = error.source();
    }
    Failure::new(kind, TransportError::new(error))
}

/// tower's `Elapsed`, by its text: its type is another one in each version of tower.
fn is_timeout_layer(error: &(dyn Error + 'static)) -> bool {
    error.to_string() == "request timed out"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_reading_an_answer_is_not_one_of_connecting() {
        let gone = || io::Error::from(io::ErrorKind::HostUnreachable).into();
        for (unknown, kind) in [
            (FailureKind::Other, FailureKind::Unanswered),
            (FailureKind::Unanswered, FailureKind::Unanswered),
        ] {
            assert_eq!(classify(gone(), unknown).kind(), kind);
        }
    }
}
