//! Three attempts: a 503, a broken connection, a success. Time is virtual.

use apideck_vault_core::error::{Failure, FailureKind};
use apideck_vault_core::retry::RetryBudget;
use apideck_vault_core::{ClientSettings, CreateSession, CreatedSession, Session, Step, Vault};
use bytes::Bytes;
use http::{Request, Response};
use std::io;
use std::time::Duration;

use super::{Meter, Side, answers, by_hand_input};
use crate::by_hand::{self, Created, Prepared, Refused};
use crate::example;

type Outcome = Result<Response<Bytes>, Failure<io::Error>>;

pub(super) fn three_attempts(meter: &mut impl Meter, vault: &Vault, prepared: &Prepared) {
    meter.measure(
        "call-of-3-attempts",
        Side::ByHand,
        || (by_hand_input(), outcomes()),
        |((consumer, session), outcomes)| call_by_hand(prepared, &consumer, &session, outcomes),
    );
    meter.measure(
        "call-of-3-attempts",
        Side::Ours,
        || (example::create(), settings(vault), outcomes()),
        |(create, settings, outcomes)| {
            let answer = call_of_ours(&settings, create, outcomes);
            (answer, settings)
        },
    );
}

/// Each call has a budget of its own: the retries of all calls would empty a shared one.
fn settings(vault: &Vault) -> ClientSettings {
    ClientSettings::from(vault.clone()).budget(RetryBudget::new())
}

fn outcomes() -> [Outcome; 3] {
    let broken = io::ErrorKind::ConnectionReset.into();
    [
        Ok(answers::refused(503)),
        Err(Failure::new(FailureKind::Unanswered, broken)),
        Ok(answers::success()),
    ]
}

/// Like ours, and like a loop around `RequestBuilder::json(&session)`, this builds the request anew for
/// each attempt.
fn call_by_hand(
    prepared: &Prepared,
    consumer: &str,
    session: &Session,
    outcomes: [Outcome; 3],
) -> Option<Response<Created>> {
    for outcome in outcomes {
        sent(prepared.request(consumer, session).ok()?);
        match outcome {
            Ok(answer) if answer.status().is_success() => return by_hand::created(answer).ok(),
            Ok(answer) => drop(by_hand::bare::<Refused>(answer)),
            Err(failure) => drop(failure),
        }
    }
    None
}

fn call_of_ours(
    settings: &ClientSettings,
    create: CreateSession,
    outcomes: [Outcome; 3],
) -> Option<Response<CreatedSession>> {
    let mut outcomes = outcomes.into_iter();
    let mut elapsed = Duration::ZERO;
    let mut step = settings.begin(create, 42);
    loop {
        step = match step {
            Step::Send(request, attempt) => {
                sent(request);
                attempt.finish(outcomes.next()?, elapsed)
            }
            Step::Wait(wait) => {
                elapsed += wait.delay();
                wait.resume(elapsed)
            }
            Step::Done(result) => return result.ok(),
        };
    }
}

/// Takes a request in place of a network.
fn sent(request: Request<Bytes>) {
    drop(std::hint::black_box(request));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example::{API_KEY, APP_ID, CONSUMER_ID};
    use http::uri::Scheme;

    #[test]
    fn both_sides_have_a_session_after_three_attempts() {
        let vault = Vault::new(API_KEY, APP_ID).unwrap();
        assert!(call_of_ours(&settings(&vault), example::create(), outcomes()).is_some());
        let prepared = Prepared::new(Scheme::HTTPS, "unify.apideck.com").unwrap();
        let session = example::session();
        assert!(call_by_hand(&prepared, CONSUMER_ID, &session, outcomes()).is_some());
    }
}
