//! Answers that are unusual, and answers that are none.

use apideck_vault_core::error::{ApiErrorKind, FailureKind};
use apideck_vault_emulator::{Answer, Emulator};
use apideck_vault_stacks::Stack;

use crate::canned::SESSION;
use crate::case::{Case, case};
use crate::client::client_for;
use crate::example::example;
use crate::settings::once;

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("the_answers_status_and_headers_are_kept", envelope),
    case("a_body_without_a_length_is_read_to_its_end", body_without_length),
    case("an_answer_of_http_1_0_is_an_answer", http_1_0),
    case("an_interim_answer_is_skipped", interim),
    case("switching_protocols_is_not_a_session", switching),
    case("garbage_instead_of_http_is_not_an_answer", garbage),
];

fn envelope(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::normal().header("x-apideck-request-id", "r1")]);
    let answered = client_for(stack, &emulator).send(example()).unwrap();
    assert_eq!(answered.headers["x-apideck-request-id"], "r1");
    assert_eq!(
        answered.headers["content-type"],
        "application/json; charset=utf-8"
    );
}

fn body_without_length(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([
        Answer::raw(format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{SESSION}"
        )),
        Answer::raw(format!("HTTP/1.0 200 OK\r\n\r\n{SESSION}")),
    ]);
    let client = client_for(stack, &emulator);
    for _ in 0..2 {
        let created = client.send(example()).unwrap().value;
        assert_eq!(created.session_token().as_str(), "t");
    }
}

fn http_1_0(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator);
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
        let client = client_for(stack, &emulator).with_retry(once());
        let answered = client.send(example());
        let answered = answered.unwrap_or_else(|failed| panic!("{status}: {failed:?}"));
        assert_eq!((answered.status.as_u16(), answered.attempts), (200, 1));
        assert!(answered.value.session_token().claims().is_ok());
    }
}

fn switching(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let head = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n";
    emulator.script([Answer::raw(format!("{head}other"))]);
    let failed = client_for(stack, &emulator).send(example()).unwrap_err();
    assert_eq!(failed.api().kind(), ApiErrorKind::Unexpected);
    assert_eq!((failed.api().status().as_u16(), failed.attempts), (101, 1));
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
        let client = client_for(stack, &emulator).with_retry(once());
        let failed = client.send(example()).unwrap_err();
        let text = String::from_utf8_lossy(bytes);
        let kind = failed.failure();
        assert_eq!(kind, FailureKind::Unanswered, "{text:?}: {failed:?}");
    }
}
