//! hyper, with hyper-util's pooled client.

use apideck_vault_core::http::{Request, Response};
use apideck_vault_core::{Bytes, ClientSettings, Vault};
use apideck_vault_hyper::hyper::body::Incoming;
use apideck_vault_hyper::{Full, VaultClient};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{self, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tower_service::Service;

use crate::any_operation::{AnyOperation, Output};
use crate::client::{self, Change};
use crate::{Ability, BoxError, Call, Client, Custom, Http, HttpStack, outcome};

#[derive(Debug)]
pub(crate) struct Hyper;

impl HttpStack for Hyper {
    fn name(&self) -> &'static str {
        "hyper"
    }

    fn lacks(&self, ability: Ability) -> Option<&'static str> {
        match ability {
            Ability::Blocking => Some("it does not block"),
            Ability::ProxyOfEnvironment => {
                Some("hyper reads no environment: a proxy is a connector of one's own")
            }
            Ability::FollowingRedirects => Some("hyper follows none by itself"),
            Ability::TimingBodies => Some("a timeout around a service ends where the body begins"),
            Ability::Unpacking => Some("hyper unpacks nothing by itself"),
            _ => None,
        }
    }

    fn default_client(&self, settings: ClientSettings) -> Client {
        Client::new(VaultClient::new(settings))
    }

    fn unchanged(&self, settings: ClientSettings) -> Client {
        let own = legacy::Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        Client::new(VaultClient::from_client(settings, own))
    }

    fn custom(&self, settings: ClientSettings, custom: &Custom<'_>) -> Result<Client, BoxError> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(trusting(custom.authority)?)
            .https_or_http();
        let https = match custom.http {
            Http::One => https.enable_http1().wrap_connector(tcp),
            #[cfg(feature = "http2")]
            Http::Two => https.enable_http2().wrap_connector(tcp),
        };
        let own = legacy::Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(https);
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

/// TLS that trusts this authority and no other one.
fn trusting(authority: Option<&str>) -> Result<ClientConfig, BoxError> {
    let mut roots = RootCertStore::empty();
    if let Some(authority) = authority {
        roots.add(CertificateDer::from_pem_slice(authority.as_bytes())?)?;
    }
    let provider = rustls::crypto::ring::default_provider();
    Ok(ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

type Own = legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A tower service as a user writes one: it gives up after some time, as hyper by itself does not.
#[derive(Clone)]
struct GivesUp {
    own: Own,
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
}
