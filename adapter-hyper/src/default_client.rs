//! The service that is used unless the caller provides one.

use apideck_vault_core::error::ClientError;
use apideck_vault_core::http::uri::Scheme;
use apideck_vault_core::http::{Request, Response};
use apideck_vault_core::proxy::EnvironmentProxy;
use apideck_vault_core::{Bytes, Vault};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, Client};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::convert::Infallible;
use std::env;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;
use tower_service::Service;

use crate::by_runtime::ByRuntime;
use crate::connector::{CONNECT_TIMEOUT, InTime};
use crate::tls;

/// Where a call gets its service from.
#[derive(Debug, Clone)]
pub(crate) struct Clients<S> {
    client: S,
    /// The service for this vault's server.
    of: fn(&S, &Vault) -> Result<S, ClientError>,
}

impl Clients<DefaultClient> {
    /// A client for this one job, so that what an attempt does and where the key goes is known.
    pub(crate) fn by_default() -> Self {
        Self {
            client: DefaultClient::new(),
            of: DefaultClient::of,
        }
    }
}

impl<S: Clone> Clients<S> {
    pub(crate) fn of_caller(client: S) -> Self {
        Self {
            client,
            of: |client, _| Ok(client.clone()),
        }
    }

    /// The service for this vault's server.
    pub(crate) fn of(&self, vault: &Vault) -> Result<S, ClientError> {
        (self.of)(&self.client, vault)
    }
}

/// hyper-util's pooled client, with TLS if a [feature](crate#features) for it is on. Clones share the pools,
/// of which there is one for each runtime.
///
/// [`VaultClient::new`](crate::VaultClient::new) makes it, and [`VaultClient`](crate::VaultClient) means one
/// with it. Your own types need its name if they are to work with other services, too:
///
/// ```
/// use apideck_vault_hyper::{DefaultClient, Vault, VaultClient};
///
/// /// With a service of its own in tests, such as `Onboarding<Fake>`.
/// struct Onboarding<S = DefaultClient> {
///     vault: VaultClient<S>,
/// }
///
/// let vault = VaultClient::new(Vault::new("sk_live_1", "app")?);
/// let onboarding: Onboarding = Onboarding { vault };
/// # let Onboarding { vault: _ } = onboarding;
/// # Ok::<(), apideck_vault_hyper::error::BuildError>(())
/// ```
#[derive(Debug, Clone)]
pub struct DefaultClient {
    ways: Arc<Ways>,
    /// Whether https goes through the proxy.
    is_tunneled: bool,
}

/// Those for https are made when they are first needed, so that a program that only uses plain http loads no
/// certificates.
#[derive(Debug)]
struct Ways {
    https: OnceLock<Pools>,
    https_through_proxy: OnceLock<Pools>,
    http: Pools,
    proxy: EnvironmentProxy,
}

#[derive(Debug)]
struct Pools {
    connector: InTime,
    // In an `Arc`, because every call clones it, and cloning hyper-util's client copies its settings.
    by_runtime: ByRuntime<Arc<Pool>>,
}

type Pool = Client<InTime, Full<Bytes>>;

impl DefaultClient {
    fn new() -> Self {
        Self {
            ways: Arc::new(Ways {
                https: OnceLock::new(),
                https_through_proxy: OnceLock::new(),
                // Plain http goes to loopback, or was requested explicitly: a proxy could read the key.
                http: Pools::new(InTime::new(tcp())),
                proxy: EnvironmentProxy::new(|name| env::var_os(name)),
            }),
            is_tunneled: false,
        }
    }

    /// The client for this vault's server.
    fn of(&self, vault: &Vault) -> Result<Self, ClientError> {
        let proxy = self.ways.proxy.url_for(vault)?;
        let pools = match proxy {
            Some(_) => &self.ways.https_through_proxy,
            None => &self.ways.https,
        };
        if vault.is_https() && pools.get().is_none() {
            let connector = tls::connector(tcp_below_tls(), proxy)?;
            // Another thread may have been quicker.
            let _ = pools.set(Pools::new(connector));
        }
        Ok(Self {
            ways: Arc::clone(&self.ways),
            is_tunneled: proxy.is_some(),
        })
    }
}

fn tcp_below_tls() -> HttpConnector {
    let mut tcp = tcp();
    tcp.enforce_http(false);
    tcp
}

fn tcp() -> HttpConnector {
    let mut tcp = HttpConnector::new();
    // Divided among the addresses of a name, so that the first one cannot use all of it.
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(KEEPALIVE));
    tcp.set_keepalive_interval(Some(KEEPALIVE));
    tcp.set_keepalive_retries(Some(3));
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    tcp.set_tcp_user_timeout(Some(STUCK_TIMEOUT));
    tcp
}

impl Service<Request<Full<Bytes>>> for DefaultClient {
    type Response = Response<Incoming>;
    type Error = legacy::Error;
    type Future = legacy::ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        let is_https = request.uri().scheme() == Some(&Scheme::HTTPS);
        let https = match self.is_tunneled {
            true => &self.ways.https_through_proxy,
            false => &self.ways.https,
        };
        match https.get() {
            Some(https) if is_https => https.request(request),
            // It refuses any other scheme.
            _ => self.ways.http.request(request),
        }
    }
}

impl Pools {
    fn new(connector: InTime) -> Self {
        Self {
            connector,
            by_runtime: ByRuntime::new(),
        }
    }

    fn request(&self, request: Request<Full<Bytes>>) -> legacy::ResponseFuture {
        let Ok(pool) = self.by_runtime.get(|| self.another());
        pool.request(request)
    }

    fn another(&self) -> Result<Arc<Pool>, Infallible> {
        let pool = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .http1_max_buf_size(MOST_BUFFERED)
            .build(self.connector.clone());
        Ok(Arc::new(pool))
    }
}

/// Below the 60 s after which AWS' balancers, and many NATs, forget a connection without a word, so that
/// a request after a pause does not vanish on it
/// ([idle timeout](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#connection-idle-timeout)).
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// What reqwest does, too: hyper keeps a connection for as long as it has something to send, also after the
/// call has ended, and the server may never read it.
#[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
const STUCK_TIMEOUT: Duration = Duration::from_secs(30);
const KEEPALIVE: Duration = Duration::from_secs(15);

/// hyper reads this much at a time, 128 times before it lets another task have a turn. With its own
/// default, 400 KiB, a server that floods the connection can keep the thread for so long that timeouts
/// come late.
const MOST_BUFFERED: usize = 64 * 1024;
