//! Which connections calls use, keep and lose.

use apideck_vault_core::error::FailureKind;
use apideck_vault_core::retry::ExponentialBackoff;
use apideck_vault_emulator::{Answer, Emulator, End, Place};
use std::collections::BTreeSet;
use std::time::Duration;

use crate::Case;
use crate::own::unchanged;
use crate::sessions::example;
use crate::stack::{PATIENCE, Stack, hasty, vault};

pub(crate) const CASES: &[Case] = &[
    ("a_thousand_calls_share_a_connection", thousand),
    ("two_hundred_calls_at_a_time_all_succeed", concurrent),
    ("as_many_connections_are_kept_as_were_in_use", kept),
    (
        "a_connection_that_the_server_ends_is_not_used_again",
        announced,
    ),
    (
        "a_connection_that_died_while_idle_costs_a_retry_at_most",
        died,
    ),
    ("a_request_on_a_dead_connection_is_retried", stale),
    (
        "a_request_on_a_dead_connection_fails_without_retries",
        stale_once,
    ),
    ("a_connection_that_fell_silent_is_given_up", silent),
    (
        "a_redirect_that_is_followed_does_not_carry_the_key_along",
        followed,
    ),
    ("an_error_leaves_the_connection_in_use", errors_keep),
];

fn connections(emulator: &Emulator) -> usize {
    let requests = emulator.requests();
    let ids: BTreeSet<_> = requests.iter().map(|request| request.connection).collect();
    ids.len()
}

fn thousand(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = stack.client_for(&emulator);
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
    let client = stack
        .client_for(&emulator)
        .with_retry(ExponentialBackoff::none());
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
    emulator.script(vec![Answer::normal().delay(Duration::from_secs(1)); 32]);
    let client = stack.client_for(&emulator);
    for round in 1..=2 {
        let calls: Vec<_> = (0..16).map(|_| client.begin(example())).collect();
        for call in calls {
            call.wait().unwrap();
        }
        // A slow machine may not have all of them under way at a time.
        let used = connections(&emulator);
        assert!((11..=16).contains(&used), "{used} in round {round}");
    }
}

fn announced(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = stack
        .client_for(&emulator)
        .with_retry(ExponentialBackoff::none());
    for _ in 0..5 {
        emulator.script([Answer::normal().header("connection", "close")]);
        client.send(example()).unwrap();
    }
    assert_eq!((emulator.requests().len(), connections(&emulator)), (5, 5));
}

/// The server's keep-alive is over before the client's: it closes or resets without a word.
fn died(stack: Stack) {
    for end in [End::Close, End::Reset] {
        let emulator = Emulator::start().unwrap();
        let client = stack.client_for(&emulator);
        for _ in 0..5 {
            emulator.script([Answer::normal().cut(Place::AfterBody, end)]);
            client.send(example()).unwrap();
            emulator.wait_for_open_connections(0, PATIENCE).unwrap();
        }
        assert_eq!((emulator.requests().len(), connections(&emulator)), (5, 5));
    }
}

/// As before, but the client cannot know: the connection dies under the request.
fn stale(stack: Stack) {
    for dead in [Answer::reset().unread(), Answer::close().unread()] {
        let emulator = Emulator::start().unwrap();
        let client = stack.client_for(&emulator);
        client.send(example()).unwrap();
        emulator.script([dead]);
        assert_eq!(client.send(example()).unwrap().attempts, 2);
        assert_eq!((emulator.requests().len(), connections(&emulator)), (2, 2));
    }
}

fn stale_once(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = stack
        .client_for(&emulator)
        .with_retry(ExponentialBackoff::none());
    client.send(example()).unwrap();
    emulator.script([Answer::reset().unread()]);
    let end = client.send(example()).unwrap_err();
    assert_eq!(end.failure(), FailureKind::Unanswered, "{}", end.text);
    assert_eq!(emulator.requests().len(), 1);
}

/// A firewall that forgot the connection says nothing at all.
fn silent(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let policy = hasty().attempt_timeout(Duration::from_millis(500));
    let client = stack.client_for(&emulator).with_retry(policy);
    client.send(example()).unwrap();
    emulator.script([Answer::hang().unread()]);
    assert!(client.send(example()).unwrap().attempts >= 2);
    assert!(connections(&emulator) >= 2);
}

fn errors_keep(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = stack
        .client_for(&emulator)
        .with_retry(ExponentialBackoff::none());
    for status in [400, 401, 404, 418, 429, 500, 503, 302, 204] {
        emulator.script([Answer::status(status)]);
        client.send(example()).unwrap_err();
    }
    client.send(example()).unwrap();
    assert_eq!((emulator.requests().len(), connections(&emulator)), (10, 1));
}

/// On a client of one's own that follows redirects (reqwest's does unless told otherwise) the call
/// fails, and the key does not arrive at the other host.
fn followed(stack: Stack) {
    for status in [301, 302, 303, 307, 308] {
        let emulator = Emulator::start().unwrap();
        let other = Emulator::start().unwrap();
        let location = format!("{}/vault/sessions", other.url());
        emulator.script([Answer::status(status).header("location", location)]);
        let client = unchanged(stack, vault(&emulator)).with_retry(ExponentialBackoff::none());
        let end = client.send(example()).unwrap_err();
        match other.requests().as_slice() {
            [] => assert_eq!(end.api().status(), status),
            [request] => {
                assert_eq!(request.header("authorization"), None, "{status}");
                assert!(
                    matches!(end.api().status().as_u16(), 401 | 405),
                    "{}",
                    end.text
                );
            }
            requests => panic!("{requests:?}"),
        }
    }
}
