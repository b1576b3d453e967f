//! The loop around a call.

use apideck_vault_core::error::ClientError;
use apideck_vault_core::http::Response;
use apideck_vault_core::{Operation, PreparedCall, Step};
use std::thread::sleep;
use std::time::Instant;
use ureq::Agent;

use crate::{CallError, transport};

/// Runs a whole call.
pub(crate) fn drive<O: Operation>(
    client: Result<&Agent, ClientError>,
    call: PreparedCall<O, ureq::Error>,
) -> Result<Response<O::Output>, CallError> {
    let client = match client {
        Ok(client) => client,
        Err(error) => return Err(call.cannot_send(error)),
    };
    let mut step = call.begin();
    let started = Instant::now();
    loop {
        step = match step {
            Step::Send(request, attempt) => {
                let (timeout, most_bytes) = (attempt.timeout(), attempt.max_response_bytes());
                let outcome = transport::send(client, request, timeout, most_bytes);
                attempt.finish(outcome, started.elapsed())
            }
            Step::Wait(wait) => {
                sleep(wait.delay());
                wait.resume(started.elapsed())
            }
            Step::Done(result) => return result,
        }
    }
}
