//! Answers that break off, never come, never end or are no answers: what the wire can do.

use apideck_vault_core::error::{ApiErrorKind, FailureKind};
use apideck_vault_core::retry::ExponentialBackoff;
use apideck_vault_emulator::{Answer, Emulator, End, Place};
use std::io::Write;
use std::sync::OnceLock;
use std::time::Duration;

use crate::Case;
use crate::sessions::example;
use crate::stack::{Kind, Stack, hasty, vault};

pub(crate) const CASES: &[Case] = &[
    (
        "a_reset_before_the_request_is_read_is_retried",
        reset_unread,
    ),
    ("a_reset_in_a_large_request_is_no_answer", reset_large),
    ("a_reset_instead_of_an_answer_is_retried", reset),
    ("an_answer_reset_on_its_way_is_retried", reset_midway),
    ("an_answer_closed_on_its_way_is_retried", closed_midway),
    ("an_answer_that_stops_on_its_way_times_out", hangs_midway),
    ("a_request_that_nobody_reads_times_out", unread_hang),
    (
        "a_large_request_that_nobody_reads_times_out",
        unread_hang_large,
    ),
    ("a_dripping_answer_is_an_answer", drips),
    ("an_answer_that_drips_too_slowly_times_out", drips_slowly),
    ("an_endless_answer_is_too_large", endless),
    ("terabytes_are_too_large_before_they_come", terabytes),
    ("ten_thousand_headers_are_no_answer", many_headers),
    ("an_answer_of_http_1_0_is_an_answer", http_1_0),
    ("an_interim_answer_is_skipped", interim),
    ("switching_protocols_is_no_session", switching),
    ("garbage_instead_of_http_is_no_answer", garbage),
    (
        "a_compressed_answer_does_not_grow_beyond_the_limit",
        compressed,
    ),
];

fn once() -> ExponentialBackoff {
    ExponentialBackoff::none()
}

/// The answer to every request is this one; each is tried as often as the policy says.
fn fails_as(stack: Stack, answer: &Answer, kind: FailureKind) {
    let emulator = Emulator::start().unwrap();
    emulator.script(vec![answer.clone(); 3]);
    let client = stack.client(vault(&emulator));
    let end = client
        .with_retry(hasty().max_attempts(3))
        .send(example())
        .unwrap_err();
    assert_eq!(end.failure(), kind, "{answer:?}: {}", end.text);
    assert_eq!(end.attempts, 3, "{answer:?}");
    // The script is used up: there was no attempt that nobody counted.
    let after = client.with_retry(once()).send(example());
    assert!(after.is_ok(), "{answer:?}: {after:?}");
}

fn reset_unread(stack: Stack) {
    for answer in [Answer::reset().unread(), Answer::close().unread()] {
        fails_as(stack, &answer, FailureKind::Unanswered);
    }
}

/// So large that it is not all on its way when the connection is reset.
fn reset_large(stack: Stack) {
    use apideck_vault_core::{CreateSession, Session};

    let emulator = Emulator::start().unwrap();
    let large = Session::new().custom_consumer_setting("large", "x".repeat(8 << 20));
    let create = CreateSession::new(Emulator::CONSUMER_ID).session(large);
    for answer in [Answer::reset().unread(), Answer::reset()] {
        emulator.script([answer]);
        let client = stack.client(vault(&emulator)).with_retry(once());
        let end = client.send(create.clone()).unwrap_err();
        assert_eq!(end.failure(), FailureKind::Unanswered, "{}", end.text);
    }
}

fn reset(stack: Stack) {
    fails_as(stack, &Answer::reset(), FailureKind::Unanswered);
}

fn reset_midway(stack: Stack) {
    for place in [Place::InHead, Place::AfterHead, Place::InBody] {
        let answer = Answer::normal().cut(place, End::Reset);
        fails_as(stack, &answer, FailureKind::Unanswered);
    }
}

fn closed_midway(stack: Stack) {
    for place in [Place::InHead, Place::AfterHead, Place::InBody] {
        let answer = Answer::normal().cut(place, End::Close);
        fails_as(stack, &answer, FailureKind::Unanswered);
    }
    // In chunks there is no length to be short of, but an end that does not come.
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n";
    fails_as(stack, &Answer::raw(chunked), FailureKind::Unanswered);
}

