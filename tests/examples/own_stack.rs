//! Creates a session on an HTTP stack that no adapter exists for, here minreq: the core, a `send`
//! and the loop. (minreq is built without its `https` feature here, so this example reaches the
//! emulator and not the real API.)

use apideck_vault_core::error::{CallError, Failure, FailureKind};
use apideck_vault_core::retry::ExponentialBackoff;
use apideck_vault_core::{Bytes, Call, CreateSession, Operation, Session, Step, Vault, http};
use apideck_vault_tests::quickstart::Quickstart;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const MAX_RESPONSE_BYTES: u64 = 1024 * 1024;

fn main() -> ExitCode {
    let quickstart = match Quickstart::begin() {
        Ok(quickstart) => quickstart,
        Err(code) => return code,
    };

    let session = Session::new().redirect_uri("https://mysaas.com/dashboard");
    let create = CreateSession::new(&quickstart.consumer_id).session(session);
    let result = call(&quickstart.vault, create);

    quickstart.end(result)
}

/// The loop around a call: the same for every stack.
fn call<O: Operation>(
    vault: &Vault,
    operation: O,
) -> Result<http::Response<O::Output>, CallError<minreq::Error>> {
    let policy = ExponentialBackoff::new();
    let seed = RandomState::new().hash_one(());
    let started = Instant::now();
    let mut step = Call::begin(vault, operation, &policy, seed);
    loop {
        step = match step {
            Step::Send(request, attempt) => {
                let outcome = send(request, attempt.timeout());
                attempt.finish(outcome, started.elapsed())
            }
            Step::Wait(wait) => {
                std::thread::sleep(wait.delay());
                wait.resume(started.elapsed())
            }
            Step::Done(result) => return result,
        }
    }
}

/// The stack's whole share: one request, one answer, or what is known about the failure.
fn send(
    request: http::Request<Bytes>,
    timeout: Option<Duration>,
) -> Result<http::Response<Bytes>, Failure<minreq::Error>> {
    let mut sent = minreq::post(request.uri().to_string())
        .with_follow_redirects(false)
        .with_body(request.body().as_ref());
    for (name, value) in request.headers() {
        let value = value.to_str().unwrap_or_default();
        sent = sent.with_header(name.as_str(), value);
    }
    if let Some(timeout) = timeout {
        // minreq counts in whole seconds.
        sent = sent.with_timeout(timeout.as_secs().max(1));
    }
    let received = sent.send_lazy().map_err(sorted)?;
    let mut answer = http::Response::builder().status(received.status_code);
    for (name, value) in &received.headers {
        answer = answer.header(name, value);
    }
    let mut body = Vec::new();
    let mut limited = received.take(MAX_RESPONSE_BYTES + 1);
    limited
        .read_to_end(&mut body)
        .map_err(|error| sorted(minreq::Error::IoError(error)))?;
    if limited.limit() == 0 {
        return Err(FailureKind::TooLarge.into());
    }
    answer.body(body.into()).map_err(|_| {
        Failure::new(
            FailureKind::Unanswered,
            minreq::Error::InvalidUtf8InResponse,
        )
    })
}

/// What is known after an error of minreq's.
fn sorted(error: minreq::Error) -> Failure<minreq::Error> {
    let kind = match &error {
        minreq::Error::IoError(error) => FailureKind::of_io(error),
        minreq::Error::AddressNotFound => FailureKind::NotSent,
        minreq::Error::HttpsFeatureNotEnabled => FailureKind::Other,
        _ => FailureKind::Unanswered,
    };
    Failure::new(kind, error)
}
