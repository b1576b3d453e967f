//! What a shared retry budget does to the calls that share it.

use apideck_vault_core::error::{CallError, Failure, GaveUp};
use apideck_vault_core::http::Response;
use apideck_vault_core::retry::{ExponentialBackoff, RetryBudget, RetryPolicy, WhenEmpty};
use apideck_vault_core::{Bytes, Call, CreateSession, CreatedSession, Step, Vault};
use std::convert::Infallible;
use std::time::Duration;

const OK: &str =
    r#"{"status_code":200,"status":"OK","data":{"session_uri":"https://v/s","session_token":"t"}}"#;
const S: Duration = Duration::from_secs(1);

struct Run {
    result: Result<Response<CreatedSession>, CallError<Infallible>>,
    attempts: u32,
    /// The pauses of a call that found the budget empty: when each began, and how long it was.
    held: Vec<(Duration, Duration)>,
    elapsed: Duration,
}

/// Runs a call in virtual time against a service that is down until `recovers`.
fn run(policy: &dyn RetryPolicy, create: CreateSession, seed: u64, recovers: Duration) -> Run {
    let vault = Vault::new("key", "app").unwrap();
    let (mut elapsed, mut attempts, mut held) = (Duration::ZERO, 0, Vec::new());
    let mut step = Call::begin(&vault, create, policy, seed);
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

/// A policy of as many attempts as there is time for.
fn persistent(budget: &RetryBudget) -> ExponentialBackoff {
    ExponentialBackoff::new()
        .max_attempts(u32::MAX)
        .max_backoff(S / 2)
        .budget(budget.clone())
}

/// A budget that nothing refills.
fn only(retries: u32) -> RetryBudget {
    RetryBudget::new()
        .capacity(retries)
        .per_call(0.0)
        .per_success(0.0)
        .per_held_second(0.0)
}

#[test]
fn a_retry_takes_a_token_and_a_first_attempt_takes_none() {
    let budget = only(10);
    let down = run(
        &persistent(&budget).max_attempts(4),
        create(),
        1,
        Duration::MAX,
    );
    assert_eq!((down.attempts, budget.available()), (4, 7.0));
    assert_eq!(down.result.unwrap_err().gave_up(), GaveUp::Policy);

    let once = run(
        &persistent(&budget).max_attempts(1),
        create(),
        1,
        Duration::MAX,
    );
    assert_eq!((once.attempts, budget.available()), (1, 7.0));
}

#[test]
fn a_call_brings_what_the_budget_says_when_it_begins_and_when_it_succeeds() {
    let budget = only(10).per_success(0.5);
    let rescued = run(&persistent(&budget), create(), 1, Duration::from_nanos(1));
    assert!(rescued.result.is_ok());
    assert_eq!((rescued.attempts, budget.available()), (2, 9.5));
    assert!(
        run(&persistent(&budget), create(), 1, Duration::ZERO)
            .result
            .is_ok()
    );
    assert_eq!(budget.available(), 10.0);
}

#[test]
fn an_empty_budget_is_filled_by_calls_and_successes() {
    let budget = only(10).per_call(0.25).per_success(0.5);
    assert_eq!(
        run(&persistent(&budget), create(), 1, Duration::MAX).attempts,
        11
    );
    assert_eq!(budget.available(), 0.0);
    assert_eq!(
        run(&persistent(&budget), create(), 1, Duration::ZERO).attempts,
        1
    );
    assert_eq!(budget.available(), 0.75);
}

#[test]
fn an_empty_budget_holds_a_call_until_its_deadline_and_says_so() {
    let held = run(&persistent(&only(2)), create(), 1, Duration::MAX);
    let error = held.result.unwrap_err();
    assert_eq!((held.attempts, error.attempts()), (3, 3));
    assert!(error.is_budget() && !error.is_deadline());
    assert!(error.api_error().unwrap().is_server_error());
    assert_eq!(
        error.to_string(),
        "503 Service Unavailable: no body (3 attempts, held by the retry budget)"
    );
    assert!(
        held.elapsed > 29 * S && held.elapsed < 30 * S,
        "{:?}",
        held.elapsed
    );
}

#[test]
fn a_call_without_time_for_a_further_pause_ends_at_once() {
    let policy = persistent(&only(1)).initial_backoff(Duration::ZERO);
    let held = run(&policy, create().deadline(S / 10), 1, Duration::MAX);
    assert_eq!((held.attempts, held.elapsed), (2, Duration::ZERO));
    assert!(held.result.unwrap_err().is_budget());
}

#[test]
fn pauses_are_parts_of_half_the_time_that_is_left_until_2_s_before_the_deadline() {
    let mut longest: f64 = 0.0;
    for seed in 0..500 {
        for (begun, pause) in run(&persistent(&only(1)), create(), seed, Duration::MAX).held {
            let end = if begun <= 28 * S { 28 * S } else { 30 * S };
            let half = (end - begun) / 2;
            assert!(
                pause >= S / 2 && pause <= half.max(S / 2),
                "{begun:?}: {pause:?}"
            );
            if half >= S {
                longest = longest.max(pause.as_secs_f64() / half.as_secs_f64());
            }
        }
    }
    assert!(longest > 0.95, "{longest}");
}

#[test]
fn a_held_call_goes_on_when_another_call_succeeds() {
    let vault = Vault::new("key", "app").unwrap();
    let budget = only(1).per_success(1.0);
    let policy = persistent(&budget);
    assert_eq!(run(&policy, create(), 1, Duration::MAX).attempts, 2);

    let step: Step<_, _, Infallible> = Call::begin(&vault, create(), &policy, 2);
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

    assert!(run(&policy, create(), 3, Duration::ZERO).result.is_ok());
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
    let budget = only(1).per_held_second(0.01);
    let policy = persistent(&budget).deadline(None);
    let patient = run(&policy, create(), 1, 120 * S);
    assert!(patient.result.is_ok());
    // The first retry took the token; the next one was earned in some 100 s.
    assert_eq!(patient.attempts, 4);
}

#[test]
fn a_failing_budget_ends_a_call_at_once() {
    let policy = persistent(&only(2).when_empty(WhenEmpty::Fail));
    let failed = run(&policy, create(), 1, Duration::MAX);
    assert_eq!((failed.attempts, failed.held.len()), (3, 0));
    assert!(failed.result.unwrap_err().is_budget());

    let failed = run(&policy, create(), 2, Duration::MAX);
    assert_eq!((failed.attempts, failed.elapsed), (1, Duration::ZERO));
    assert_eq!(
        failed.result.unwrap_err().to_string(),
        "503 Service Unavailable: no body (1 attempt, held by the retry budget)"
    );
}

#[test]
fn a_budget_that_can_never_let_a_retry_through_makes_no_call_wait() {
    for policy in [persistent(&only(0)), persistent(&only(0)).deadline(None)] {
        let failed = run(&policy, create(), 1, Duration::MAX);
        assert_eq!((failed.attempts, failed.elapsed), (1, Duration::ZERO));
    }
    // Here nothing would ever end the wait.
    let failed = run(
        &persistent(&only(1)).deadline(None),
        create(),
        1,
        Duration::MAX,
    );
    assert_eq!((failed.attempts, failed.held.len()), (2, 0));
}

#[test]
fn a_clock_that_stands_still_does_not_hold_a_call_forever() {
    let vault = Vault::new("key", "app").unwrap();
    let policy = persistent(&only(1));
    let mut step = Call::begin(&vault, create(), &policy, 1);
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

#[test]
fn clones_of_a_policy_share_its_budget_and_new_policies_do_not() {
    let policy = ExponentialBackoff::new();
    let budget = |policy: &ExponentialBackoff| RetryPolicy::budget(policy).unwrap().clone();
    assert!(budget(&policy).is_shared_with(&budget(&policy.clone().max_attempts(9))));
    assert!(!budget(&policy).is_shared_with(&budget(&ExponentialBackoff::new())));
    assert!(RetryPolicy::budget(&policy.budget(None)).is_none());
}

#[test]
fn nonsense_is_no_reason_to_panic() {
    for (per_call, available) in [(-1.0, 0.0), (f64::NAN, 0.0), (f64::INFINITY, 3.0)] {
        let budget = only(3).per_call(per_call);
        run(
            &persistent(&budget).max_attempts(4),
            create(),
            1,
            Duration::MAX,
        );
        run(
            &persistent(&budget).max_attempts(1),
            create(),
            1,
            Duration::MAX,
        );
        assert_eq!(budget.available(), available);
    }
    assert!(RetryBudget::new().capacity(u32::MAX).available() > 40_000.0);
}