fn times_out(stack: Stack, answer: Answer) {
    let emulator = Emulator::start().unwrap();
    let text = format!("{answer:?}");
    emulator.script([answer]);
    let policy = once().attempt_timeout(Duration::from_millis(300));
    let client = stack.client(vault(&emulator));
    let end = client.with_retry(policy).send(example()).unwrap_err();
    assert_eq!(end.failure(), FailureKind::TimedOut, "{text}: {}", end.text);
    assert!(end.text.starts_with("no answer in time"), "{}", end.text);
    assert!(!end.is_deadline);
}

fn hangs_midway(stack: Stack) {
    for place in [Place::InHead, Place::AfterHead, Place::InBody] {
        times_out(stack, Answer::normal().cut(place, End::Hang));
    }
    times_out(stack, Answer::hang());
}

fn unread_hang(stack: Stack) {
    times_out(stack, Answer::hang().unread());
}

/// More than the buffers on the way hold, so that it is the sending that stops.
fn unread_hang_large(stack: Stack) {
    use apideck_vault_core::{CreateSession, Session};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let large = Session::new().custom_consumer_setting("large", "x".repeat(16 << 20));
    let create = CreateSession::new(Emulator::CONSUMER_ID).session(large);
    let vault = apideck_vault_core::Vault::new("key", "app").unwrap();
    let policy = once().attempt_timeout(Duration::from_secs(1));
    let client = stack.client(vault.with_server_url(url).unwrap());
    let end = client.with_retry(policy).send(create).unwrap_err();
    assert_eq!(end.failure(), FailureKind::TimedOut, "{}", end.text);
}

fn drips(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::normal().drip(Duration::ZERO)]);
    let answered = stack.client_for(&emulator).send(example()).unwrap();
    assert_eq!(answered.attempts, 1);
}

/// Each byte comes in time, all of them do not: what counts is the whole attempt, and the call.
fn drips_slowly(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let slow = Answer::normal().drip(Duration::from_millis(20));
    emulator.script([slow.clone(), slow]);
    let client = stack.client(vault(&emulator));
    let hasty_attempt = once().attempt_timeout(Duration::from_millis(300));
    let end = client
        .with_retry(hasty_attempt)
        .send(example())
        .unwrap_err();
    assert_eq!(end.failure(), FailureKind::TimedOut, "{}", end.text);
    let hasty_call = hasty().deadline(Duration::from_millis(300));
    let end = client.with_retry(hasty_call).send(example()).unwrap_err();
    assert_eq!(end.failure(), FailureKind::TimedOut, "{}", end.text);
    assert!(end.is_deadline);
}

fn too_large(stack: Stack, answers: &[Answer]) {
    for answer in answers {
        let emulator = Emulator::start().unwrap();
        emulator.script([answer.clone()]);
        let end = stack.client_for(&emulator).send(example()).unwrap_err();
        assert_eq!(end.failure(), FailureKind::TooLarge, "{}", end.text);
        assert_eq!((end.attempts, emulator.requests().len()), (1, 1));
        emulator
            .wait_for_open_connections(0, crate::stack::PATIENCE)
            .unwrap();
    }
}

fn endless(stack: Stack) {
    too_large(
        stack,
        &[
            Answer::normal().endless(),
            Answer::status(500).endless(),
            Answer::normal()
                .http_1_0()
                .header("connection", "close")
                .body(vec![b' '; 2 << 20]),
        ],
    );
}

fn terabytes(stack: Stack) {
    let terabytes = Answer::normal().header("content-length", "9999999999999");
    too_large(
        stack,
        &[
            terabytes.clone().endless(),
            // Known by the head alone: nothing of the body ever comes.
            terabytes.cut(Place::AfterHead, End::Hang),
        ],
    );
}

fn many_headers(stack: Stack) {
    let answer = (0..10_000).fold(Answer::normal(), |answer, number| {
        answer.header(&format!("x-{number}"), "v")
    });
    fails_as(stack, &answer, FailureKind::Unanswered);
}

