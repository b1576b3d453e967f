//! Our client on each stack, and a hand-written client with the same settings.
//! `apideck-vault-stacks` builds the clients; here is one request by hand on each stack.

pub(crate) mod hyper;
pub(crate) mod reqwest;
pub(crate) mod ureq;

use apideck_vault_core::{ClientSettings, Session};
use bytes::Bytes;
use http::uri::Scheme;
use http::{Request, Response, StatusCode};
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use super::Anything;
use super::asynchronous::Creates;
use super::blocking::CreatesBlocking;
use super::client::settings;
use super::work::Work;
use crate::by_hand::{Created, Prepared, created};

/// One client of ours for each that the work wants.
fn ours<C>(
    work: &Work,
    new: impl Fn(ClientSettings, Option<&str>) -> Result<C, Anything>,
) -> Result<Vec<C>, Anything> {
    let authority = authority(work)?;
    let new = |settings| new(settings, authority.as_deref());
    settings(work)?.into_iter().map(new).collect()
}

/// The server's own certificate as PEM, if it speaks TLS.
fn authority(work: &Work) -> Result<Option<String>, Anything> {
    let read = work.certificate.as_ref().map(fs::read_to_string);
    Ok(read.transpose()?)
}

/// A stack that sends one request, as written by hand.
pub(crate) trait Exchanges: Clone + Send + Sync + 'static {
    fn exchange(
        &self,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<Bytes>, Anything>> + Send;
}

/// A stack that sends one request and blocks, as written by hand.
pub(crate) trait ExchangesBlocking: Clone + Send + Sync + 'static {
    fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Anything>;
}

/// A hand-written client on a stack.
#[derive(Clone)]
pub(crate) struct ByHand<S> {
    stack: S,
    prepared: Arc<Prepared>,
    attempts: u32,
}

impl<S> ByHand<S> {
    /// One for each that the work wants. They have the same settings as ours.
    fn all(
        work: &Work,
        stack: impl Fn(ClientSettings, Option<&str>) -> Result<S, Anything>,
    ) -> Result<Vec<Self>, Anything> {
        let scheme = match work.certificate {
            Some(_) => Scheme::HTTPS,
            None => Scheme::HTTP,
        };
        ours(work, |settings, authority| {
            Ok(Self {
                stack: stack(settings, authority)?,
                prepared: Arc::new(Prepared::new(scheme.clone(), &work.authority)?),
                attempts: work.attempts,
            })
        })
    }
}

impl<S: Exchanges> ByHand<S> {
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Created>, Anything> {
        for _ in 1..self.attempts {
            let answer = self.stack.exchange(request.clone()).await?;
            if answer.status() != StatusCode::SERVICE_UNAVAILABLE {
                return created(answer);
            }
            tokio::time::sleep(Duration::ZERO).await;
        }
        created(self.stack.exchange(request).await?)
    }
}

impl<S: Exchanges> Creates for ByHand<S> {
    async fn create(&self, consumer_id: &str, session: Session) -> Result<usize, Anything> {
        let request = self.prepared.request(consumer_id, &session)?;
        let created = self.call(request).await?;
        Ok(created.body().data.session_uri.len())
    }
}

impl<S: ExchangesBlocking> ByHand<S> {
    fn call_blocking(&self, request: Request<Bytes>) -> Result<Response<Created>, Anything> {
        for _ in 1..self.attempts {
            let answer = self.stack.exchange(request.clone())?;
            if answer.status() != StatusCode::SERVICE_UNAVAILABLE {
                return created(answer);
            }
        }
        created(self.stack.exchange(request)?)
    }
}

impl<S: ExchangesBlocking> CreatesBlocking for ByHand<S> {
    fn create(&self, consumer_id: &str, session: Session) -> Result<usize, Anything> {
        let request = self.prepared.request(consumer_id, &session)?;
        Ok(self.call_blocking(request)?.body().data.session_uri.len())
    }
}
