//! Who shares a budget, and from when on.

use apideck_vault_core::error::GaveUp;
use apideck_vault_core::retry::{ExponentialBackoff, RetryBudget, WhenEmpty};
use apideck_vault_core::{ClientSettings, Connect, CreateSession, Step, Vault, Wait};
use std::convert::Infallible;
use std::time::Duration;

use crate::{S, answer, at_most, held, only, persistent, run};

/// Makes 100 calls that all fail, each with settings of its own, and returns how many attempts they
/// made.
fn attempts_of_100_calls(settings: impl Fn() -> ClientSettings) -> u32 {
    let calls = (0..100).map(|seed| run(&settings(), seed, Duration::MAX).attempts);
    calls.sum()
}

#[test]
fn settings_made_for_each_call_share_the_budget_of_their_vault() {
    let vault = Vault::new("key", "app").unwrap();
    let client = ClientSettings::from(vault.clone());
    let shared = attempts_of_100_calls(|| client.clone());
    // One each, the tokens, and one without a token at the end of each call.
    assert!(shared < 300, "{shared}");

    let in_the_loop = || ClientSettings::from(vault.clone());
    let a_policy_each = || in_the_loop().retry(ExponentialBackoff::new());
    let a_deadline_each = || client.clone().deadline(29 * S);
    let a_key_each = || {
        client
            .clone()
            .vault(vault.clone().with_api_key("other").unwrap())
    };
    for attempts in [
        attempts_of_100_calls(in_the_loop),
        attempts_of_100_calls(a_policy_each),
        attempts_of_100_calls(a_deadline_each),
        attempts_of_100_calls(a_key_each),
    ] {
        assert!(attempts <= shared, "{attempts}");
    }
    // For comparison, with a separate budget for each call.
    let apart = attempts_of_100_calls(|| client.clone().budget(RetryBudget::new()));
    assert!(apart > 600, "{apart}");
}

#[test]
fn a_connection_to_a_service_that_is_down_brings_no_token() {
    for (is_up, available) in [(false, 0.0), (true, 1.0)] {
        let settings = persistent(&RetryBudget::new().capacity(1)).deadline(S / 10);
        assert!(run(&settings, 1, Duration::MAX).result.is_err());
        let budget = settings.budget.clone().unwrap();
        assert_eq!(budget.available().floor(), 0.0);
        let Step::Send(_, attempt) = settings.begin::<_, Infallible>(Connect, 1) else {
            panic!("nothing is wrong with the input")
        };
        let Step::Done(result) = attempt.finish(answer(is_up), S / 100) else {
            panic!("any answer will do")
        };
        assert!(result.is_ok());
        assert_eq!(budget.available().floor(), available);
    }
}

#[test]
fn a_vault_for_another_server_has_its_own_budget() {
    let budget = |vault: Vault| ClientSettings::from(vault).budget.unwrap();
    let vault = Vault::new("key", "app").unwrap();
    let rotated = vault.clone().with_api_key("other").unwrap();
    assert!(budget(vault.clone()).is_shared_with(&budget(rotated)));
    let elsewhere = vault.clone().with_server_url("https://proxy.example");
    assert!(!budget(vault).is_shared_with(&budget(elsewhere.unwrap())));
}

#[test]
fn the_default_budget_is_a_new_one() {
    let (default, new) = (RetryBudget::default(), RetryBudget::new());
    assert_eq!(format!("{default:?}"), format!("{new:?}"));
    assert!(!default.is_shared_with(&new));
}

#[test]
fn a_budget_that_fails_lets_nothing_through_without_a_token() {
    let vault = Vault::new("key", "app").unwrap();
    let budget = RetryBudget::new()
        .capacity(1)
        .refilled(0.0, 0.0, 0.0)
        .when_empty(WhenEmpty::Fail);
    let settings = ClientSettings::from(vault).budget(budget).deadline(S);
    // Two calls take the same token: the second finds it gone only after its wait.
    let mut waits: Vec<Wait<_, Infallible>> = (0..2)
        .map(|seed| {
            let Step::Send(_, attempt) = settings.begin(CreateSession::new("c"), seed) else {
                panic!("it can be sent")
            };
            let Step::Wait(wait) = attempt.finish(answer(false), S / 10) else {
                panic!("it is retried")
            };
            wait
        })
        .collect();
    let second = waits.pop().unwrap();
    let step = waits.pop().unwrap().resume(S / 2);
    assert!(matches!(step, Step::Send(..)), "{step:?}");
    let Step::Done(Err(error)) = second.resume(S / 2) else {
        panic!("the token is gone")
    };
    assert_eq!(error.gave_up(), GaveUp::Budget);
}

#[test]
fn a_success_brings_less_while_calls_are_held_and_their_retries_fail() {
    let budget = only(1).refilled(0.25, 0.125, 0.0);
    let settings = persistent(&budget);
    let success_brings = || {
        let before = budget.available();
        assert_eq!(run(&settings, 1, Duration::ZERO).attempts, 1);
        budget.available() - before
    };
    run(&at_most(2, &budget), 1, Duration::MAX);
    assert_eq!(budget.available(), 0.0);

    let wait = held(&settings);
    let brought: Vec<_> = (0..4).map(|_| success_brings()).collect();
    assert_eq!(brought, [0.25; 4]);

    let Step::Send(_, attempt) = wait.resume(20 * S) else {
        panic!("there is a token")
    };
    let Step::Wait(_retry) = attempt.finish(answer(false), 21 * S) else {
        panic!("it is retried")
    };
    let wait = held(&settings);
    assert_eq!(success_brings(), 0.125);
    // Not held any more.
    drop(wait);
    assert_eq!(success_brings(), 0.25);
}

#[test]
fn a_held_retry_that_succeeds_brings_a_whole_token_though_others_failed() {
    let budget = only(1).refilled(1.0, 0.25, 0.0);
    let settings = persistent(&budget);
    // The first is let through at the end of its time, and fails.
    assert!(run(&settings, 1, Duration::MAX).result.is_err());
    let (first, second) = (held(&settings), held(&settings));
    // Another call brings less, and then the token is there.
    for available in [0.25, 0.5, 0.75, 1.0] {
        assert!(run(&settings, 2, Duration::ZERO).result.is_ok());
        assert_eq!(budget.available(), available);
    }
    let Step::Send(_, attempt) = first.resume(20 * S) else {
        panic!("there is a token")
    };
    assert_eq!(budget.available(), 0.0);
    let Step::Done(Ok(_)) = attempt.finish(answer(true), 21 * S) else {
        panic!("it succeeds")
    };
    assert_eq!(budget.available(), 1.0);
    drop(second);
}

#[test]
fn debug_shows_a_budget_in_retries() {
    let half_empty = RetryBudget::new().capacity(4).refilled(0.5, 0.25, 2.0);
    assert!(
        run(&at_most(3, &half_empty), 1, Duration::MAX)
            .result
            .is_err()
    );
    assert_eq!(
        format!("{half_empty:?}"),
        "RetryBudget { available: 2.0, capacity: 4.0, per_success: 0.5, per_slow_success: 0.25, \
         per_held_second: 2.0, when_empty: Wait }"
    );
}