fn http_1_0(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = stack.client_for(&emulator);
    for answer in [
        Answer::normal().http_1_0(),
        Answer::normal().http_1_0().header("connection", "close"),
    ] {
        emulator.script([answer]);
        assert_eq!(client.send(example()).unwrap().attempts, 1);
    }
    emulator.script([Answer::status(401).http_1_0()]);
    assert!(client.send(example()).unwrap_err().api().is_unauthorized());
}

/// 100 Continue, 102 Processing, 103 Early Hints and those that do not exist.
fn interim(stack: Stack) {
    for status in (100..=199).filter(|status| *status != 101) {
        let emulator = Emulator::start().unwrap();
        let answer = Answer::status(status);
        emulator.script([match status {
            // ureq takes a 100 with a header for a fault. No server is known that sends one.
            100 => answer,
            _ => answer.header("link", "</style.css>; rel=preload"),
        }]);
        let client = stack.client(vault(&emulator)).with_retry(once());
        let answered = client.send(example());
        let answered = answered.unwrap_or_else(|end| panic!("{status}: {end:?}"));
        assert_eq!((answered.status.as_u16(), answered.attempts), (200, 1));
        assert!(answered.value.session_token().claims().is_ok());
    }
}

fn switching(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let head = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n";
    emulator.script([Answer::raw(format!("{head}other"))]);
    let end = stack.client_for(&emulator).send(example()).unwrap_err();
    assert_eq!(end.api().kind(), ApiErrorKind::Unexpected);
    assert_eq!((end.api().status().as_u16(), end.attempts), (101, 1));
}

fn garbage(stack: Stack) {
    for bytes in [
        &b"SSH-2.0-OpenSSH_9.6\r\n"[..],
        b"\0\0\0\0\0\0\0\0",
        b"\r\n\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/3.0 200 OK\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
    ] {
        let emulator = Emulator::start().unwrap();
        emulator.script([Answer::raw(bytes)]);
        let client = stack.client(vault(&emulator)).with_retry(once());
        let end = client.send(example()).unwrap_err();
        let text = String::from_utf8_lossy(bytes);
        assert!(
            matches!(end.kind, Kind::Transport(FailureKind::Unanswered)),
            "{text:?}: {end:?}"
        );
    }
}

/// None of the clients asks for compression. reqwest and hyper take what comes as it is; ureq cannot
/// be kept from unpacking in a program that has its feature `gzip` on, such as this one, but the
/// limit then counts what is unpacked.
fn compressed(stack: Stack) {
    let packed = gzip(std::iter::once(crate::canned::SESSION.as_bytes()));
    let emulator = Emulator::start().unwrap();
    let client = stack.client_for(&emulator);
    for encoding in ["gzip", "br", "zstd", "deflate"] {
        let answer = Answer::normal().header("content-encoding", encoding);
        emulator.script([answer.clone().body(packed.clone()), answer.body(bomb())]);
        let [small, large] = [(); 2].map(|()| client.send(example()));
        let large = large.unwrap_err();
        if stack == Stack::Ureq && encoding == "gzip" {
            assert_eq!(small.unwrap().attempts, 1);
            assert_eq!(large.failure(), FailureKind::TooLarge, "{}", large.text);
            continue;
        }
        for end in [small.unwrap_err(), large] {
            let is_no_json = matches!(&end.kind, Kind::Decode(path) if path == "$");
            assert!(is_no_json, "{encoding}: {end:?}");
            assert_eq!(end.attempts, 1);
        }
    }
    let mut requests = emulator.requests().into_iter();
    assert!(requests.all(|request| request.header("accept-encoding").is_none()));
}

fn gzip<'a>(parts: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for part in parts {
        packed.write_all(part).unwrap();
    }
    packed.finish().unwrap()
}

/// 200 MB of blanks, packed.
pub(crate) fn bomb() -> Vec<u8> {
    static BOMB: OnceLock<Vec<u8>> = OnceLock::new();
    BOMB.get_or_init(|| gzip(std::iter::repeat_n(&[b' '; 1_000_000][..], 200)))
        .clone()
}
