//! What a shared retry budget does to the calls that share it.

mod pauses;
mod shared;

use apideck_vault_core::error::{CallError, Failure, FailureKind, GaveUp};
use apideck_vault_core::http::Response;
use apideck_vault_core::retry::{ExponentialBackoff, RetryBudget, WhenEmpty};
use apideck_vault_core::{Bytes, ClientSettings, CreateSession, CreatedSession, Step, Vault, Wait};
use std::convert::Infallible;
use std::time::Duration;

const OK: &str =
    r#"{"status_code":200,"status":"OK","data":{"session_uri":"https://v/s","session_token":"t"}}"#;
const S: Duration = Duration::from_secs(1);

struct Run {
    result: Result<Response<CreatedSession>, CallError<Infallible>>,
    attempts: u32,
    /// The pauses of a call that found the budget empty: when each began and how long it took.
    held: Vec<(Duration, Duration)>,
    elapsed: Duration,
}

/// Runs a call in virtual time against a service that is down until `recovers`.
fn run(settings: &ClientSettings, seed: u64, recovers: Duration) -> Run {
    let (mut elapsed, mut attempts, mut held) = (Duration::ZERO, 0, Vec::new());
    let mut step = settings.begin(create(), seed);
    let result = loop {
        step = match step {
            Step::Send(_, attempt) => {
                attempts += 1;
                attempt.finish(answer(elapsed >= recovers), elapsed)
            }
            Step::Wait(wait) => {
                if wait.is_held() {
                    held.push((elapsed, wait.delay()));
                }
                elapsed += wait.delay();
                wait.resume(elapsed)
            }
            Step::Done(result) => break result,
        };
    };
    Run {
        result,
        attempts,
        held,
        elapsed,
    }
}

fn answer(is_up: bool) -> Result<Response<Bytes>, Failure<Infallible>> {
    let (status, body) = if is_up { (200, OK) } else { (503, "") };
    Ok(Response::builder()
        .status(status)
        .body(body.into())
        .unwrap())
}

fn create() -> CreateSession {
    CreateSession::new("test-consumer")
}

fn settings() -> ClientSettings {
    ClientSettings::from(Vault::new("key", "app").unwrap())
}

/// Settings with as many attempts as there is time for.
fn persistent(budget: &RetryBudget) -> ClientSettings {
    let policy = ExponentialBackoff::new()
        .max_attempts(u32::MAX)
        .max_backoff(S / 2);
    settings().retry(policy).budget(budget.clone())
}

/// Settings with at most this many attempts.
fn at_most(attempts: u32, budget: &RetryBudget) -> ClientSettings {
    persistent(budget).retry(ExponentialBackoff::new().max_attempts(attempts))
}

/// A call that failed at 1 s, and finds the budget empty at 2 s.
fn held(settings: &ClientSettings) -> Wait<CreateSession, Infallible> {
    let step: Step<_, Infallible> = settings.begin(create(), 2);
    let Step::Send(_, attempt) = step else {
        panic!("{step:?}")
    };
    let Step::Wait(wait) = attempt.finish(answer(false), S) else {
        panic!("it is retried")
    };
    assert!(!wait.is_held());
    let Step::Wait(wait) = wait.resume(2 * S) else {
        panic!("the budget is empty")
    };
    assert!(wait.is_held());
    wait
}

/// A budget that is never refilled.
fn only(retries: u32) -> RetryBudget {
    RetryBudget::new().capacity(retries).refilled(0.0, 0.0, 0.0)
}

#[test]
fn a_retry_takes_a_token_and_a_first_attempt_does_not() {
    let budget = only(10);
    let down = run(&at_most(4, &budget), 1, Duration::MAX);
    assert_eq!((down.attempts, budget.available()), (4, 7.0));
    assert_eq!(down.result.unwrap_err().gave_up(), GaveUp::Policy);

    let once = run(&at_most(1, &budget), 1, Duration::MAX);
    assert_eq!((once.attempts, budget.available()), (1, 7.0));
}

#[test]
fn neither_what_never_reached_the_service_nor_the_first_broken_connection_takes_a_token() {
    for (kind, taken) in [
        (FailureKind::Refused, 0.0),
        (FailureKind::NotSent, 0.0),
        (FailureKind::Unanswered, 2.0),
        (FailureKind::TimedOut, 3.0),
    ] {
        let budget = only(10);
        let mut step = at_most(4, &budget).begin(create(), 1);
        let mut elapsed = Duration::ZERO;
        let error = loop {
            step = match step {
                Step::Send(_, attempt) => {
                    attempt.finish(Err(Failure::<Infallible>::from(kind)), elapsed)
                }
                Step::Wait(wait) => {
                    elapsed += wait.delay();
                    wait.resume(elapsed)
                }
                Step::Done(result) => break result.unwrap_err(),
            };
        };
        assert_eq!(error.attempts(), 4, "{kind:?}");
        assert_eq!(budget.available(), 10.0 - taken, "{kind:?}");
    }
}

#[test]
fn a_call_adds_to_the_budget_when_it_succeeds() {
    let budget = only(10).refilled(0.5, 0.0, 0.0);
    let rescued = run(&persistent(&budget), 1, Duration::from_nanos(1));
    assert!(rescued.result.is_ok());
    assert_eq!((rescued.attempts, budget.available()), (2, 9.5));
    assert!(run(&persistent(&budget), 1, Duration::ZERO).result.is_ok());
    assert_eq!(budget.available(), 10.0);
}

