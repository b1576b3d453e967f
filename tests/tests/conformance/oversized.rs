//! Answers that are larger than they may be, or are packed so that they become so.

use apideck_vault_core::error::FailureKind;
use apideck_vault_emulator::{Answer, Emulator, End, Place};
use apideck_vault_stacks::{Ability, Stack};
use std::io::Write;
use std::sync::OnceLock;

use crate::canned::SESSION;
use crate::case::{Case, case};
use crate::client::{client, client_for};
use crate::custom_client::unchanged;
use crate::example::example;
use crate::settings::{PATIENCE, settings_at};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_body_at_the_limit_is_read", at_the_limit),
    case("a_body_over_the_limit_is_too_large", over_the_limit),
    case("an_endless_answer_is_too_large", endless),
    case("terabytes_are_too_large_before_they_arrive", terabytes),
    case("ten_thousand_headers_are_not_an_answer", many_headers),
    case("a_default_client_does_not_request_compression", asks_for_none),
    case("a_compressed_answer_is_left_compressed", left_packed).needs(Ability::LeavingPacked),
    case("what_a_stack_decompresses_stays_within_the_limit", unpacked).needs(Ability::Unpacking),
];

/// Bodies of this size, framed in each of the ways that HTTP/1.1 has.
fn framed(size: usize) -> [Answer; 3] {
    let body = "x".repeat(size);
    // A chunk of no bytes is the end.
    let chunk = match size {
        0 => String::new(),
        _ => format!("{size:x}\r\n{body}\r\n"),
    };
    let begin = "HTTP/1.1 400 Bad Request\r\n";
    [
        Answer::status(400).body(body.clone()),
        Answer::raw(format!("{begin}connection: close\r\n\r\n{body}")),
        Answer::raw(format!(
            "{begin}transfer-encoding: chunked\r\n\r\n{chunk}0\r\n\r\n"
        )),
    ]
}

fn at_the_limit(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    for size in [0, 1, 999, 1000] {
        for answer in framed(size) {
            let settings = settings_at(emulator.url()).max_response_bytes(1000);
            emulator.script([answer]);
            let failed = client(stack, settings).send(example()).unwrap_err();
            assert_eq!(failed.api().body().len(), size);
        }
    }
}

fn over_the_limit(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    for size in [1001, 2000, 100_000] {
        for answer in framed(size) {
            // A new one each time: some of these end the connection that they came on.
            let settings = settings_at(emulator.url()).max_response_bytes(1000);
            emulator.script([answer]);
            let failed = client(stack, settings).send(example()).unwrap_err();
            assert_eq!(failed.failure(), FailureKind::TooLarge, "{}", failed.text);
            assert_eq!(failed.attempts, 1);
        }
    }
    // Nothing at all may come.
    let none = client_for(stack, &emulator);
    let none = none.with_settings(|settings| settings.max_response_bytes(0));
    emulator.script([Answer::status(204), Answer::status(400)]);
    assert_eq!(none.send(example()).unwrap_err().api().status(), 204);
    let failed = none.send(example()).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::TooLarge, "{}", failed.text);
}

fn too_large(stack: Stack, answers: &[Answer]) {
    for answer in answers {
        let emulator = Emulator::start().unwrap();
        emulator.script([answer.clone()]);
        let failed = client_for(stack, &emulator).send(example()).unwrap_err();
        assert_eq!(failed.failure(), FailureKind::TooLarge, "{}", failed.text);
        assert_eq!((failed.attempts, emulator.requests().len()), (1, 1));
        emulator.wait_for_open_connections(0, PATIENCE).unwrap();
    }
}

fn endless(stack: Stack) {
    let http_1_0 = Answer::normal().http_1_0().header("connection", "close");
    too_large(
        stack,
        &[
            Answer::normal().endless(),
            Answer::status(500).endless(),
            http_1_0.body(vec![b' '; 2 << 20]),
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

pub(crate) fn ten_thousand_headers() -> Answer {
    (0..10_000).fold(Answer::normal(), |answer, number| {
        answer.header(&format!("x-{number}"), "v")
    })
}

fn many_headers(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script(vec![ten_thousand_headers(); 4]);
    let failed = client_for(stack, &emulator).send(example()).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::Unanswered, "{}", failed.text);
    assert_eq!((failed.attempts, emulator.requests().len()), (4, 4));
}

/// Even where the stack's feature for that is on, as it is in this program.
fn asks_for_none(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    client_for(stack, &emulator).send(example()).unwrap();
    assert_eq!(emulator.requests()[0].header("accept-encoding"), None);
}

/// Nobody asked for it to be packed, so it is not a session, and not a bomb either.
fn left_packed(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator);
    for encoding in ["gzip", "br", "zstd", "deflate"] {
        for body in [gzip([SESSION.as_bytes()]), bomb()] {
            let answer = Answer::normal().header("content-encoding", encoding);
            emulator.script([answer.body(body)]);
            let failed = client.send(example()).unwrap_err();
            assert_eq!(failed.fault(), "$", "{encoding}");
            assert_eq!(failed.attempts, 1);
        }
    }
}

/// The limit then counts what is unpacked.
fn unpacked(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let mut clients = vec![unchanged(stack, settings_at(emulator.url()))];
    if stack.lacks(Ability::LeavingPacked).is_some() {
        clients.push(client_for(stack, &emulator));
    }
    let packed = Answer::normal().header("content-encoding", "gzip");
    let small = packed.clone().body(gzip([SESSION.as_bytes()]));
    let large = packed.body(bomb());
    for client in clients {
        emulator.script([small.clone(), large.clone()]);
        assert_eq!(client.send(example()).unwrap().attempts, 1);
        let failed = client.send(example()).unwrap_err();
        assert_eq!(failed.failure(), FailureKind::TooLarge, "{}", failed.text);
    }
}

fn gzip<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
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
