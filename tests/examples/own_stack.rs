//! Creates a session on an HTTP stack that has no adapter, here minreq: the core, a `send` function
//! and the loop. (minreq is built without its `https` feature here, so this example works with the
//! emulator but not with the real API.)

use apideck_vault_core::error::{CallError, Failure, FailureKind};
use apideck_vault_core::{Bytes, ClientSettings, CreateSession, Operation, Session, Step, http};
use apideck_vault_tests::quickstart::Quickstart;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use std::process::ExitCode;
use std::time::{Duration, Instant};

fn main() -> ExitCode {
    let quickstart = match Quickstart::begin() {
        Ok(quickstart) => quickstart,
        Err(code) => return code,
    };

    let session = Session::new().redirect_uri("https://mysaas.com/dashboard");
    let create = CreateSession::new(&quickstart.consumer_id).session(session);
    let result = call(&quickstart.vault.clone().into(), create);

    quickstart.end(result)
}

/// The loop around a call: the same for every stack.
fn call<O: Operation>(
    settings: &ClientSettings,
    operation: O,
) -> Result<http::Response<O::Output>, CallError<minreq::Error>> {
    let seed = RandomState::new().hash_one(());
    let started = Instant::now();
    let mut step = settings.begin(operation, seed);
    loop {
        step = match step {
            Step::Send(request, attempt) => {
                let outcome = send(request, attempt.timeout(), attempt.max_response_bytes());
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

/// Everything that is specific to the stack: sends one request and returns the answer, or what is
/// known about the failure.
fn send(
    request: http::Request<Bytes>,
    timeout: Option<Duration>,
    most_bytes: usize,
) -> Result<http::Response<Bytes>, Failure<minreq::Error>> {
    let method = minreq::Method::Custom(request.method().to_string());
    let mut sent = minreq::Request::new(method, request.uri().to_string())
        .with_follow_redirects(false)
        .with_body(request.body().as_ref());
    for (name, value) in request.headers() {
        let value = value.to_str().unwrap_or_default();
        sent = sent.with_header(name.as_str(), value);
    }
    if let Some(timeout) = timeout {
        // minreq's timeouts are whole seconds.
        sent = sent.with_timeout(timeout.as_secs().max(1));
    }
    let received = sent.send_lazy().map_err(classify)?;
    let mut answer = http::Response::builder().status(received.status_code);
    for (name, value) in &received.headers {
        answer = answer.header(name, value);
    }
    let mut body = Vec::new();
    // Reading one byte more than allowed tells too large from just large enough.
    received
        .take(most_bytes as u64 + 1)
        .read_to_end(&mut body)
        .map_err(|error| classify(minreq::Error::IoError(error)))?;
    if body.len() > most_bytes {
        return Err(FailureKind::TooLarge.into());
    }
    answer.body(body.into()).map_err(|_| {
        Failure::new(
            FailureKind::Unanswered,
            minreq::Error::InvalidUtf8InResponse,
        )
    })
}

/// Classifies a minreq error.
fn classify(error: minreq::Error) -> Failure<minreq::Error> {
    let kind = match &error {
        minreq::Error::IoError(error) => FailureKind::of_io(error),
        minreq::Error::AddressNotFound => FailureKind::NotSent,
        minreq::Error::HttpsFeatureNotEnabled => FailureKind::Other,
        _ => FailureKind::Unanswered,
    };
    Failure::new(kind, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use apideck_vault_core::Vault;
    use apideck_vault_core::error::{BuildError, ResponseError};
    use apideck_vault_emulator::{Answer, Emulator};

    /// An operation that is not a POST and has no body.
    struct GetConsumers;

    impl Operation for GetConsumers {
        type Output = ();

        fn encode(&self, vault: &Vault) -> Result<http::Request<Bytes>, BuildError> {
            vault.request(http::Method::GET, "/vault/consumers", Bytes::new())
        }

        fn decode(
            &self,
            _: &Vault,
            answer: http::Response<Bytes>,
        ) -> Result<http::Response<()>, ResponseError> {
            Ok(answer.map(|_| ()))
        }
    }

    #[test]
    fn an_operation_is_sent_with_its_own_method() {
        let emulator = Emulator::start().unwrap();
        emulator.script([Answer::status(200)]);
        let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID).unwrap();
        let vault = vault.with_server_url(emulator.url()).unwrap();
        call(&vault.into(), GetConsumers).unwrap();
        assert_eq!(emulator.requests()[0].method, "GET");
    }
}
