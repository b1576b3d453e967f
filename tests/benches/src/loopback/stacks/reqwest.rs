//! reqwest.

use apideck_vault_core::{CreateSession, Session};
use apideck_vault_reqwest::VaultClient;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use reqwest::Client;
use std::sync::Arc;
use std::time::Duration;

use super::{prepared, trusting};
use crate::by_hand::{Created, Prepared, created};
use crate::loopback::Anything;
use crate::loopback::asynchronous::Creates;
use crate::loopback::client::{CONNECT_TIMEOUT, settings, timeout};
use crate::loopback::work::Work;

/// The stack with the settings of our default client.
fn stack(work: &Work) -> Result<Client, Anything> {
    let builder = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .http1_only()
        .no_proxy();
    let builder = match &work.certificate {
        Some(certificate) => {
            let provider = rustls::crypto::aws_lc_rs::default_provider();
            builder.tls_backend_preconfigured(trusting(certificate, provider)?)
        }
        None => builder,
    };
    Ok(builder.build()?)
}

/// Our clients: on the default one, or on one that trusts the server's certificate.
pub(crate) fn ours(work: &Work) -> Result<Vec<VaultClient>, Anything> {
    settings(work)?
        .into_iter()
        .map(|settings| {
            Ok(match &work.certificate {
                Some(_) => VaultClient::from_client(settings, stack(work)?),
                None => VaultClient::new(settings),
            })
        })
        .collect()
}

impl Creates for VaultClient {
    async fn create(&self, consumer_id: &str, session: Session) -> Result<usize, Anything> {
        let create = CreateSession::new(consumer_id).session(session);
        Ok(self.create_session(create).await?.session_uri().len())
    }
}

/// As it is written by hand.
#[derive(Clone)]
pub(crate) struct ByHand {
    client: Client,
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
        let mut request = reqwest::Request::try_from(request)?;
        *request.timeout_mut() = self.timeout;
        let answer = self.client.execute(request).await?;
        let (head, body) = Response::<reqwest::Body>::from(answer).into_parts();
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
