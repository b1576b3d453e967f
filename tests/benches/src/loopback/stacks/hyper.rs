//! hyper-util's pooled client.

use apideck_vault_core::{CreateSession, Session};
use apideck_vault_stacks::hyper::{Bare, Ours, bare};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use std::time::Duration;

use super::{ByHand, Exchanges};
use crate::loopback::Anything;
use crate::loopback::asynchronous::Creates;
use crate::loopback::work::Work;

pub(crate) fn ours(work: &Work) -> Result<Vec<Ours>, Anything> {
    super::ours(work, apideck_vault_stacks::hyper::ours)
}

impl Creates for Ours {
    async fn create(&self, consumer_id: &str, session: Session) -> Result<usize, Anything> {
        let create = CreateSession::new(consumer_id).session(session);
        let created = match self {
            Self::Default(client) => client.create_session(create).await?,
            Self::OnBare(client) => client.create_session(create).await?,
        };
        Ok(created.session_uri().len())
    }
}

pub(crate) fn by_hand(work: &Work) -> Result<Vec<ByHand<Floor>>, Anything> {
    ByHand::all(work, |settings, authority| {
        Ok(Floor {
            client: bare(authority)?,
            timeout: settings.attempt_timeout,
        })
    })
}

#[derive(Clone)]
pub(crate) struct Floor {
    client: Bare,
    timeout: Option<Duration>,
}

impl Floor {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Anything> {
        let answer = self.client.request(request.map(Full::new)).await?;
        let (head, body) = answer.into_parts();
        Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
    }
}

impl Exchanges for Floor {
    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Anything> {
        match self.timeout {
            Some(timeout) => tokio::time::timeout(timeout, self.send(request)).await?,
            None => self.send(request).await,
        }
    }
}
