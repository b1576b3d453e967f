//! What a client tells about its calls.

use apideck_vault_core::Event;
use apideck_vault_core::error::{FailureKind, PastCause};
use apideck_vault_core::http::StatusCode;
use apideck_vault_emulator::{Answer, Emulator};
use apideck_vault_stacks::Stack;
use std::sync::{Arc, Mutex};

use crate::case::{Case, case};
use crate::client::client;
use crate::example::example;
use crate::settings::settings_at;

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("an_observer_is_told_of_each_attempt_and_wait_and_of_the_end", told),
];

#[derive(Debug, PartialEq)]
enum Told {
    Attempt(Result<StatusCode, PastCause>),
    Wait,
    End(u32, bool),
}

fn told(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::close(), Answer::status(503)]);
    let told = Arc::new(Mutex::new(Vec::new()));
    let list = told.clone();
    let settings = settings_at(emulator.url()).observer(move |event| {
        list.lock().unwrap().push(match *event {
            Event::AttemptEnded { outcome, .. } => Told::Attempt(outcome),
            Event::WaitBegan { .. } => Told::Wait,
            Event::CallEnded {
                attempts, outcome, ..
            } => Told::End(attempts, outcome.is_ok()),
            _ => panic!("another event: {event:?}"),
        });
    });
    client(stack, settings).send(example()).unwrap();
    let broken = PastCause::Failed(FailureKind::Unanswered);
    let refused = PastCause::Refused(StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        *told.lock().unwrap(),
        [
            Told::Attempt(Err(broken)),
            Told::Wait,
            Told::Attempt(Err(refused)),
            Told::Wait,
            Told::Attempt(Ok(StatusCode::OK)),
            Told::End(3, true),
        ]
    );
}