#[test]
fn an_empty_budget_holds_a_call_until_its_deadline_and_says_so() {
    let held = run(&persistent(&only(2)), 1, Duration::MAX);
    let error = held.result.unwrap_err();
    assert_eq!((held.attempts, error.attempts()), (4, 4));
    assert!(error.is_budget() && !error.is_deadline());
    assert_eq!(
        error.to_string(),
        "503 Service Unavailable: no body (4 attempts in 29.7 s, held by the retry budget)"
    );
    assert!(
        held.elapsed > 29 * S && held.elapsed < 30 * S,
        "{:?}",
        held.elapsed
    );
}

#[test]
fn a_call_without_time_for_another_pause_ends_at_once() {
    let at_once = ExponentialBackoff::new().initial_backoff(Duration::ZERO);
    let settings = persistent(&only(1)).retry(at_once).deadline(S / 10);
    let held = run(&settings, 1, Duration::MAX);
    assert_eq!((held.attempts, held.elapsed), (2, Duration::ZERO));
    assert!(held.result.unwrap_err().is_budget());
    // Nor is there a retry without a token for each of those that follow.
    assert_eq!(run(&settings, 1, Duration::MAX).attempts, 1);
}

#[test]
fn a_held_call_continues_when_another_call_succeeds() {
    let budget = only(1).refilled(1.0, 1.0, 0.0);
    let settings = persistent(&budget);
    assert_eq!(run(&settings, 1, Duration::MAX).attempts, 3);

    let wait = held(&settings);
    assert!(run(&settings, 3, Duration::ZERO).result.is_ok());
    let Step::Send(_, attempt) = wait.resume(20 * S) else {
        panic!("there is a token")
    };
    assert_eq!(attempt.number(), 2);
    let Step::Done(result) = attempt.finish(answer(true), 21 * S) else {
        panic!("it is over")
    };
    assert!(result.is_ok());
}

#[test]
fn a_call_without_a_deadline_earns_its_retry_by_waiting() {
    let budget = only(1).refilled(0.0, 0.0, 0.01);
    let policy = persistent(&budget).deadline(None);
    let patient = run(&policy, 1, 120 * S);
    assert!(patient.result.is_ok());
    // The first retry took the token; the next one was earned in about 100 s.
    assert_eq!(patient.attempts, 4);
}

#[test]
fn a_budget_that_fails_when_empty_ends_a_call_at_once() {
    let policy = persistent(&only(2).when_empty(WhenEmpty::Fail));
    let failed = run(&policy, 1, Duration::MAX);
    assert_eq!((failed.attempts, failed.held.len()), (3, 0));
    assert!(failed.result.unwrap_err().is_budget());

    let failed = run(&policy, 2, Duration::MAX);
    assert_eq!((failed.attempts, failed.elapsed), (1, Duration::ZERO));
    assert_eq!(
        failed.result.unwrap_err().to_string(),
        "503 Service Unavailable: no body (1 attempt in 0.0 s, the retry budget is empty)"
    );
}

#[test]
fn a_budget_that_can_never_allow_a_retry_makes_no_call_wait() {
    for policy in [persistent(&only(0)), persistent(&only(0)).deadline(None)] {
        let failed = run(&policy, 1, Duration::MAX);
        assert_eq!((failed.attempts, failed.elapsed), (1, Duration::ZERO));
    }
    // Nothing would ever end the wait here.
    let failed = run(&persistent(&only(1)).deadline(None), 1, Duration::MAX);
    assert_eq!((failed.attempts, failed.held.len()), (2, 0));
}

#[test]
fn nonsense_values_do_not_panic() {
    for (per_success, available) in [(-1.0, 0.0), (f64::NAN, 0.0), (f64::INFINITY, 3.0)] {
        let budget = only(3).refilled(per_success, 0.0, 0.0);
        run(&at_most(4, &budget), 1, Duration::MAX);
        run(&at_most(1, &budget), 1, Duration::ZERO);
        assert_eq!(budget.available(), available);
    }
    assert!(RetryBudget::new().capacity(u32::MAX).available() > 40_000.0);
}

#[test]
fn a_call_that_is_held_alone_is_let_through_once_before_its_deadline() {
    for seed in 0..200 {
        let alone = run(&persistent(&only(1)), seed, 28 * S);
        assert!(alone.result.is_ok(), "{:?}", alone.result);
        assert_eq!(alone.attempts, 3);
        assert!(alone.elapsed >= 28 * S);
        // Once, however much time is left after it.
        assert_eq!(run(&persistent(&only(1)), seed, Duration::MAX).attempts, 3);
    }
}

#[test]
fn held_calls_earn_one_token_a_second_together_and_less_after_each_failure() {
    // Two tokens, one let through at the end, and what is earned at 1, 1/2, 1/4, … per second.
    let earning = run(
        &persistent(&only(2).refilled(0.0, 0.0, 1.0)),
        1,
        Duration::MAX,
    );
    assert!((7..=9).contains(&earning.attempts), "{}", earning.attempts);
}

#[test]
fn a_stopped_clock_does_not_hold_a_call_forever() {
    let mut step = persistent(&only(1)).begin(create(), 1);
    let mut waits = 0;
    let error = loop {
        step = match step {
            Step::Send(_, attempt) => attempt.finish(answer(false), Duration::ZERO),
            Step::Wait(wait) => {
                waits += 1;
                wait.resume(Duration::ZERO)
            }
            Step::Done(result) => break result.unwrap_err(),
        };
    };
    assert!(error.is_budget());
    assert!(waits < 300, "{waits}");
}
