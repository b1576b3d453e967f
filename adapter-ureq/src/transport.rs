//! ureq's share of a call: one request, one answer, or what went wrong.

use apideck_vault_core::Bytes;
use apideck_vault_core::error::{Failure, FailureKind};
use apideck_vault_core::http::{Request, Response};
use std::io;
use std::time::Duration;
use ureq::config::{AutoHeaderValue, ConfigBuilder};
use ureq::typestate::AgentScope;
use ureq::{Agent, Error, Timeout};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The agents for encrypted and for plain requests.
#[derive(Debug, Clone)]
pub(crate) struct Agents {
    https: Agent,
    http: Agent,
}

impl Agents {
    /// Agents for this one job: what an attempt costs and where the key goes is known. Plain http
    /// goes to loopback, or was asked for by name: a proxy of the environment would read the key.
    pub(crate) fn new() -> Self {
        Self {
            https: default_config().build().new_agent(),
            http: default_config().proxy(None).build().new_agent(),
        }
    }

    pub(crate) fn of_caller(agent: Agent) -> Self {
        Self {
            https: agent.clone(),
            http: agent,
        }
    }

    pub(crate) fn for_scheme(&self, is_https: bool) -> &Agent {
        if is_https { &self.https } else { &self.http }
    }
}

fn default_config() -> ConfigBuilder<AgentScope> {
    let config = Agent::config_builder()
        .timeout_connect(Some(CONNECT_TIMEOUT))
        // Features of ureq that someone else in the program enables must not change this agent.
        .accept_encoding(AutoHeaderValue::None);
    #[cfg(feature = "rustls")]
    let config = config.tls_config(tls_config());
    config
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
        return Err(FailureKind::TooLarge.into());
    }
    // ureq's limit refuses a body of just that length, so it is one byte higher than ours.
    match body
        .with_config()
        .limit(max.saturating_add(1))
        .read_to_vec()
    {
        Ok(body) if body.len() > max_response_bytes => Err(FailureKind::TooLarge.into()),
        Ok(body) => Ok(Response::from_parts(head, body.into())),
        Err(Error::BodyExceedsLimit(_)) => Err(FailureKind::TooLarge.into()),
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
        | Error::ConnectProxyFailed(_)
        | Error::Tls(_)
        | Error::Timeout(Timeout::Resolve | Timeout::Connect) => FailureKind::NotSent,
        Error::Timeout(_) => FailureKind::TimedOut,
        #[cfg(feature = "rustls")]
        Error::Io(error) if is_handshake_failure(error) => FailureKind::NotSent,
        Error::Io(error) => FailureKind::of_io(error),
        Error::Protocol(_) | Error::LargeResponseHeader(..) => FailureKind::Unanswered,
        _ => FailureKind::Other,
    };
    Failure::new(kind, error)
}

/// The server's certificate is refused before the request is sent.
#[cfg(feature = "rustls")]
fn is_handshake_failure(error: &io::Error) -> bool {
    let source = error.get_ref().and_then(|error| error.downcast_ref());
    matches!(source, Some(rustls::Error::InvalidCertificate(_)))
}
