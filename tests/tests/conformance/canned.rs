//! Answers that mean the same with and without a socket.

use apideck_vault_core::error::Failure;
use apideck_vault_core::http::{HeaderName, HeaderValue, Response};
use apideck_vault_core::retry::RetryPolicy;
use apideck_vault_core::{Bytes, ClientSettings, CreatedSession, Step};
use apideck_vault_emulator::{Answer, Emulator};
use apideck_vault_stacks::{Outcome, Stack, outcome};
use std::convert::Infallible;
use std::time::Duration;

use crate::case::On;
use crate::client::client_for;
use crate::example::example;
use crate::secrets::checked;
use crate::settings::settings_at;

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

    /// Answers a call with this: over a socket, or straight into the core.
    pub(crate) fn answer(&self, on: On, policy: impl RetryPolicy + 'static) -> Counted {
        match on {
            On::Core => self.in_core(policy),
            On::Stack(stack) => self.over_a_socket(stack, policy),
        }
    }

    fn over_a_socket(&self, stack: Stack, policy: impl RetryPolicy + 'static) -> Counted {
        let emulator = Emulator::start().unwrap();
        let answer = self.emulated();
        emulator.rule(move |_| Some(answer.clone()));
        let client = client_for(stack, &emulator).with_retry(policy);
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
    fn in_core(&self, policy: impl RetryPolicy + 'static) -> Counted {
        let settings: ClientSettings = settings_at("https://nowhere.invalid").retry(policy);
        let mut requests = 0;
        let mut elapsed = Duration::ZERO;
        let mut step = settings.begin(example(), 42);
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
        (checked(outcome(result)), requests)
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

/// The body of a success.
pub(crate) const SESSION: &str = r#"{"status_code":200,"status":"OK","data":{"session_uri":"https://vault.apideck.com/session/t","session_token":"t"}}"#;
