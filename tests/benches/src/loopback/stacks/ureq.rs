//! ureq.

use apideck_vault_core::{CreateSession, Session};
use apideck_vault_stacks::ureq::{Bare, VaultClient, bare};
use bytes::Bytes;
use http::{Request, Response};

use super::{ByHand, ExchangesBlocking};
use crate::loopback::Anything;
use crate::loopback::blocking::CreatesBlocking;
use crate::loopback::work::Work;

pub(crate) fn ours(work: &Work) -> Result<Vec<VaultClient>, Anything> {
    super::ours(work, apideck_vault_stacks::ureq::ours)
}

impl CreatesBlocking for VaultClient {
    fn create(&self, consumer_id: &str, session: Session) -> Result<usize, Anything> {
        let create = CreateSession::new(consumer_id).session(session);
        Ok(self.create_session(create)?.session_uri().len())
    }
}

pub(crate) fn by_hand(work: &Work) -> Result<Vec<ByHand<Bare>>, Anything> {
    ByHand::all(work, |settings, authority| bare(&settings, authority))
}

impl ExchangesBlocking for Bare {
    fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Anything> {
        let (head, body) = request.into_parts();
        let answer = self.run(Request::from_parts(head, &body[..]))?;
        let (head, mut body) = answer.into_parts();
        Ok(Response::from_parts(head, body.read_to_vec()?.into()))
    }
}
