//! What holds for every call, whatever the policy, the outcomes and the clock.

mod case;
mod encode;
mod plan;

use apideck_vault_core::error::{CallError, CallErrorKind, FailureKind, GaveUp};
use apideck_vault_core::http::Response;
use apideck_vault_core::retry::RetryBudget;
use apideck_vault_core::{ClientSettings, CreateSession, CreatedSession, Step};
use proptest::prelude::ProptestConfig;
use proptest::{prop_assert, prop_assert_eq, proptest};
use std::time::Duration;

use case::{Case, Clock, Ended, Outcome, case};
use plan::Budget;

const CASES: u32 = 10_000;
const SHORTEST_HELD: Duration = Duration::from_millis(500);
const LONGEST_HELD: Duration = Duration::from_secs(15);

/// A wait during a run.
#[derive(Debug, Clone, PartialEq)]
struct Waited {
    after_attempt: usize,
    begun: Duration,
    delay: Duration,
    is_held: bool,
}

#[derive(Debug)]
struct Run {
    result: Result<Response<CreatedSession>, CallError<Ended>>,
    /// When each attempt began.
    attempts: Vec<Duration>,
    waits: Vec<Waited>,
    elapsed: Duration,
    available: Vec<f64>,
}

/// Runs the case, with a clock that is right or with the case's clock. A call sees only the times
/// that are passed to it.
fn run(case: &Case, with_right_clock: bool) -> Run {
    let settings = case.plan.make();
    let budget = settings.budget.as_ref();
    for seed in 0..u64::from(case.before) {
        spend(&settings, seed);
    }
    let (mut elapsed, mut readings) = (Duration::ZERO, 0);
    let mut read = |elapsed: Duration, passed: Duration| {
        readings += 1;
        let right = elapsed.saturating_add(passed);
        match case.clock[readings % case.clock.len()] {
            _ if with_right_clock => right,
            Clock::Right => right,
            Clock::Still => elapsed,
            Clock::Jumps(jump) => right.saturating_add(jump),
            Clock::GoesBack(jump) => elapsed.saturating_sub(jump),
        }
    };
    let (mut attempts, mut waits, mut available) = (Vec::new(), Vec::new(), Vec::new());
    let mut step = settings.begin(CreateSession::new("test-consumer"), case.seed);
    let result = loop {
        assert!(attempts.len() + waits.len() < 100_000, "it does not end");
        available.extend(budget.map(RetryBudget::available));
        step = match step {
            Step::Send(_, attempt) => {
                attempts.push(elapsed);
                let (outcome, part) = &case.attempts[(attempts.len() - 1) % case.attempts.len()];
                let timeout = attempt.timeout().unwrap_or(Duration::from_secs(60));
                let took = timeout.min(Duration::from_secs(3600)).mul_f64(*part);
                elapsed = read(elapsed, took);
                let number = attempt.number();
                attempt.finish(outcome.of(number), elapsed)
            }
            Step::Wait(wait) => {
                waits.push(Waited {
                    after_attempt: attempts.len(),
                    begun: elapsed,
                    delay: wait.delay(),
                    is_held: wait.is_held(),
                });
                elapsed = read(elapsed, wait.delay());
                wait.resume(elapsed)
            }
            Step::Done(result) => break result,
        };
    };
    available.extend(budget.map(RetryBudget::available));
    Run {
        result,
        attempts,
        waits,
        elapsed,
        available,
    }
}

