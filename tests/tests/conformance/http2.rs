//! HTTP/2, on a client of one's own that speaks it. The default clients speak HTTP/1.1.

use apideck_vault_core::error::FailureKind;
use apideck_vault_core::http::Version;
use apideck_vault_core::retry::ExponentialBackoff;
use apideck_vault_emulator::{Answer, Certificate, Emulator};
use std::collections::BTreeSet;
use std::time::Duration;

use crate::own::{Http, trusting};
use crate::sessions::example;
use crate::stack::{Client, Stack, hasty};
use crate::{Case, NotApplicable};

pub(crate) const CASES: &[Case] = &[
    ("a_session_is_created_over_http_2", session),
    ("calls_at_a_time_share_an_http_2_connection", shared),
    ("an_http_2_stream_that_is_reset_is_retried", reset),
    ("an_http_2_stream_that_hangs_is_given_up_alone", hangs),
    ("an_http_2_answer_over_the_limit_is_too_large", too_large),
];

const REASON: &str = "ureq speaks HTTP/1.1 alone";
pub(crate) const NOT_APPLICABLE: &[NotApplicable] = &[
    (CASES[0].0, Stack::Ureq, REASON),
    (CASES[1].0, Stack::Ureq, REASON),
    (CASES[2].0, Stack::Ureq, REASON),
    (CASES[3].0, Stack::Ureq, REASON),
    (CASES[4].0, Stack::Ureq, REASON),
];

fn start(stack: Stack) -> (Emulator, Client) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let client = trusting(stack, &emulator, Http::Two);
    (emulator, client)
}

/// All requests came over one connection of HTTP/2.
fn assert_shared(emulator: &Emulator) {
    let requests = emulator.requests();
    let connections: BTreeSet<_> = requests.iter().map(|request| request.connection).collect();
    assert_eq!(connections.len(), 1);
    assert!(
        requests
            .iter()
            .all(|request| request.version == Version::HTTP_2)
    );
}

fn session(stack: Stack) {
    let (emulator, client) = start(stack);
    let answered = client.send(example()).unwrap();
    assert!(
        emulator
            .verify(answered.value.session_token().as_str())
            .is_some()
    );
    emulator.script([Answer::status(503), Answer::status(402)]);
    let end = client.send(example()).unwrap_err();
    assert!(end.api().is_payment_required());
    assert_eq!(end.attempts, 2);
    let requests = emulator.requests();
    assert_eq!(requests[1].headers, requests[2].headers);
    assert_eq!(requests[1].body, requests[2].body);
    assert_shared(&emulator);
}

fn shared(stack: Stack) {
    let (emulator, client) = start(stack);
    client.send(example()).unwrap();
    let calls: Vec<_> = (0..200).map(|_| client.begin(example())).collect();
    for call in calls {
        call.wait().unwrap();
    }
    assert_eq!(emulator.requests().len(), 201);
    assert_shared(&emulator);
}

fn reset(stack: Stack) {
    let (emulator, client) = start(stack);
    emulator.script([Answer::reset(), Answer::close()]);
    assert_eq!(client.send(example()).unwrap().attempts, 3);
    emulator.script(vec![Answer::reset(); 2]);
    let end = client.with_retry(hasty().max_attempts(2)).send(example());
    let end = end.unwrap_err();
    assert_eq!(end.failure(), FailureKind::Unanswered, "{}", end.text);
    // As many as were counted: no stack tries again by itself.
    assert_eq!(emulator.requests().len(), 5);
    assert_shared(&emulator);
}

fn hangs(stack: Stack) {
    let (emulator, client) = start(stack);
    emulator.script([Answer::hang()]);
    let policy = ExponentialBackoff::none().attempt_timeout(Duration::from_millis(500));
    let end = client.with_retry(policy).send(example()).unwrap_err();
    assert_eq!(end.failure(), FailureKind::TimedOut, "{}", end.text);
    client.send(example()).unwrap();
    assert_eq!(emulator.requests().len(), 2);
    assert_shared(&emulator);
}

fn too_large(stack: Stack) {
    let (emulator, client) = start(stack);
    emulator.script([Answer::status(400).body(vec![b' '; 8 << 20])]);
    let end = client.send(example()).unwrap_err();
    assert_eq!(end.failure(), FailureKind::TooLarge, "{}", end.text);
    client.send(example()).unwrap();
    assert_shared(&emulator);
}
