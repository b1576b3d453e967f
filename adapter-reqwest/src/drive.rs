//! The loop around a call.

use apideck_vault_core::error::ClientError;
use apideck_vault_core::http::Response;
use apideck_vault_core::{Operation, PreparedCall, Step};
use tokio::time::{Instant, sleep};

use crate::default_client::Source;
use crate::{CallError, transport};

/// Runs a whole call. Its time begins when the future is first polled.
pub(crate) async fn drive<O: Operation, T>(
    client: Result<Source, ClientError>,
    call: PreparedCall<O, reqwest::Error>,
    wanted: fn(Response<O::Output>) -> T,
) -> Result<T, CallError> {
    let client = match client.and_then(Source::client) {
        Ok(client) => client,
        Err(error) => return Err(call.cannot_send(error)),
    };
    let mut step = call.begin();
    let started = Instant::now();
    loop {
        step = match step {
            Step::Send(request, attempt) => {
                // Lets the runtime see what has come on idle connections: otherwise it may be taken for the answer.
                tokio::task::yield_now().await;
                let (timeout, most_bytes) = (attempt.timeout(), attempt.max_response_bytes());
                let outcome = transport::send(&client, request, timeout, most_bytes).await;
                attempt.finish(outcome, started.elapsed())
            }
            Step::Wait(wait) => {
                sleep(wait.delay()).await;
                wait.resume(started.elapsed())
            }
            Step::Done(result) => return result.map(wanted),
        }
    }
}
