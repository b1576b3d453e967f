//! reqwest.

use apideck_vault_core::{CreateSession, Session};
use apideck_vault_stacks::reqwest::{Bare, VaultClient, bare};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use std::time::Duration;

use super::{ByHand, Exchanges};
use crate::loopback::Anything;
use crate::loopback::asynchronous::Creates;
use crate::loopback::work::Work;

pub(crate) fn ours(work: &Work) -> Result<Vec<VaultClient>, Anything> {
    super::ours(work, apideck_vault_stacks::reqwest::ours)
}

impl Creates for VaultClient {
    async fn create(&self, consumer_id: &str, session: Session) -> Result<usize, Anything> {
        let create = CreateSession::new(consumer_id).session(session);
        Ok(self.create_session(create).await?.session_uri().len())
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

impl Exchanges for Floor {
    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Anything> {
        let mut request = reqwest::Request::try_from(request)?;
        *request.timeout_mut() = self.timeout;
        let answer = self.client.execute(request).await?;
        let (head, body) = Response::<reqwest::Body>::from(answer).into_parts();
        Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
    }
}
