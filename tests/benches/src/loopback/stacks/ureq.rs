//! ureq.

use apideck_vault_core::{CreateSession, Session};
use apideck_vault_ureq::VaultClient;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use std::fs;
use std::sync::Arc;
use ureq::Agent;
use ureq::config::AutoHeaderValue;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

use super::prepared;
use crate::by_hand::{Created, Prepared, created};
use crate::loopback::Anything;
use crate::loopback::blocking::CreatesBlocking;
use crate::loopback::client::{CONNECT_TIMEOUT, settings, timeout};
use crate::loopback::work::Work;

/// The stack with the settings of our default client.
fn stack(work: &Work) -> Result<Agent, Anything> {
    let roots = match &work.certificate {
        Some(certificate) => {
            RootCerts::new_with_certs(&[Certificate::from_pem(&fs::read(certificate)?)?])
        }
        None => RootCerts::WebPki,
    };
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(roots)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    Ok(Agent::config_builder()
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .max_idle_connections(1024)
        .max_idle_connections_per_host(1024)
        .timeout_global(timeout(work))
        .accept_encoding(AutoHeaderValue::None)
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .tls_config(tls)
        .build()
        .new_agent())
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

impl CreatesBlocking for VaultClient {
    fn create(&self, consumer_id: &str, session: Session) -> Result<usize, Anything> {
        let create = CreateSession::new(consumer_id).session(session);
        Ok(self.create_session(create)?.session_uri().len())
    }
}

/// As it is written by hand.
#[derive(Clone)]
pub(crate) struct ByHand {
    agent: Agent,
    prepared: Arc<Prepared>,
    attempts: u32,
}

impl ByHand {
    pub(crate) fn new(work: &Work) -> Result<Vec<Self>, Anything> {
        let new = |_| {
            Ok(Self {
                agent: stack(work)?,
                prepared: Arc::new(prepared(work)?),
                attempts: work.attempts,
            })
        };
        (0..work.clients).map(new).collect()
    }

    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Anything> {
        let (head, body) = request.into_parts();
        let answer = self.agent.run(Request::from_parts(head, &body[..]))?;
        let (head, mut body) = answer.into_parts();
        Ok(Response::from_parts(head, body.read_to_vec()?.into()))
    }

    fn call(&self, request: Request<Bytes>) -> Result<Response<Created>, Anything> {
        for _ in 1..self.attempts {
            let answer = self.send(request.clone())?;
            if answer.status() != StatusCode::SERVICE_UNAVAILABLE {
                return created(answer);
            }
        }
        created(self.send(request)?)
    }
}

impl CreatesBlocking for ByHand {
    fn create(&self, consumer_id: &str, session: Session) -> Result<usize, Anything> {
        let request = self.prepared.request(consumer_id, &session)?;
        Ok(self.call(request)?.body().data.session_uri.len())
    }
}
