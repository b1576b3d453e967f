//! Stacks beside each other, and in places where they are not at home.

use apideck_vault_emulator::Emulator;

use crate::sessions::example;
use crate::stack::{Client, Stack, hasty, runtime, vault};
use crate::{Case, NotApplicable};

pub(crate) const CASES: &[Case] = &[
    (
        "two_stacks_work_in_one_process_at_a_time",
        beside_each_other,
    ),
    ("a_blocking_call_works_in_spawn_blocking", spawn_blocking),
    ("a_call_works_on_a_current_thread_runtime", current_thread),
];

pub(crate) const NOT_APPLICABLE: &[NotApplicable] = &[
    (CASES[1].0, Stack::Reqwest, "it does not block"),
    (CASES[1].0, Stack::Hyper, "it does not block"),
    (CASES[2].0, Stack::Ureq, "ureq needs no runtime"),
];

fn beside_each_other(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let clients =
        Stack::WITH_SOCKETS.map(|other| [stack, other].map(|one| one.client_for(&emulator)));
    let calls: Vec<_> = (0..30)
        .flat_map(|_| {
            clients
                .iter()
                .flatten()
                .map(|client| client.begin(example()))
        })
        .collect();
    for call in calls {
        assert_eq!(call.wait().unwrap().attempts, 1);
    }
    assert_eq!(emulator.requests().len(), 180);
}

fn spawn_blocking(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let Client::Ureq(client) = stack.client_for(&emulator) else {
        panic!("only ureq blocks");
    };
    let runtime = runtime();
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let client = client.clone();
            runtime.spawn_blocking(move || client.create_session(example()))
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
        match stack.client(vault(&emulator)).with_retry(hasty()) {
            Client::Reqwest(_, client) => {
                runtime.block_on(client.create_session(example())).unwrap();
            }
            Client::Hyper(_, client) => {
                runtime.block_on(client.create_session(example())).unwrap();
            }
            other => panic!("{other:?} needs no runtime"),
        }
    }
    assert_eq!(emulator.requests().len(), 2);
}
