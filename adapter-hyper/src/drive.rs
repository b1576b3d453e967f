//! The loop around a call.

use apideck_vault_core::error::{ClientError, TransportError};
use apideck_vault_core::http::{Request, Response};
use apideck_vault_core::{Bytes, Operation, PreparedCall, Step};
use http_body::Body;
use http_body_util::Full;
use tokio::time::{Instant, sleep};
use tower_service::Service;

use crate::CallError;
use crate::transport::{self, BoxError};

/// Runs a whole call. Its time begins when the future is first polled.
pub(crate) async fn drive<O: Operation, T, S, B>(
    client: Result<S, ClientError>,
    call: PreparedCall<O, TransportError>,
    wanted: fn(Response<O::Output>) -> T,
) -> Result<T, CallError>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone,
    S::Error: Into<BoxError>,
    B: Body,
    B::Error: Into<BoxError>,
{
    let client = match client {
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
                // A clone for each attempt: it may keep a place in a line, which a call that waits must not.
                let mut service = client.clone();
                let outcome = transport::send(&mut service, request, timeout, most_bytes).await;
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
