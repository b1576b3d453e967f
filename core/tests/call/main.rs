//! Whole calls in virtual time.

mod errors;
mod made_by_hand;
mod retries;
mod times;

use apideck_vault_core::error::{CallError, Failure, FailureKind};
use apideck_vault_core::http::Response;
use apideck_vault_core::retry::RetryPolicy;
use apideck_vault_core::{Bytes, ClientSettings, CreateSession, CreatedSession, Step, Vault};
use std::io;
use std::time::Duration;

const OK: &str =
    r#"{"status_code":200,"status":"OK","data":{"session_uri":"https://v/s","session_token":"t"}}"#;
const MS: Duration = Duration::from_millis(1);
const S: Duration = Duration::from_secs(1);

type Outcome = Result<Response<Bytes>, Failure<io::Error>>;

/// The outcome of a call, and when things happened.
#[derive(Debug)]
struct Run {
    result: Result<Response<CreatedSession>, CallError<io::Error>>,
    /// For each attempt: when it began and how long it was allowed to take.
    attempts: Vec<(Duration, Option<Duration>)>,
    elapsed: Duration,
}

impl Run {
    fn waits(&self) -> Vec<Duration> {
        let begins = self.attempts.iter().map(|(begin, _)| *begin);
        begins
            .clone()
            .skip(1)
            .zip(begins)
            .map(|(next, begin)| next - begin)
            .collect()
    }

    fn error(&self) -> &CallError<io::Error> {
        self.result.as_ref().unwrap_err()
    }
}

/// Runs a call in virtual time. For each attempt, `server` returns the outcome and the time it
/// took.
fn run(
    settings: &ClientSettings,
    seed: u64,
    mut server: impl FnMut(u32) -> (Outcome, Duration),
) -> Run {
    let (mut elapsed, mut attempts, mut sent) = (Duration::ZERO, Vec::new(), None);
    let mut step = settings.begin(create(), seed);
    let result = loop {
        step = match step {
            Step::Send(request, attempt) => {
                attempts.push((elapsed, attempt.timeout()));
                assert_eq!(attempt.number() as usize, attempts.len());
                let first = sent.get_or_insert_with(|| request.clone());
                assert_eq!(request.method(), first.method());
                assert_eq!(request.uri(), first.uri());
                assert_eq!(request.headers(), first.headers());
                assert_eq!(request.body(), first.body());

                let (outcome, took) = server(attempt.number());
                match attempt.timeout() {
                    Some(timeout) if took >= timeout => {
                        elapsed += timeout;
                        attempt.finish(Err(FailureKind::TimedOut.into()), elapsed)
                    }
                    _ => {
                        elapsed += took;
                        attempt.finish(outcome, elapsed)
                    }
                }
            }
            Step::Wait(wait) => {
                elapsed += wait.delay();
                wait.resume(elapsed)
            }
            Step::Done(result) => break result,
        };
    };
    Run {
        result,
        attempts,
        elapsed,
    }
}

/// The default settings, with their own budget.
fn settings() -> ClientSettings {
    ClientSettings::from(Vault::new("sk_live_secret", "app").unwrap())
}

fn with(policy: impl RetryPolicy + 'static) -> ClientSettings {
    settings().retry(policy)
}

fn create() -> CreateSession {
    CreateSession::new("test-consumer").session(apideck_vault_core::Session::new())
}

fn answer(status: u16, headers: &[(&str, &str)]) -> Outcome {
    let mut answer = Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    let body = if status == 200 {
        OK
    } else {
        r#"{"message":"no"}"#
    };
    Ok(answer.body(Bytes::from_static(body.as_bytes())).unwrap())
}

fn failure(kind: FailureKind) -> Outcome {
    Err(Failure::new(kind, io::Error::other("broken")))
}
