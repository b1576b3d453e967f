//! What holds for every call, whatever the policy, the outcomes and the clock.

mod case;

use apideck_vault_core::error::{CallError, CallErrorKind, GaveUp};
use apideck_vault_core::http::Response;
use apideck_vault_core::retry::{RetryBudget, RetryPolicy};
use apideck_vault_core::{Call, CreateSession, CreatedSession, Step, Vault};
use proptest::prelude::ProptestConfig;
use proptest::{prop_assert, prop_assert_eq, proptest};
use std::time::Duration;

use case::{Budget, Case, Clock, Ended, Outcome, Plan, case};

const CASES: u32 = 10_000;
const LONGEST_HELD: Duration = Duration::from_secs(15);

/// A wait of a run.
#[derive(Debug, Clone, PartialEq)]
struct Waited {
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

/// Runs the case, with a clock that is right or with the clock of the case. What a call sees of
/// time is only what it is handed.
fn run(case: &Case, with_right_clock: bool) -> Run {
    let policy = case.plan.make();
    let vault = Vault::new("key", "app").unwrap();
    for seed in 0..u64::from(case.before) {
        spend(&vault, policy.as_ref(), seed);
    }
    let mut create = CreateSession::new("test-consumer");
    if let Some(deadline) = case.deadline {
        create = create.deadline(deadline);
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
    let mut step = Call::begin(&vault, create, policy.as_ref(), case.seed);
    let result = loop {
        assert!(attempts.len() + waits.len() < 100_000, "it does not end");
        available.extend(policy.budget().map(RetryBudget::available));
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
    available.extend(policy.budget().map(RetryBudget::available));
    Run {
        result,
        attempts,
        waits,
        elapsed,
        available,
    }
}

/// A call that fails, and so takes what tokens it can get.
fn spend(vault: &Vault, policy: &dyn RetryPolicy, seed: u64) {
    let create = CreateSession::new("test-consumer").deadline(Duration::from_secs(60));
    let mut step = Call::begin(vault, create, policy, seed);
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
    fn a_call_ends_by_its_deadline_and_one_attempt_timeout(mut case in case()) {
        let policy = case.plan.make();
        let deadline = case.deadline.or(policy.deadline()).unwrap_or(Duration::from_secs(30));
        case.deadline = Some(deadline);
        let run = run(&case, true);
        let timeout = policy.attempt_timeout().unwrap_or(deadline).min(deadline);
        prop_assert!(run.elapsed <= deadline.saturating_add(timeout), "{run:?}");
        // And more exactly: an attempt only gets what is left.
        prop_assert!(run.elapsed <= deadline, "{run:?}");
    }

    #[test]
    fn every_wait_is_between_zero_and_its_limit_and_leaves_time_to_send(case in case()) {
        let run = run(&case, true);
        let deadline = case.deadline.or(case.plan.make().deadline());
        for wait in &run.waits {
            let limit = if wait.is_held { LONGEST_HELD } else { case.plan.longest_wait() };
            prop_assert!(wait.delay <= limit, "{wait:?}");
            prop_assert!(!wait.is_held || wait.delay > Duration::ZERO, "{wait:?}");
            if let Some(deadline) = deadline {
                prop_assert!(wait.begun.saturating_add(wait.delay) < deadline, "{wait:?}");
            }
        }
        if let Some(deadline) = deadline {
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
    fn the_last_error_is_the_one_that_comes_back(case in case()) {
        let run = run(&case, false);
        let deadline = case.deadline.or(case.plan.make().deadline());
        let Some(last) = run.attempts.len().checked_sub(1) else {
            // Only where there is no time at all, nothing is sent.
            let error = run.result.unwrap_err();
            prop_assert!(matches!(error.kind(), CallErrorKind::Build(_)), "{error:?}");
            prop_assert_eq!(deadline, Some(Duration::ZERO));
            return Ok(());
        };
        let (last, _) = &case.attempts[last % case.attempts.len()];
        match &run.result {
            Ok(_) => prop_assert!(matches!(last, Outcome::Success)),
            Err(error) => {
                let attempt = u32::try_from(run.attempts.len()).unwrap();
                prop_assert!(last.is(error, attempt), "{last:?} {error:?}");
            }
        }
    }

    #[test]
    fn the_budget_stays_between_nothing_and_its_capacity(case in case()) {
        let run = run(&case, false);
        let capacity = match &case.plan {
            Plan::Exponential { budget, .. } | Plan::Whatever { budget, .. } => *budget,
            Plan::Official => None,
        };
        let Some(Budget { capacity, .. }) = capacity else {
            prop_assert!(run.available.is_empty());
            return Ok(());
        };
        for available in run.available {
            prop_assert!((0.0..=f64::from(capacity)).contains(&available), "{available}");
        }
    }

    #[test]
    fn only_a_budget_that_fails_or_holds_is_named_as_the_reason(case in case()) {
        let run = run(&case, false);
        let Err(error) = run.result else { return Ok(()) };
        let budget = match &case.plan {
            Plan::Exponential { budget, .. } | Plan::Whatever { budget, .. } => *budget,
            Plan::Official => None,
        };
        let was_held = run.waits.last().is_some_and(|wait| wait.is_held);
        match (error.gave_up(), budget) {
            (GaveUp::Budget, None) => prop_assert!(false, "there is no budget"),
            (GaveUp::Budget, Some(Budget { fails: true, .. })) => prop_assert!(!was_held),
            _ => {}
        }
        // A failing budget never makes a call wait.
        if budget.is_some_and(|budget| budget.fails) {
            prop_assert!(run.waits.iter().all(|wait| !wait.is_held));
        }
    }
}
