//! How long a held call pauses before it asks again.

use apideck_vault_core::retry::RetryBudget;
use apideck_vault_core::{ClientSettings, CreateSession, Step, Wait};
use std::convert::Infallible;
use std::time::Duration;

use crate::{S, answer, create, only, persistent, run};

/// Begins a call that finds the budget empty at once, and is held.
fn held(settings: &ClientSettings, seed: u64) -> Wait<CreateSession, Infallible> {
    let Step::Send(_, attempt) = settings.begin(create(), seed) else {
        panic!("it can be sent")
    };
    let Step::Wait(wait) = attempt.finish(answer(false), Duration::ZERO) else {
        panic!("it is retried")
    };
    let delay = wait.delay();
    let Step::Wait(wait) = wait.resume(delay) else {
        panic!("the budget is empty")
    };
    assert!(wait.is_held());
    wait
}

/// A budget with no token that earns one in each second in which a call is held.
fn earning() -> RetryBudget {
    let budget = only(1).refilled(1.0, 1.0, 1.0);
    let Step::Send(_, attempt) = persistent(&budget).begin(create(), 1) else {
        panic!("it can be sent")
    };
    let step: Step<_, Infallible> = attempt.finish(answer(false), Duration::ZERO);
    let Step::Wait(wait) = step else {
        panic!("it is retried")
    };
    let _ = wait.resume(S);
    assert_eq!(budget.available(), 0.0);
    budget
}

/// The longest first pause of calls that are held one at a time, while `others` are held already.
fn longest_pause(budget: &RetryBudget, others: u64) -> f64 {
    let settings = persistent(budget);
    let _others: Vec<_> = (0..others).map(|seed| held(&settings, seed)).collect();
    let pauses = (1000..1500).map(|seed| held(&settings, seed).delay().as_secs_f64());
    pauses.fold(0.0, f64::max)
}

#[test]
fn pauses_take_up_to_half_the_time_left_until_2_s_before_the_deadline() {
    let mut longest: f64 = 0.0;
    for seed in 0..500 {
        for (begun, pause) in run(&persistent(&only(1)), seed, Duration::MAX).held {
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
fn the_more_calls_are_held_the_longer_each_pauses() {
    for others in [0, 1, 4, 9] {
        let most = others as f64 + 1.0;
        let longest = longest_pause(&earning(), others);
        assert!(
            longest > 0.95 * most && longest <= most,
            "{others}: {longest}"
        );
    }
}

#[test]
fn each_failure_of_a_held_call_makes_pauses_longer_until_the_service_is_well() {
    let budget = earning();
    let fails = run(&persistent(&budget).deadline(7 * S), 1, Duration::MAX);
    assert!(fails.result.is_err() && fails.attempts > 2);
    assert!(longest_pause(&budget, 0) > 1.5);
    assert!(run(&persistent(&budget), 1, Duration::ZERO).result.is_ok());
    assert_eq!(budget.available(), 1.0);
    // The token goes to a first retry again.
    let one_retry = run(&persistent(&budget).deadline(S), 1, Duration::MAX);
    assert_eq!(one_retry.attempts, 2);
    assert!(longest_pause(&budget, 0) <= 2.0);
}

#[test]
fn a_call_that_is_held_with_others_is_not_let_through_without_a_token() {
    let settings = persistent(&only(1));
    assert_eq!(run(&settings, 1, Duration::MAX).attempts, 3);
    let _other = held(&settings, 2);
    assert_eq!(run(&settings, 3, Duration::MAX).attempts, 1);
}
