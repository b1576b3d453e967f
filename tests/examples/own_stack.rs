//! Creates a session on an HTTP stack that has no adapter, here attohttpc: the core, a `send` function
//! and the loop. (attohttpc is built without a TLS library here, so this example works with the
//! emulator but not with the real API.)

use apideck_vault_core::error::{CallError, Failure, FailureKind};
use apideck_vault_core::{Bytes, ClientSettings, CreateSession, Operation, Session, Step, http};
use apideck_vault_tests::quickstart::Quickstart;
use attohttpc::{ErrorKind, ProxySettings, RequestBuilder};
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
) -> Result<http::Response<O::Output>, CallError<attohttpc::Error>> {
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
) -> Result<http::Response<Bytes>, Failure<attohttpc::Error>> {
    let (head, body) = request.into_parts();
    let mut sent = RequestBuilder::try_new(head.method, head.uri.to_string())
        .map_err(classify)?
        .follow_redirects(false)
        .proxy_settings(ProxySettings::builder().build())
        .bytes(body);
    *sent.headers_mut() = head.headers;
    if let Some(timeout) = timeout {
        sent = sent.timeout(timeout);
    }
    let (status, headers, reader) = sent.send().map_err(classify)?.split();
    let mut body = Vec::new();
    // Reading one byte more than allowed tells too large from just large enough.
    reader
        .take(most_bytes as u64 + 1)
        .read_to_end(&mut body)
        .map_err(|error| classify(error.into()))?;
    if body.len() > most_bytes {
        return Err(Failure::too_large(most_bytes));
    }
    let mut answer = http::Response::new(body.into());
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    Ok(answer)
}

/// Classifies an error of attohttpc.
fn classify(error: attohttpc::Error) -> Failure<attohttpc::Error> {
    let kind = match error.kind() {
        ErrorKind::Io(error) => FailureKind::of_io(error),
        ErrorKind::InvalidResponse(_) => FailureKind::Unanswered,
        _ => FailureKind::Other,
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
