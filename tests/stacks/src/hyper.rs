//! hyper, with hyper-util's pooled client.

use apideck_vault_core::http::{Request, Response};
use apideck_vault_core::{Bytes, ClientSettings, Vault};
use apideck_vault_hyper::Full;
pub use apideck_vault_hyper::VaultClient;
use apideck_vault_hyper::hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{HttpConnector, dns::Name};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::crypto::ring;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use std::vec;
use tower_service::Service;

use crate::any_operation::{AnyOperation, Output};
use crate::client::{self, Change};
use crate::tls::{NOT_RESUMING, NOT_SEEING_THE_END, trusting};
use crate::{
    Ability, BoxError, CONNECT_TIMEOUT, Call, Client, Custom, Http, HttpStack, IDLE_TIMEOUT, Stack,
    outcome,
};

/// The stack.
pub const STACK: Stack = &Hyper;

#[derive(Debug)]
struct Hyper;

impl HttpStack for Hyper {
    fn name(&self) -> &'static str {
        "hyper"
    }

    fn lacks(&self, ability: Ability) -> Option<&'static str> {
        match ability {
            Ability::Blocking => Some("its calls do not block"),
            Ability::ProxyOfEnvironment => {
                Some("hyper's own client does not read the environment: the adapter's does")
            }
            Ability::FollowingRedirects => Some("hyper does not follow redirects"),
            Ability::TimingBodies => Some("a timeout around a service ends where the body begins"),
            Ability::Unpacking => Some("hyper does not unpack bodies"),
            Ability::Resuming => NOT_RESUMING,
            Ability::SeeingTheEndOfTls => NOT_SEEING_THE_END,
            _ => None,
        }
    }

    fn default_client(&self, settings: ClientSettings) -> Client {
        Client::new(VaultClient::new(settings))
    }

    fn trusting(&self, settings: ClientSettings, authority: &str) -> Result<Client, BoxError> {
        let own = bare(Some(authority))?;
        Ok(Client::new(VaultClient::from_client(settings, own)))
    }

    fn unchanged(&self, settings: ClientSettings) -> Client {
        let own = legacy::Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        Client::new(VaultClient::from_client(settings, own))
    }

    fn custom(&self, settings: ClientSettings, custom: &Custom<'_>) -> Result<Client, BoxError> {
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(trusting(
                custom.authority,
                custom.identity,
                ring::default_provider(),
            )?)
            .https_or_http();
        if let Some(addresses) = custom.addresses {
            let mut tcp = HttpConnector::new_with_resolver(Finds::new(addresses));
            tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
            let own = legacy::Client::builder(TokioExecutor::new()).build::<_, Full<Bytes>>(tcp);
            return Ok(Client::new(VaultClient::from_client(settings, own)));
        }
        let own = pooled(match custom.http {
            Http::One => https.enable_http1().wrap_connector(tcp()),
            #[cfg(feature = "http2")]
            Http::Two => https.enable_http2().wrap_connector(tcp()),
        });
        Ok(match custom.gives_up_after {
            None => Client::new(VaultClient::from_client(settings, own)),
            Some(silence) => {
                let own = GivesUp {
                    own,
                    after: silence,
                };
                Client::new(VaultClient::from_client(settings, own))
            }
        })
    }
}

/// hyper-util's pooled client.
pub type Bare = legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// The stack's own client with the settings of the adapter's default client. It trusts this authority,
/// given as PEM, or Mozilla's root certificates.
///
/// # Errors
///
/// If the authority is not a certificate.
pub fn bare(authority: Option<&str>) -> Result<Bare, BoxError> {
    let mut tcp = tcp();
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    let provider = ring::default_provider();
    let tls = HttpsConnectorBuilder::new();
    let tls = match authority {
        Some(_) => tls.with_tls_config(trusting(authority, None, provider)?),
        None => tls.with_provider_and_webpki_roots(provider)?,
    };
    let https = tls.https_or_http().enable_http1();
    Ok(legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIMEOUT)
        .build(https.wrap_connector(tcp)))
}

/// The stack's own client with its own default settings. It trusts this authority, given as PEM.
///
/// # Errors
///
/// If the authority is not a certificate.
pub fn with_its_defaults(authority: &str, http: Http) -> Result<Bare, BoxError> {
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(trusting(Some(authority), None, ring::default_provider())?)
        .https_or_http();
    let https = match http {
        Http::One => https.enable_http1().build(),
        #[cfg(feature = "http2")]
        Http::Two => https.enable_http2().build(),
    };
    Ok(legacy::Client::builder(TokioExecutor::new()).build(https))
}

/// The adapter's client with its own types.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_enums, reason = "a caller handles both")]
pub enum Ours {
    /// The default client.
    Default(VaultClient),
    /// A client on [`Bare`].
    OnBare(Box<VaultClient<Bare>>),
}

/// The adapter's default client, or one on [`bare`] that trusts this authority.
///
/// # Errors
///
/// If the authority is not a certificate.
pub fn ours(settings: ClientSettings, authority: Option<&str>) -> Result<Ours, BoxError> {
    Ok(match authority {
        Some(_) => {
            let client = VaultClient::from_client(settings, bare(authority)?);
            Ours::OnBare(Box::new(client))
        }
        None => Ours::Default(VaultClient::new(settings)),
    })
}

fn tcp() -> HttpConnector {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp
}

fn pooled(https: HttpsConnector<HttpConnector>) -> Bare {
    legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .build(https)
}

/// A resolver that finds the same addresses for any name.
#[derive(Clone)]
struct Finds(Vec<SocketAddr>);

impl Finds {
    fn new(addresses: &[IpAddr]) -> Self {
        // hyper puts in the port of the URL.
        let with_port = |&address| SocketAddr::new(address, 0);
        Self(addresses.iter().map(with_port).collect())
    }
}

impl Service<Name> for Finds {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        ready(Ok(self.0.clone().into_iter()))
    }
}

/// A tower service as a user might write it: it gives up after some time, which hyper does not do by
/// itself.
#[derive(Clone)]
struct GivesUp {
    own: Bare,
    after: Duration,
}

impl Service<Request<Full<Bytes>>> for GivesUp {
    type Response = Response<Incoming>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.own.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        let answer = tokio::time::timeout(self.after, self.own.call(request));
        Box::pin(async { Ok(answer.await??) })
    }
}

impl<S, B> client::VaultClient for VaultClient<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    fn settings(&self) -> &ClientSettings {
        self.settings()
    }

    fn with_settings(&self, change: Change<'_>) -> Client {
        Client::new(self.with_settings(change))
    }

    fn with_vault(&self, vault: Vault) -> Client {
        Client::new(self.with_vault(vault))
    }

    fn call(&self, operation: AnyOperation) -> Call<Output> {
        let call = self.send(operation);
        Call::Future(Box::pin(async { outcome(call.await) }))
    }

    fn connect(&self) -> Call<()> {
        let call = self.connect();
        Call::Future(Box::pin(async { outcome(call.await.map(Response::new)) }))
    }
}
