//! hyper-util's pooled client.

use apideck_vault_core::{CreateSession, Session};
use apideck_vault_hyper::VaultClient;
use apideck_vault_hyper::hyper_util::client::legacy::Client;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::sync::Arc;
use std::time::Duration;

use super::{prepared, trusting};
use crate::by_hand::{Created, Prepared, created};
use crate::loopback::Anything;
use crate::loopback::asynchronous::Creates;
use crate::loopback::client::{CONNECT_TIMEOUT, settings, timeout};
use crate::loopback::work::Work;

type Stack = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// The stack with the settings of our default client.
fn stack(work: &Work) -> Result<Stack, Anything> {
    let mut tcp = HttpConnector::new();
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    let provider = rustls::crypto::ring::default_provider();
    let tls = HttpsConnectorBuilder::new();
    let tls = match &work.certificate {
        Some(certificate) => tls.with_tls_config(trusting(certificate, provider)?),
        None => tls.with_provider_and_webpki_roots(provider)?,
    };
    Ok(Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .build(tls.https_or_http().enable_http1().wrap_connector(tcp)))
}

/// Our clients: on the default one, or on one that trusts the server's certificate.
pub(crate) fn ours(work: &Work) -> Result<Vec<Ours>, Anything> {
    settings(work)?
        .into_iter()
        .map(|settings| {
            Ok(match &work.certificate {
                Some(_) => {
                    let client = VaultClient::from_client(settings, stack(work)?);
                    Ours::OfCaller(Box::new(client))
                }
                None => Ours::Default(VaultClient::new(settings)),
            })
        })
        .collect()
}

/// Our client on either service.
#[derive(Clone)]
pub(crate) enum Ours {
    Default(VaultClient),
    OfCaller(Box<VaultClient<Stack>>),
}

impl Creates for Ours {
    async fn create(&self, consumer_id: &str, session: Session) -> Result<usize, Anything> {
        let create = CreateSession::new(consumer_id).session(session);
        let created = match self {
            Self::Default(client) => client.create_session(create).await?,
            Self::OfCaller(client) => client.create_session(create).await?,
        };
        Ok(created.session_uri().len())
    }
}

/// As it is written by hand.
#[derive(Clone)]
pub(crate) struct ByHand {
    client: Stack,
    prepared: Arc<Prepared>,
    timeout: Option<Duration>,
    attempts: u32,
}

impl ByHand {
    pub(crate) fn new(work: &Work) -> Result<Vec<Self>, Anything> {
        let new = |_| {
            Ok(Self {
                client: stack(work)?,
                prepared: Arc::new(prepared(work)?),
                timeout: timeout(work),
                attempts: work.attempts,
            })
        };
        (0..work.clients).map(new).collect()
    }

    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Anything> {
        match self.timeout {
            Some(timeout) => tokio::time::timeout(timeout, self.exchange(request)).await?,
            None => self.exchange(request).await,
        }
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Anything> {
        let (head, body) = self
            .client
            .request(request.map(Full::new))
            .await?
            .into_parts();
        Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
    }

    async fn call(&self, request: Request<Bytes>) -> Result<Response<Created>, Anything> {
        for _ in 1..self.attempts {
            let answer = self.send(request.clone()).await?;
            if answer.status() != StatusCode::SERVICE_UNAVAILABLE {
                return created(answer);
            }
            tokio::time::sleep(Duration::ZERO).await;
        }
        created(self.send(request).await?)
    }
}

impl Creates for ByHand {
    async fn create(&self, consumer_id: &str, session: Session) -> Result<usize, Anything> {
        let request = self.prepared.request(consumer_id, &session)?;
        let created = self.call(request).await?;
        Ok(created.body().data.session_uri.len())
    }
}
