//! What a call of the simulation asks, and the answer that it gets.

use apideck_vault_core::error::{BuildError, Failure, FailureKind, ResponseError};
use apideck_vault_core::http::{HeaderValue, Request, Response, StatusCode};
use apideck_vault_core::{Bytes, Operation, Vault, operation};

use super::service::Outcome;

/// An operation that costs the simulation little: the state machine around it is the real one.
#[derive(Debug)]
pub(super) struct Ask;

impl Operation for Ask {
    type Output = ();

    fn encode(&self, _: &Vault) -> Result<Request<Bytes>, BuildError> {
        Ok(Request::new(Bytes::new()))
    }

    fn decode(
        &self,
        vault: &Vault,
        answer: Response<Bytes>,
    ) -> Result<Response<()>, ResponseError> {
        match answer.status() {
            StatusCode::OK => Ok(answer.map(|_| ())),
            _ => Err(operation::refused(vault, answer).into()),
        }
    }
}

/// A connection was reset.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reset;

/// The outcome as an HTTP stack reports it.
pub(super) fn answer(outcome: Outcome) -> Result<Response<Bytes>, Failure<Reset>> {
    let mut answer = Response::new(Bytes::new());
    match outcome {
        Outcome::Success => {}
        Outcome::Status(status, retry_after) => {
            *answer.status_mut() = StatusCode::from_u16(status).expect("it is one of a few");
            if let Some(seconds) = retry_after {
                let seconds = HeaderValue::from(seconds);
                answer.headers_mut().insert("retry-after", seconds);
            }
        }
        Outcome::Reset => return Err(Failure::new(FailureKind::Unanswered, Reset)),
        Outcome::TimedOut => return Err(FailureKind::TimedOut.into()),
    }
    Ok(answer)
}
