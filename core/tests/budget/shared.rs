//! Who shares a budget, and from when on.

use apideck_vault_core::error::GaveUp;
use apideck_vault_core::retry::{ExponentialBackoff, RetryBudget, WhenEmpty};
use apideck_vault_core::{ClientSettings, CreateSession, Step, Vault, Wait};
use std::convert::Infallible;
use std::time::Duration;

use crate::{S, answer, at_most, create, only, run};

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
    assert!(apart > 700, "{apart}");
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
fn a_call_that_is_prepared_and_never_begun_adds_nothing() {
    let budget = only(2).refilled(0.5, 0.0, 0.0);
    let settings = at_most(3, &budget);
    run(&settings, 1, Duration::MAX);
    assert_eq!(budget.available(), 0.0);
    let prepared = settings.prepare::<_, Infallible>(create(), 1);
    drop(settings.prepare::<_, Infallible>(create(), 2));
    assert_eq!(budget.available(), 0.0);
    let _ = prepared.begin();
    assert_eq!(budget.available(), 0.5);
}

#[test]
fn a_held_retry_that_succeeds_brings_a_whole_token_for_the_next_one() {
    let budget = only(1).refilled(0.0, 0.25, 0.0);
    let settings = at_most(4, &budget);
    assert!(run(&settings, 1, Duration::MAX).result.is_err());
    assert_eq!(budget.available(), 0.0);
    // Let through at the end of its time, without a token.
    let held = run(&settings, 2, 28 * S);
    assert!(held.result.is_ok() && !held.held.is_empty());
    assert_eq!(budget.available(), 1.0);
    // One that finds the token is not held, and its success brings the usual fraction.
    let retried = run(&settings, 3, Duration::from_nanos(1));
    assert!(retried.result.is_ok() && retried.held.is_empty());
    assert_eq!(budget.available(), 0.25);
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
        "RetryBudget { available: 2.0, capacity: 4.0, per_call: 0.5, per_success: 0.25, \
         per_held_second: 2.0, when_empty: Wait }"
    );
}
