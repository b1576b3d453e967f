//! The reqwest clients that are used unless the caller provides one.

use apideck_vault_core::Vault;
use apideck_vault_core::error::ClientError;
use reqwest::{Client, ClientBuilder, redirect, retry};
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

/// The clients for encrypted and for plain requests. Each is made when it is first needed, so that
/// a program that only uses plain http loads no certificates.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    https: Source,
    http: Source,
}

/// Where a call gets its client from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    OfCaller(Client),
    ByDefault(Arc<ByRuntime<Client>>, fn() -> Result<Client, ClientError>),
}

impl Clients {
    /// Clients for this one job, so that what an attempt does and where the key goes is known.
    pub(crate) fn by_default() -> Self {
        Self {
            https: Source::ByDefault(Arc::new(ByRuntime::new()), https),
            http: Source::ByDefault(Arc::new(ByRuntime::new()), http),
        }
    }

    pub(crate) fn of_caller(client: Client) -> Self {
        Self {
            https: Source::OfCaller(client.clone()),
            http: Source::OfCaller(client),
        }
    }

    /// Where the client for this vault's scheme is.
    pub(crate) fn of(&self, vault: &Vault) -> Source {
        match vault.is_https() {
            true => self.https.clone(),
            false => self.http.clone(),
        }
    }
}

impl Source {
    /// The client of the runtime on which this is called.
    pub(crate) fn client(self) -> Result<Client, ClientError> {
        match self {
            Self::OfCaller(client) => Ok(client),
            Self::ByDefault(clients, make) => clients.get(make),
        }
    }
}

fn https() -> Result<Client, ClientError> {
    build(tls::https(builder())?)
}

/// Plain http goes to loopback, or was requested explicitly. A proxy from the environment could
/// read the key.
fn http() -> Result<Client, ClientError> {
    // Otherwise reqwest would load the system's certificates.
    build(tls::without_roots(builder().no_proxy())?)
}

fn builder() -> ClientBuilder {
    Client::builder()
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
