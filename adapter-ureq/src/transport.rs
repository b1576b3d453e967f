//! ureq's share of a call: one request, one answer, or what went wrong.

use apideck_vault_core::Bytes;
use apideck_vault_core::error::{Failure, FailureKind};
use apideck_vault_core::http::{Request, Response};
use std::io;
use std::time::Duration;
use ureq::config::AutoHeaderValue;
use ureq::{Agent, Error, Timeout};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// An agent for this one job: what an attempt costs and where the key goes is known.
pub(crate) fn default_agent() -> Agent {
    let config = Agent::config_builder()
        .timeout_connect(Some(CONNECT_TIMEOUT))
        // Features of ureq that someone else in the program enables must not change this agent.
        .accept_encoding(AutoHeaderValue::None);
    #[cfg(feature = "rustls")]
    let config = config.tls_config(tls_config());
    config.build().new_agent()
}

/// The provider is named, so that another one elsewhere in the program changes nothing.
#[cfg(feature = "rustls")]
fn tls_config() -> ureq::tls::TlsConfig {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    ureq::tls::TlsConfig::builder()
        .provider(ureq::tls::TlsProvider::Rustls)
        .root_certs(ureq::tls::RootCerts::WebPki)
        .unversioned_rustls_crypto_provider(provider)
        .build()
}

pub(crate) fn send(
    agent: &Agent,
    request: &Request<Bytes>,
    timeout: Option<Duration>,
    max_response_bytes: usize,
) -> Result<Response<Bytes>, Failure<Error>> {
    let request = request_of(request);
    let request = agent
        .configure_request(request)
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(timeout)
        .build();
    let (head, mut body) = agent.run(request).map_err(sorted)?.into_parts();
    let max = u64::try_from(max_response_bytes).unwrap_or(u64::MAX);
    if body.content_length().is_some_and(|length| length > max) {
        return Err(Failure::too_large());
    }
    // ureq's limit refuses a body of just that length, so it is one byte higher than ours.
    match body
        .with_config()
        .limit(max.saturating_add(1))
        .read_to_vec()
    {
        Ok(body) if body.len() > max_response_bytes => Err(Failure::too_large()),
        Ok(body) => Ok(Response::from_parts(head, body.into())),
        Err(Error::BodyExceedsLimit(_)) => Err(Failure::too_large()),
        Err(error) => Err(sorted(error)),
    }
}

/// `&[u8]` is a body to ureq; `Bytes` is not.
fn request_of(request: &Request<Bytes>) -> Request<&[u8]> {
    let mut plain = Request::new(&request.body()[..]);
    *plain.method_mut() = request.method().clone();
    *plain.uri_mut() = request.uri().clone();
    *plain.headers_mut() = request.headers().clone();
    plain
}

/// What is known after an error of ureq's.
fn sorted(error: Error) -> Failure<Error> {
    let kind = match &error {
        Error::HostNotFound
        | Error::ConnectionFailed
        | Error::BadUri(_)
        | Error::Http(_)
        | Error::InvalidProxyUrl
        | Error::ConnectProxyFailed(_)
        | Error::RequireHttpsOnly(_)
        | Error::Tls(_)
        | Error::TlsRequired
        | Error::Timeout(Timeout::Resolve | Timeout::Connect) => FailureKind::NotSent,
        Error::Timeout(_) => FailureKind::TimedOut,
        Error::Io(error) => sorted_io(error),
        Error::Protocol(_) | Error::LargeResponseHeader(..) => FailureKind::Unanswered,
        _ => FailureKind::Other,
    };
    Failure::new(kind, error)
}

fn sorted_io(error: &io::Error) -> FailureKind {
    match error.kind() {
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable
        | io::ErrorKind::AddrNotAvailable => FailureKind::NotSent,
        io::ErrorKind::TimedOut => FailureKind::TimedOut,
        _ if is_lookup_failure(error) => FailureKind::NotSent,
        #[cfg(feature = "rustls")]
        _ if is_handshake_failure(error) => FailureKind::NotSent,
        _ => FailureKind::Unanswered,
    }
}

/// The standard library gives a failed name lookup no kind of its own, only this text.
fn is_lookup_failure(error: &io::Error) -> bool {
    error
        .to_string()
        .starts_with("failed to lookup address information")
}

/// The server's certificate is refused before the request is sent.
#[cfg(feature = "rustls")]
fn is_handshake_failure(error: &io::Error) -> bool {
    let source = error.get_ref().and_then(|error| error.downcast_ref());
    matches!(source, Some(rustls::Error::InvalidCertificate(_)))
}
