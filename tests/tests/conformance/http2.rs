//! HTTP/2, on a client of one's own that speaks it. The default clients speak HTTP/1.1.

use apideck_vault_core::error::FailureKind;
use apideck_vault_core::http::Version;
use apideck_vault_emulator::{Answer, Certificate, Emulator};
use apideck_vault_stacks::{Ability, Custom, Http, Stack};
use std::collections::BTreeSet;
use std::time::Duration;

use crate::case::{Case, case};
use crate::client::Client;
use crate::custom_client::custom_client;
use crate::example::example;
use crate::settings::{impatient, once, settings_at};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_session_is_created_over_http_2", session).needs(Ability::Http2),
    case("connecting_makes_an_http_2_connection_for_all_calls", connected).needs(Ability::Http2),
    case("concurrent_calls_share_an_http_2_connection", shared).needs(Ability::Http2),
    case("an_http_2_stream_that_is_reset_is_retried", reset).needs(Ability::Http2),
    case("an_http_2_stream_that_hangs_is_given_up_alone", hangs).needs(Ability::Http2),
    case("an_http_2_answer_over_the_limit_is_too_large", too_large).needs(Ability::Http2),
];

fn start(stack: Stack) -> (Emulator, Client) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let authority = emulator.certificate_authority().unwrap();
    let custom = Custom::new().trusting(authority.pem()).http(Http::Two);
    let client = custom_client(stack, settings_at(emulator.url()), &custom);
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
    let failed = client.send(example()).unwrap_err();
    assert!(failed.api().is_payment_required());
    assert_eq!(failed.attempts, 2);
    let requests = emulator.requests();
    assert_eq!(requests[1].headers, requests[2].headers);
    assert_eq!(requests[1].body, requests[2].body);
    assert_shared(&emulator);
}

fn connected(stack: Stack) {
    let (emulator, client) = start(stack);
    assert_eq!(client.connect().unwrap().attempts, 1);
    let calls: Vec<_> = (0..20).map(|_| client.begin(example())).collect();
    for call in calls {
        call.wait().unwrap();
    }
    assert_eq!(emulator.requests().len(), 21);
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
    let failed = client
        .with_retry(impatient().max_attempts(2))
        .send(example());
    let failed = failed.unwrap_err();
    assert_eq!(failed.failure(), FailureKind::Unanswered, "{}", failed.text);
    // As many as were counted: no stack tries again by itself.
    assert_eq!(emulator.requests().len(), 5);
    assert_shared(&emulator);
}

fn hangs(stack: Stack) {
    let (emulator, client) = start(stack);
    emulator.script([Answer::hang()]);
    let short = Duration::from_millis(500);
    let once = client.with_settings(|settings| settings.retry(once()).attempt_timeout(short));
    let failed = once.send(example()).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::TimedOut, "{}", failed.text);
    client.send(example()).unwrap();
    assert_eq!(emulator.requests().len(), 2);
    assert_shared(&emulator);
}

fn too_large(stack: Stack) {
    let (emulator, client) = start(stack);
    emulator.script([Answer::status(400).body(vec![b' '; 8 << 20])]);
    let failed = client.send(example()).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::TooLarge, "{}", failed.text);
    client.send(example()).unwrap();
    assert_shared(&emulator);
}
