//! Answers that a careless client would take for those of another request, or for several.

use apideck_vault_core::error::FailureKind;
use apideck_vault_emulator::{Answer, Emulator, End, Place};
use apideck_vault_stacks::Stack;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;

use crate::canned::SESSION;
use crate::case::{Case, case};
use crate::client::{client, client_for};
use crate::example::example;
use crate::settings::{once, settings_at};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("what_follows_an_answer_answers_no_other_request", smuggled),
    case("what_arrives_between_two_requests_answers_none", late),
    case("two_lengths_that_differ_are_not_an_answer", two_lengths),
    case("a_length_beyond_all_bounds_is_not_an_answer", boundless),
    case("chunks_overrule_a_length", chunks_overrule),
    case("a_thousand_interim_answers_are_skipped", many_interim),
    case("a_head_of_megabytes_is_not_an_answer", giant_head),
    case("an_answer_without_a_body_leaves_nothing_behind", no_body),
];

/// A session with a token that no call asked for.
pub(crate) fn smuggled_answer() -> String {
    let length = SESSION.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{SESSION}"
    )
}

fn smuggled(stack: Stack) {
    let first = "{\"message\":\"no\"}";
    for (length, rest) in [
        (first.len(), smuggled_answer()),
        (first.len(), "\r\n\r\n".to_owned() + &smuggled_answer()),
        (first.len(), "garbage".to_owned()),
    ] {
        let emulator = Emulator::start().unwrap();
        let client = client_for(stack, &emulator).with_retry(once());
        emulator.script([Answer::status(400)
            .header("content-length", length.to_string())
            .body(format!("{first}{rest}"))
            .cut(Place::AfterBody, End::Hang)]);
        let failed = client.send(example()).unwrap_err();
        assert_eq!(failed.api().message(), Some("no"));
        let answered = client.send(example()).unwrap();
        let token = answered.value.session_token().as_str();
        assert!(emulator.verify(token).is_some(), "{token} was smuggled in");
        assert_eq!(emulator.requests().len(), 2);
    }
}

/// A second answer on a connection that no call uses, just before the next request.
fn late(stack: Stack) {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = settings_at(format!("http://{}", server.local_addr().unwrap()));
    let (next, has_next) = mpsc::channel::<()>();
    let (sent, is_sent) = mpsc::channel();
    let _serving = std::thread::spawn(move || {
        let mut open = Vec::new();
        for socket in server.incoming() {
            let mut socket = socket.unwrap();
            assert!(socket.read(&mut [0; 4096]).unwrap() > 0);
            let refusal = "HTTP/1.1 400 No\r\ncontent-length: 2\r\n\r\n{}";
            socket.write_all(refusal.as_bytes()).unwrap();
            has_next.recv().unwrap();
            socket.write_all(smuggled_answer().as_bytes()).unwrap();
            sent.send(()).unwrap();
            open.push(socket);
        }
    });
    let client = client(stack, settings.retry(once()));
    for _ in 0..20 {
        let failed = client.send(example()).unwrap_err();
        assert_eq!(failed.api().status(), 400, "{}", failed.text);
        next.send(()).unwrap();
        is_sent.recv().unwrap();
    }
}

fn fails(stack: Stack, answer: Answer) {
    let emulator = Emulator::start().unwrap();
    emulator.script([answer]);
    let client = client_for(stack, &emulator).with_retry(once());
    let failed = client.send(example()).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::Unanswered, "{}", failed.text);
}

fn two_lengths(stack: Stack) {
    let length = SESSION.len();
    for lengths in [
        format!("content-length: {length}\r\ncontent-length: 2"),
        format!("content-length: 2\r\ncontent-length: {length}"),
        format!("content-length: {length}, 2"),
        "content-length: -1".to_owned(),
        format!("content-length: +{length}"),
    ] {
        fails(
            stack,
            Answer::raw(format!("HTTP/1.1 200 OK\r\n{lengths}\r\n\r\n{SESSION}")),
        );
    }
}

fn boundless(stack: Stack) {
    for length in [
        u128::from(u64::MAX) - 1,
        u64::MAX.into(),
        1 << 64,
        u128::MAX,
    ] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}");
        fails(stack, Answer::raw(format!("{head}\r\n\r\n{SESSION}")));
    }
}

fn chunks_overrule(stack: Stack) {
    let size = SESSION.len();
    let chunks = format!("{size:x};extension=1\r\n{SESSION}\r\n0\r\ntrailer: 1\r\n\r\n");
    for length in ["", "content-length: 3\r\n"] {
        let emulator = Emulator::start().unwrap();
        let head = format!("HTTP/1.1 200 OK\r\n{length}transfer-encoding: chunked\r\n\r\n");
        emulator.script([Answer::raw(format!("{head}{chunks}"))]);
        let answered = client_for(stack, &emulator).send(example()).unwrap();
        assert_eq!(answered.attempts, 1);
    }
}

fn many_interim(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let interim = "HTTP/1.1 103 Early Hints\r\nlink: </style.css>\r\n\r\n".repeat(1000);
    emulator.script([Answer::raw(interim + &smuggled_answer())]);
    let answered = client_for(stack, &emulator).send(example()).unwrap();
    assert_eq!(answered.attempts, 1);
}

fn giant_head(stack: Stack) {
    for head in [
        format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(4 << 20)),
        format!("HTTP/1.1 200 {}\r\n\r\n", "x".repeat(4 << 20)),
        format!("HTTP/1.1 200 OK\r\n{}: x\r\n\r\n", "x".repeat(4 << 20)),
    ] {
        fails(stack, Answer::raw(head));
    }
}

/// 204 and 304 have no body, whatever their length says.
fn no_body(stack: Stack) {
    for status in [204, 304] {
        let emulator = Emulator::start().unwrap();
        let client = client_for(stack, &emulator);
        let answer = Answer::status(status).header("content-length", "100");
        emulator.script([answer.cut(Place::AfterBody, End::Close)]);
        let failed = client.send(example()).unwrap_err();
        assert_eq!(
            (failed.api().status().as_u16(), failed.attempts),
            (status, 1)
        );
        client.send(example()).unwrap();
        assert_eq!(emulator.requests().len(), 2);
    }
}