/// Makes a call that fails and so takes all the tokens it can get.
fn spend(settings: &ClientSettings, seed: u64) {
    let settings = settings.clone().deadline(Duration::from_secs(60));
    let mut step = settings.begin(CreateSession::new("test-consumer"), seed);
    let mut elapsed = Duration::ZERO;
    loop {
        step = match step {
            Step::Send(_, attempt) => attempt.finish(Outcome::Refusal(503, None).of(1), elapsed),
            Step::Wait(wait) => {
                elapsed = elapsed.saturating_add(wait.delay());
                wait.resume(elapsed)
            }
            Step::Done(_) => break,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_call_makes_more_attempts_than_its_policy_allows(case in case()) {
        let run = run(&case, false);
        prop_assert!(run.attempts.len() <= case.plan.max_attempts());
        if let Err(error) = &run.result {
            prop_assert_eq!(error.attempts() as usize, run.attempts.len());
        }
    }

    #[test]
    fn a_call_that_nothing_else_ends_makes_every_attempt_its_policy_allows(mut case in case()) {
        case.plan.deadline = None;
        case.plan.attempt_timeout = None;
        case.plan.budget = None;
        case.attempts = vec![(Outcome::Refusal(503, None), 0.5)];
        let run = run(&case, false);
        let stops = case.plan.stops_after();
        prop_assert_eq!(run.attempts.len(), stops);
    }

    #[test]
    fn a_call_ends_by_its_deadline(mut case in case()) {
        let deadline = case.plan.deadline.unwrap_or(Duration::from_secs(30));
        case.plan.deadline = Some(deadline);
        let run = run(&case, true);
        prop_assert!(run.elapsed <= deadline, "{run:?}");
    }

    #[test]
    fn every_wait_is_within_its_bounds_and_leaves_time_to_send(case in case()) {
        let run = run(&case, true);
        for wait in &run.waits {
            let (outcome, _) = &case.attempts[(wait.after_attempt - 1) % case.attempts.len()];
            let (shortest, longest) = match wait.is_held {
                true => (SHORTEST_HELD, LONGEST_HELD),
                false => case.plan.waits_after(wait.after_attempt, outcome),
            };
            prop_assert!((shortest..=longest).contains(&wait.delay), "{shortest:?} {longest:?} {wait:?}");
            if let Some(deadline) = case.plan.deadline {
                prop_assert!(wait.begun.saturating_add(wait.delay) < deadline, "{wait:?}");
            }
        }
        if let Some(deadline) = case.plan.deadline {
            let late = run.attempts.iter().skip(1).find(|begun| **begun >= deadline);
            prop_assert_eq!(late, None);
        }
    }

    #[test]
    fn the_same_seed_and_readings_give_the_same_run(case in case()) {
        let (one, other) = (run(&case, false), run(&case, false));
        prop_assert_eq!(one.attempts, other.attempts);
        prop_assert_eq!(one.waits, other.waits);
        prop_assert_eq!(one.available, other.available);
        prop_assert_eq!(format!("{:?}", one.result), format!("{:?}", other.result));
    }

    #[test]
    fn the_last_error_is_the_one_that_is_returned(case in case()) {
        let run = run(&case, false);
        let Some(last) = run.attempts.len().checked_sub(1) else {
            // Nothing is sent only if there is no time at all.
            let error = run.result.unwrap_err();
            prop_assert!(matches!(error.kind(), CallErrorKind::Build(_)), "{error:?}");
            let times = [case.plan.deadline, case.plan.attempt_timeout];
            prop_assert!(times.contains(&Some(Duration::ZERO)), "{times:?}");
            return Ok(());
        };
        let outcome_of = |index: usize| &case.attempts[index % case.attempts.len()].0;
        let before = last.checked_sub(1).map(outcome_of);
        let last = outcome_of(last);
        match &run.result {
            Ok(_) => prop_assert!(matches!(last, Outcome::Success)),
            Err(error) => {
                let attempt = u32::try_from(run.attempts.len()).unwrap();
                // A last attempt that the deadline cut short hides nothing.
                let is_cut_short = matches!(last, Outcome::Failure(FailureKind::TimedOut))
                    && error.gave_up() == GaveUp::Deadline;
                let was_before = before.is_some_and(|before| before.is(error, attempt - 1));
                prop_assert!(
                    last.is(error, attempt) || (is_cut_short && was_before),
                    "{last:?} {error:?}"
                );
            }
        }
    }

    #[test]
    fn the_budget_stays_between_zero_and_its_capacity(case in case()) {
        let run = run(&case, false);
        let Some(Budget { capacity, .. }) = case.plan.budget else {
            prop_assert!(run.available.is_empty());
            return Ok(());
        };
        for available in run.available {
            prop_assert!((0.0..=f64::from(capacity)).contains(&available), "{available}");
        }
    }

    #[test]
    fn the_budget_is_named_as_the_reason_only_if_it_failed_or_held_the_call(case in case()) {
        let run = run(&case, false);
        let Err(error) = run.result else { return Ok(()) };
        let budget = case.plan.budget;
        let was_held = run.waits.last().is_some_and(|wait| wait.is_held);
        match error.gave_up() {
            GaveUp::Budget => prop_assert!(budget.is_some() && !was_held),
            GaveUp::Held => prop_assert!(budget.is_some() && was_held),
            _ => {}
        }
        // A budget that fails when empty never makes a call wait.
        if budget.is_some_and(|budget| budget.fails) {
            prop_assert!(run.waits.iter().all(|wait| !wait.is_held));
        }
    }
}
