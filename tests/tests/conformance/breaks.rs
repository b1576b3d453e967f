//! Answers that break off, never come or come too slowly.

use apideck_vault_core::error::FailureKind;
use apideck_vault_core::{CreateSession, Session};
use apideck_vault_emulator::{Answer, Emulator, End, Place};
use apideck_vault_stacks::{Ability, Call, Stack};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::runtime::Builder;

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
    case("a_flood_of_nothing_leaves_time_for_others", floods).needs(Ability::YieldingOften),
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

/// A server that sends as fast as it can, and nothing of use, has the thread of the call for itself until
/// the stack lets others have a turn: the timeout, too, has to wait for that.
fn floods(stack: Stack) {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = settings_at(format!("http://{}", server.local_addr().unwrap()));
    let sent = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&sent);
    let serving = std::thread::spawn(move || {
        let (mut socket, _) = server.accept().unwrap();
        assert!(socket.read(&mut [0; 4096]).unwrap() > 0);
        let flood = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(1000);
        while socket.write_all(flood.as_bytes()).is_ok() {
            count.fetch_add(flood.len() as u64, Ordering::Relaxed);
        }
    });
    let settings = settings
        .retry(once())
        .attempt_timeout(Duration::from_millis(300));
    let Call::Future(call) = stack.default_client(settings).call(example()) else {
        panic!("it needs no runtime")
    };
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let (failed, most) = runtime.block_on(async {
        let call = tokio::spawn(call);
        let (mut before, mut most) = (0, 0);
        while !call.is_finished() {
            tokio::task::yield_now().await;
            let now = sent.load(Ordering::Relaxed);
            most = most.max(now - before);
            before = now;
        }
        (call.await.unwrap().unwrap_err(), most)
    });
    drop(runtime);
    serving.join().unwrap();
    assert_eq!(failed.failure(), FailureKind::TimedOut, "{}", failed.text);
    // What the system buffers on the way is part of it.
    assert!(most <= 32 << 20, "{most} bytes in one turn");
}
