//! Stacks beside each other, and in places where they are not at home.

use apideck_vault_emulator::Emulator;
use apideck_vault_stacks::{ALL, Ability, Call, Stack};

use crate::case::{Case, case};
use crate::client::{client_for, runtime};
use crate::example::example;
use crate::settings::settings_at;

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("two_stacks_work_in_one_process_at_once", beside_each_other),
    case("a_blocking_call_works_in_spawn_blocking", spawn_blocking).needs(Ability::Blocking),
    case("a_call_works_on_a_current_thread_runtime", current_thread).needs(Ability::Futures),
];

fn beside_each_other(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let pairs = ALL.iter().map(|&other| [stack, other]);
    let clients: Vec<_> = pairs
        .flatten()
        .map(|one| client_for(one, &emulator))
        .collect();
    let calls: Vec<_> = (0..30)
        .flat_map(|_| clients.iter().map(|client| client.begin(example())))
        .collect();
    for call in calls {
        assert_eq!(call.wait().unwrap().attempts, 1);
    }
    assert_eq!(emulator.requests().len(), 30 * clients.len());
}

fn spawn_blocking(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator);
    let runtime = runtime();
    let calls: Vec<_> = (0..20)
        .map(|_| match client.call(example()) {
            Call::Blocking(call) => runtime.spawn_blocking(call),
            Call::Future(_) => panic!("{stack:?} does not block"),
        })
        .collect();
    for call in calls {
        runtime.block_on(call).unwrap().unwrap();
    }
    assert_eq!(emulator.requests().len(), 20);
}

fn current_thread(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for _ in 0..2 {
        let client = stack.default_client(settings_at(emulator.url()));
        match client.call(example()) {
            Call::Future(call) => runtime.block_on(call).unwrap(),
            Call::Blocking(_) => panic!("{stack:?} needs no runtime"),
        };
    }
    assert_eq!(emulator.requests().len(), 2);
}
