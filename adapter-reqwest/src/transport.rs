//! reqwest's share of a call: one request, one answer, or what went wrong.

use apideck_vault_core::Bytes;
use apideck_vault_core::error::{BuildError, Failure, FailureKind};
use apideck_vault_core::http::{HeaderValue, Method, Request, Response, header};
use http_body::Body as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use reqwest::{Client, ClientBuilder, redirect, retry};
use std::fmt::Display;
use std::time::Duration;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The clients for encrypted and for plain requests.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    https: Client,
    http: Client,
}

impl Clients {
    /// Clients for this one job: what an attempt costs and where the key goes is known. Plain http
    /// goes to loopback, or was asked for by name: a proxy of the environment would read the key.
    pub(crate) fn new() -> Result<Self, BuildError> {
        let https = default_builder()?.build().map_err(unbuildable)?;
        let http = default_builder()?.no_proxy().build().map_err(unbuildable)?;
        Ok(Self { https, http })
    }

    pub(crate) fn of_caller(client: Client) -> Self {
        Self {
            https: client.clone(),
            http: client,
        }
    }

    pub(crate) fn for_scheme(&self, is_https: bool) -> &Client {
        if is_https { &self.https } else { &self.http }
    }
}

fn default_builder() -> Result<ClientBuilder, BuildError> {
    let builder = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        // Features of reqwest that someone else in the program enables must not change this client.
        .http1_only()
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate();
    #[cfg(feature = "rustls")]
    let builder = builder.tls_backend_preconfigured(tls_config().map_err(unbuildable)?);
    Ok(builder)
}

fn unbuildable(error: impl Display) -> BuildError {
    let problem = format!("cannot be built ({error})");
    let expected = "one of your own can be handed in with `from_client`";
    BuildError::new("the default reqwest client", problem, expected)
}

/// The provider is named, so that another one elsewhere in the program changes nothing.
#[cfg(feature = "rustls")]
fn tls_config() -> Result<rustls::ClientConfig, rustls::Error> {
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

pub(crate) async fn send(
    client: &Client,
    request: Request<Bytes>,
    timeout: Option<Duration>,
    max_response_bytes: usize,
) -> Result<Response<Bytes>, Failure<reqwest::Error>> {
    let mut request = reqwest::Request::try_from(framed(request)).map_err(sorted)?;
    *request.timeout_mut() = timeout;
    let answer = client.execute(request).await.map_err(sorted)?;
    let (head, body) = Response::<reqwest::Body>::from(answer).into_parts();
    if body.size_hint().lower() > u64::try_from(max_response_bytes).unwrap_or(u64::MAX) {
        return Err(FailureKind::TooLarge.into());
    }
    match Limited::new(body, max_response_bytes).collect().await {
        Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Err(FailureKind::TooLarge.into()),
        Err(error) => match error.downcast::<reqwest::Error>() {
            Ok(error) => Err(sorted(*error)),
            // `Limited` knows no third kind of error.
            Err(_) => Err(FailureKind::TooLarge.into()),
        },
    }
}

/// hyper leaves out the length of an empty body, which some servers insist on for these methods
/// ([RFC 9110, section 8.6](https://www.rfc-editor.org/rfc/rfc9110#section-8.6)).
fn framed(mut request: Request<Bytes>) -> Request<Bytes> {
    let has_content = [Method::POST, Method::PUT, Method::PATCH].contains(request.method());
    if has_content && request.body().is_empty() {
        let headers = request.headers_mut();
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    request
}

/// What is known after an error of reqwest's. The URL goes: it is the server's, and known.
fn sorted(error: reqwest::Error) -> Failure<reqwest::Error> {
    let kind = if error.is_connect() {
        FailureKind::NotSent
    } else if error.is_timeout() {
        FailureKind::TimedOut
    } else if error.is_request() || error.is_body() || error.is_decode() {
        FailureKind::Unanswered
    } else {
        FailureKind::Other
    };
    Failure::new(kind, error.without_url())
}
