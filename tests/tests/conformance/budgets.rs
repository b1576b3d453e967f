//! How many attempts an outage takes in all. By default a call makes up to eight, but all calls to
//! one vault share a budget of retries: two at first, and one more for every ten calls.

use apideck_vault_core::{ClientSettings, Vault};
use apideck_vault_emulator::{Answer, Emulator};
use apideck_vault_stacks::Stack;
use std::time::Duration;

use crate::case::{Case, case};
use crate::client::{Client, client};
use crate::example::example;
use crate::settings::{impatient, vault};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("copies_with_other_settings_share_the_retry_budget", other_settings),
    case("copies_with_another_vault_share_the_retry_budget", other_vaults),
    case("clients_of_one_vault_share_its_retry_budget", one_vault),
    case("vaults_have_retry_budgets_of_their_own", own_budgets),
];

const ATTEMPTS: u32 = 3;

fn settings(vault: Vault) -> ClientSettings {
    ClientSettings::from(vault).retry(impatient().max_attempts(ATTEMPTS))
}

/// Too short a time to wait for the budget: a call that finds it empty ends.
fn hurried(settings: ClientSettings) -> ClientSettings {
    settings.deadline(Duration::from_millis(400))
}

/// How many requests so many calls make of which none succeeds.
fn requests_of(
    calls: usize,
    emulator: &Emulator,
    client_of_call: impl Fn(usize) -> Client,
) -> usize {
    emulator.rule(|_| Some(Answer::status(503)));
    for call in 0..calls {
        client_of_call(call).send(example()).unwrap_err();
    }
    emulator.requests().len()
}

/// One attempt for each call, two retries, one more for every ten calls, and those that the budget
/// lets through at the end of a call because no other one is held. Without a budget it would be 300
/// attempts.
fn assert_shared(emulator: &Emulator, client_of_call: impl Fn(usize) -> Client) {
    let requests = requests_of(100, emulator, client_of_call);
    // A slow machine may not come to all of the retries in the time that a call has.
    assert!((101..=220).contains(&requests), "{requests}");
}

fn other_settings(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client(stack, settings(vault(&emulator)));
    assert_shared(&emulator, |_| client.with_settings(hurried));
}

/// It is the client's that counts, not the one that the other vault brings along.
fn other_vaults(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client(stack, hurried(settings(vault(&emulator))));
    assert_shared(&emulator, |_| client.with_vault(vault(&emulator)));
}

/// A client for each call is a waste, but not a way around the budget. Neither is another key.
fn one_vault(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let vault = vault(&emulator);
    assert_shared(&emulator, |call| {
        let vault = match call % 2 {
            0 => vault.clone(),
            _ => vault.clone().with_api_key(format!("key-{call}")).unwrap(),
        };
        client(stack, hurried(settings(vault)))
    });
}

/// Which is also how the cases above would fail.
fn own_budgets(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client_of_call = |_| client(stack, settings(vault(&emulator)));
    assert_eq!(requests_of(10, &emulator, client_of_call), 30);
}
