//! The reqwest clients that are used unless the caller provides one.

use apideck_vault_core::Vault;
use apideck_vault_core::error::ClientError;
use apideck_vault_core::proxy::EnvironmentProxy;
use reqwest::{Client, ClientBuilder, Proxy, redirect, retry};
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crate::by_runtime::ByRuntime;
use crate::tls;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Below the 60 s after which AWS' balancers, and many NATs, forget a connection without a word, so that
/// a request after a pause does not vanish on it
/// ([idle timeout](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#connection-idle-timeout)).
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// The caller's client, or the default ones.
#[derive(Debug, Clone)]
pub(crate) enum Clients {
    OfCaller(Client),
    ByDefault(Arc<Defaults>),
}

/// The clients for encrypted and for plain requests. Each is made when it is first needed, so that
/// a program that only uses plain http loads no certificates.
#[derive(Debug)]
pub(crate) struct Defaults {
    https: ByRuntime<Client>,
    https_through_proxy: ByRuntime<Client>,
    http: ByRuntime<Client>,
    proxy: EnvironmentProxy,
}

/// Where a call gets its client from.
pub(crate) enum Source {
    OfCaller(Client),
    ByDefault(Arc<Defaults>, Way),
}

/// How a call reaches the server.
pub(crate) enum Way {
    Https,
    /// Through the proxy with this URL.
    HttpsThrough(String),
    /// Plain http goes to loopback, or was requested explicitly. A proxy could read the key.
    Http,
}

impl Clients {
    /// Clients for this one job, so that what an attempt does and where the key goes is known.
    pub(crate) fn by_default() -> Self {
        Self::ByDefault(Arc::new(Defaults {
            https: ByRuntime::new(),
            https_through_proxy: ByRuntime::new(),
            http: ByRuntime::new(),
            proxy: EnvironmentProxy::new(|name| env::var_os(name)),
        }))
    }

    /// Where the client for this vault's server is.
    pub(crate) fn of(&self, vault: &Vault) -> Result<Source, ClientError> {
        let defaults = match self {
            Self::OfCaller(client) => return Ok(Source::OfCaller(client.clone())),
            Self::ByDefault(defaults) => defaults,
        };
        let way = match defaults.proxy.url_for(vault)? {
            Some(url) => Way::HttpsThrough(url.to_owned()),
            None if vault.is_https() => Way::Https,
            None => Way::Http,
        };
        Ok(Source::ByDefault(Arc::clone(defaults), way))
    }
}

impl Source {
    /// The client of the runtime on which this is called.
    pub(crate) fn client(self) -> Result<Client, ClientError> {
        let (defaults, way) = match self {
            Self::OfCaller(client) => return Ok(client),
            Self::ByDefault(defaults, way) => (defaults, way),
        };
        match way {
            Way::Https => defaults.https.get(|| build(tls::https(builder())?)),
            Way::HttpsThrough(url) => defaults
                .https_through_proxy
                .get(|| build(tls::https(builder().proxy(proxy(&url)?))?)),
            // Otherwise reqwest would load the system's certificates.
            Way::Http => defaults.http.get(|| build(tls::without_roots(builder())?)),
        }
    }
}

fn proxy(url: &str) -> Result<Proxy, ClientError> {
    // The error may have the password.
    Proxy::https(url)
        .map_err(|_| ClientError::unbuildable("reqwest", "it cannot use the environment's proxy"))
}

fn builder() -> ClientBuilder {
    Client::builder()
        // Its own rules for the environment's, which depend on its features.
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        // reqwest features that another part of the program enables must not change this client.
        .http1_only()
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .no_hickory_dns()
}

/// Without a feature for TLS, reqwest panics if another part of the program enables its feature
/// `rustls-no-provider`, and nobody has installed a provider.
fn build(builder: ClientBuilder) -> Result<Client, ClientError> {
    let unbuildable =
        |reason: &dyn ToString| ClientError::unbuildable("reqwest", reason.to_string());
    match catch_unwind(AssertUnwindSafe(|| builder.build())) {
        Ok(client) => client.map_err(|error| unbuildable(&error)),
        Err(panic) => Err(match panic.downcast_ref::<&str>() {
            Some(reason) => unbuildable(reason),
            None => unbuildable(&"it panicked"),
        }),
    }
}
