//! A whole call: any outcomes, any readings of the clock.

#![no_main]

use apideck_vault_core::error::{Failure, FailureKind, GaveUp};
use apideck_vault_core::retry::{ExponentialBackoff, RetryBudget, WhenEmpty};
use apideck_vault_core::{ClientSettings, CreateSession, Step};
use apideck_vault_core_fuzz::answer::Answer;
use apideck_vault_core_fuzz::{check, vault};
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use std::io;
use std::time::Duration;

#[derive(Debug, Arbitrary)]
struct Input {
    max_attempts: u8,
    deadline: Option<Duration>,
    attempt_timeout: Option<Duration>,
    has_budget: bool,
    seed: u64,
    outcomes: Vec<Outcome>,
    clock: Vec<Duration>,
    is_right: bool,
}

#[derive(Debug, Arbitrary)]
enum Outcome {
    Answer(Answer),
    Failure(u8),
}

fn kind(number: u8) -> FailureKind {
    match number % 10 {
        0 => FailureKind::NameNotResolved,
        1 => FailureKind::Refused,
        2 => FailureKind::Untrusted,
        3 => FailureKind::NotSent,
        4 => FailureKind::TimedOut,
        5 => FailureKind::Unanswered,
        6 => FailureKind::TooLarge,
        7 => FailureKind::ClientUntrusted,
        8 => FailureKind::NotTls,
        _ => FailureKind::Other,
    }
}

fuzz_target!(|input: Input| {
    // Half of the budgets and deadlines are small, by bits of the seed: it keeps its meaning for the rest.
    let [few, fails, short, ..] = input.seed.to_le_bytes();
    let budget = input.has_budget.then(|| match (few % 2, fails % 2) {
        (0, _) => RetryBudget::new(),
        (_, 0) => RetryBudget::new().capacity(u32::from(few / 2 % 4)),
        _ => RetryBudget::new()
            .capacity(u32::from(few / 2 % 4))
            .when_empty(WhenEmpty::Fail),
    });
    let deadline = input.deadline.map(|deadline| match short % 2 {
        0 => deadline,
        _ => Duration::from_secs(deadline.as_secs() % 100),
    });
    // The `Debug` of an error has a line for each attempt.
    let max_attempts = u32::from(input.max_attempts % 32);
    let policy = ExponentialBackoff::new().max_attempts(max_attempts);
    let settings = ClientSettings::from(vault())
        .retry(policy)
        .deadline(deadline)
        .attempt_timeout(input.attempt_timeout)
        .budget(budget);
    let (mut outcomes, mut clock) = (input.outcomes.iter(), input.clock.iter());
    let (mut now, mut attempts, mut steps) = (Duration::ZERO, 0_u32, 0_u32);
    let mut step = settings.begin(CreateSession::new("test-consumer"), input.seed);
    let result = loop {
        steps += 1;
        assert!(steps < 100_000, "it does not end");
        // A right clock shows the waits, and any other anything.
        let mut reading = |passed: Duration| match clock.next() {
            Some(shown) if !input.is_right => *shown,
            _ => now.saturating_add(passed),
        };
        step = match step {
            Step::Send(_, attempt) => {
                attempts += 1;
                assert_eq!(attempt.number(), attempts);
                if let (Some(timeout), Some(deadline)) = (attempt.timeout(), deadline) {
                    assert!(timeout <= deadline);
                }
                let outcome = match outcomes.next() {
                    Some(Outcome::Answer(answer)) => Ok(answer.response()),
                    Some(Outcome::Failure(number)) => {
                        let error = io::Error::other("broken");
                        Err(Failure::new(kind(*number), error))
                    }
                    None => Err(Failure::from(FailureKind::Unanswered)),
                };
                now = reading(Duration::from_millis(10));
                attempt.finish(outcome, now)
            }
            Step::Wait(wait) => {
                now = reading(wait.delay());
                wait.resume(now)
            }
            Step::Done(result) => break result,
        };
    };
    assert!(attempts <= max_attempts.max(1));
    if let Err(error) = result {
        check(&error);
        assert_eq!(error.is_deadline(), error.gave_up() == GaveUp::Deadline);
        assert!(error.api_error().is_none() || error.failure_kind().is_none());
        assert_eq!(error.attempts(), attempts);
        assert_eq!(error.history().len(), attempts as usize);
        if let (true, Some(deadline)) = (input.is_right, deadline) {
            assert!(error.elapsed() <= deadline.saturating_add(Duration::from_millis(10)));
        }
    }
});
