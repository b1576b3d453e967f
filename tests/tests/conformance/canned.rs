//! Answers that mean the same with and without a socket.

use apideck_vault_core::error::Failure;
use apideck_vault_core::http::{HeaderName, HeaderValue, Response};
use apideck_vault_core::retry::RetryPolicy;
use apideck_vault_core::{Bytes, Call, CreatedSession, Step};
use apideck_vault_emulator::{Answer, Emulator};
use std::convert::Infallible;
use std::time::Duration;

use crate::sessions::example;
use crate::stack::{Outcome, Stack, outcome, vault};

/// An answer that each attempt of a call gets.
#[derive(Debug, Clone)]
pub(crate) struct Canned {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
}

/// What came of a call, and how many requests the server saw of it.
pub(crate) type Counted = (Outcome<CreatedSession>, u32);

impl Canned {
    /// An answer with this status and a JSON body.
    pub(crate) fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
        .header("content-type", "application/json")
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(given, _)| *given != name);
        self.headers.push((name, value.into()));
        self
    }

    /// Answers a call on the stack with this: over a socket, or straight into the core.
    pub(crate) fn answer(&self, stack: Stack, policy: impl RetryPolicy + 'static) -> Counted {
        if stack == Stack::Core {
            return self.in_the_core(&policy);
        }
        let emulator = Emulator::start().unwrap();
        self.answer_from(&emulator, stack, policy)
    }

    /// The same, from an emulator that has been used before and may be used again.
    fn answer_from(
        &self,
        emulator: &Emulator,
        stack: Stack,
        policy: impl RetryPolicy + 'static,
    ) -> Counted {
        let answer = self.emulated();
        emulator.rule(move |_| Some(answer.clone()));
        let client = stack.client(vault(emulator)).with_retry(policy);
        let outcome = client.send(example());
        (outcome, u32::try_from(emulator.requests().len()).unwrap())
    }

    fn emulated(&self) -> Answer {
        let answer = Answer::status(self.status).body(self.body.clone());
        self.headers
            .iter()
            .fold(answer, |answer, (name, value)| answer.header(name, value))
    }

    /// The loop that every adapter is, with an answer at hand and no clock.
    fn in_the_core(&self, policy: &dyn RetryPolicy) -> Counted {
        let nowhere = vault_of_nobody();
        let mut requests = 0;
        let mut elapsed = Duration::ZERO;
        let mut step = Call::begin(&nowhere, example(), policy, 42);
        let result = loop {
            step = match step {
                Step::Send(_, attempt) => {
                    requests += 1;
                    let answer: Result<_, Failure<Infallible>> = Ok(self.response());
                    attempt.finish(answer, elapsed)
                }
                Step::Wait(wait) => {
                    elapsed += wait.delay();
                    wait.resume(elapsed)
                }
                Step::Done(result) => break result,
            };
        };
        (outcome(result), requests)
    }

    fn response(&self) -> Response<Bytes> {
        let mut response = Response::new(self.body.clone());
        *response.status_mut() = self.status.try_into().unwrap();
        for (name, value) in &self.headers {
            let value = HeaderValue::from_str(value).unwrap();
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
        response
    }
}

fn vault_of_nobody() -> apideck_vault_core::Vault {
    apideck_vault_core::Vault::new(Emulator::API_KEY, Emulator::APP_ID).unwrap()
}

/// The body of a success.
pub(crate) const SESSION: &str = r#"{"status_code":200,"status":"OK","data":{"session_uri":"https://vault.apideck.com/session/t","session_token":"t"}}"#;
