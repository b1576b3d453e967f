//! Which connections calls use, keep and lose.

use apideck_vault_emulator::{Answer, Emulator, End, Place};
use apideck_vault_stacks::Stack;
use std::collections::BTreeSet;
use std::time::Duration;

use crate::case::{Case, case};
#[cfg(unix)]
use crate::child::{self, MANY, Task};
use crate::client::client_for;
use crate::example::example;
use crate::settings::once;

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_thousand_calls_share_a_connection", thousand),
    case("two_hundred_concurrent_calls_all_succeed", concurrent),
    case("as_many_connections_are_kept_as_were_in_use", kept),
    case("a_connection_that_the_server_ends_is_not_used_again", announced),
    // Others have no `ulimit`.
    #[cfg(unix)]
    case("a_connection_for_each_of_many_calls_leaves_none_open", churn),
    case("an_error_leaves_the_connection_in_use", errors_keep),
];

pub(crate) fn connections(emulator: &Emulator) -> usize {
    let requests = emulator.requests();
    let ids: BTreeSet<_> = requests.iter().map(|request| request.connection).collect();
    ids.len()
}

fn thousand(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator);
    for _ in 0..1000 {
        client.send(example()).unwrap();
    }
    assert_eq!(
        (emulator.requests().len(), connections(&emulator)),
        (1000, 1)
    );
}

fn concurrent(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator).with_retry(once());
    for _ in 0..2 {
        let calls: Vec<_> = (0..200).map(|_| client.begin(example())).collect();
        let tokens: BTreeSet<_> = calls
            .into_iter()
            .map(|call| {
                call.wait()
                    .unwrap()
                    .value
                    .session_token()
                    .as_str()
                    .to_owned()
            })
            .collect();
        assert_eq!(tokens.len(), 200);
    }
    assert_eq!(emulator.requests().len(), 400);
}

fn kept(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let calls_at_once = 128;
    emulator.script(vec![
        Answer::normal().delay(Duration::from_secs(1));
        2 * calls_at_once
    ]);
    let client = client_for(stack, &emulator);
    for round in 1..=2 {
        let calls: Vec<_> = (0..calls_at_once)
            .map(|_| client.begin(example()))
            .collect();
        for call in calls {
            call.wait().unwrap();
        }
        // A slow machine may not have all of them under way at a time.
        let used = connections(&emulator);
        let expected = calls_at_once / 2..=calls_at_once;
        assert!(expected.contains(&used), "{used} in round {round}");
    }
}

fn announced(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator).with_retry(once());
    for _ in 0..5 {
        emulator.script([Answer::normal().header("connection", "close")]);
        client.send(example()).unwrap();
    }
    assert_eq!((emulator.requests().len(), connections(&emulator)), (5, 5));
}

/// The server ends each connection, in one way or another. The client's process may have 64 open.
#[cfg(unix)]
fn churn(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let ends = [
        Answer::status(503).header("connection", "close"),
        Answer::normal().cut(Place::InHead, End::Close),
        Answer::normal().cut(Place::InBody, End::Reset),
        Answer::normal().header("connection", "close"),
    ];
    emulator.script(ends.into_iter().cycle().take(MANY));
    let last = child::run(Task::ManyCalls, stack, &emulator, &[]);
    assert_eq!((&*last, connections(&emulator)), ("a session", MANY));
}

fn errors_keep(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator).with_retry(once());
    for status in [400, 401, 404, 418, 429, 500, 503, 302, 204] {
        emulator.script([Answer::status(status)]);
        client.send(example()).unwrap_err();
    }
    client.send(example()).unwrap();
    assert_eq!((emulator.requests().len(), connections(&emulator)), (10, 1));
}
