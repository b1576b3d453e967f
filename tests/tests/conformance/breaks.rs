//! Answers that break off, never come or come too slowly.

use apideck_vault_core::error::FailureKind;
use apideck_vault_core::{CreateSession, Session};
use apideck_vault_emulator::{Answer, Emulator, End, Place};
use apideck_vault_stacks::Stack;
use std::net::TcpListener;
use std::time::Duration;

use crate::case::{Case, case};
use crate::client::{client, client_for};
use crate::example::example;
use crate::settings::{impatient, once, settings_at};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_connection_that_ends_before_the_request_is_read_is_retried", unread),
    case("a_connection_that_ends_instead_of_an_answer_is_retried", unanswered),
    case("an_answer_reset_on_its_way_is_retried", reset_midway),
    case("an_answer_closed_on_its_way_is_retried", closed_midway),
    case("a_reset_in_a_large_request_is_not_an_answer", reset_large),
    case("an_answer_that_stops_on_its_way_times_out", hangs),
    case("an_unread_large_request_times_out", large_hangs),
    case("a_dripping_answer_is_an_answer", drips),
    case("an_answer_that_drips_too_slowly_times_out", drips_slowly),
];

/// No answer comes, whichever attempt gets this one, and no attempt is made that is not counted.
fn fails(stack: Stack, answer: &Answer) {
    let emulator = Emulator::start().unwrap();
    emulator.script(vec![answer.clone(); 3]);
    let client = client_for(stack, &emulator);
    let thrice = client.with_retry(impatient().max_attempts(3));
    let failed = thrice.send(example()).unwrap_err();
    let kind = failed.failure();
    assert_eq!(kind, FailureKind::Unanswered, "{answer:?}: {}", failed.text);
    assert_eq!(failed.attempts, 3, "{answer:?}");
    // The script is used up, and not more than that.
    let after = client.with_retry(once()).send(example());
    assert!(after.is_ok(), "{answer:?}: {after:?}");
}

fn unread(stack: Stack) {
    for answer in [Answer::reset().unread(), Answer::close().unread()] {
        fails(stack, &answer);
    }
}

fn unanswered(stack: Stack) {
    for answer in [Answer::reset(), Answer::close()] {
        fails(stack, &answer);
    }
}

fn reset_midway(stack: Stack) {
    for place in [Place::InHead, Place::AfterHead, Place::InBody] {
        fails(stack, &Answer::normal().cut(place, End::Reset));
    }
}

fn closed_midway(stack: Stack) {
    for place in [Place::InHead, Place::AfterHead, Place::InBody] {
        fails(stack, &Answer::normal().cut(place, End::Close));
    }
    // In chunks there is no length to be short of, but an end that does not come.
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n";
    fails(stack, &Answer::raw(chunked));
}

fn large(bytes: usize) -> CreateSession {
    let session = Session::new().custom_consumer_setting("large", "x".repeat(bytes));
    CreateSession::new(Emulator::CONSUMER_ID).session(session)
}

/// So large that it is not all on its way when the connection is reset.
fn reset_large(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    for answer in [Answer::reset().unread(), Answer::reset()] {
        emulator.script([answer]);
        let client = client_for(stack, &emulator).with_retry(once());
        let failed = client.send(large(8 << 20)).unwrap_err();
        assert_eq!(failed.failure(), FailureKind::Unanswered, "{}", failed.text);
    }
}

fn hangs(stack: Stack) {
    for answer in [
        Answer::hang(),
        Answer::normal().cut(Place::InHead, End::Hang),
        Answer::normal().cut(Place::AfterHead, End::Hang),
        Answer::normal().cut(Place::InBody, End::Hang),
    ] {
        let emulator = Emulator::start().unwrap();
        let text = format!("{answer:?}");
        emulator.script([answer]);
        let settings = settings_at(emulator.url()).retry(once());
        let client = client(stack, settings.attempt_timeout(Duration::from_millis(300)));
        let failed = client.send(example()).unwrap_err();
        let kind = failed.failure();
        assert_eq!(kind, FailureKind::TimedOut, "{text}: {}", failed.text);
        let said = failed.text.starts_with("no answer in time");
        assert!(said, "{text}: {}", failed.text);
        assert!(!failed.is_deadline());
    }
}

/// More than the buffers on the way hold, so that it is the sending that stops.
fn large_hangs(stack: Stack) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = settings_at(format!("http://{}", listener.local_addr().unwrap()));
    let settings = settings
        .retry(once())
        .attempt_timeout(Duration::from_secs(1));
    let failed = client(stack, settings).send(large(16 << 20)).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::TimedOut, "{}", failed.text);
}

fn drips(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::normal().drip(Duration::ZERO)]);
    let answered = client_for(stack, &emulator).send(example()).unwrap();
    assert_eq!(answered.attempts, 1);
}

/// Each byte comes in time, all of them do not: what counts is the whole attempt, and the call.
fn drips_slowly(stack: Stack) {
    const SHORT: Duration = Duration::from_millis(300);

    let emulator = Emulator::start().unwrap();
    let slow = Answer::normal().drip(Duration::from_millis(20));
    emulator.script([slow.clone(), slow.clone(), slow]);
    let client = client_for(stack, &emulator);
    let attempt = client.with_settings(|settings| settings.retry(once()).attempt_timeout(SHORT));
    let failed = attempt.send(example()).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::TimedOut, "{}", failed.text);
    assert!(!failed.is_deadline());
    let call = client.with_settings(|settings| settings.deadline(SHORT));
    let failed = call.send(example()).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::TimedOut, "{}", failed.text);
    assert!(failed.is_deadline());
}
