//! What happens when no complete answer comes.

use apideck_vault_core::Vault;
use apideck_vault_core::error::FailureKind;
use apideck_vault_emulator::{Answer, Emulator};
use std::net::TcpListener;

use crate::Case;
use crate::sessions::example;
use crate::stack::{Stack, hasty};

pub(crate) const CASES: &[Case] = &[
    ("a_refused_connection_is_not_sent", refused),
    ("a_name_that_does_not_resolve_is_not_sent", unresolved),
    ("a_server_that_closes_does_not_answer", closes),
    ("a_body_that_is_cut_short_is_no_answer", cut_short),
    ("what_is_not_http_is_no_answer", not_http),
    ("a_body_at_the_limit_is_read", at_the_limit),
    ("a_body_over_the_limit_is_too_large", over_the_limit),
    ("an_endless_body_is_too_large", endless),
];

fn refused(stack: Stack) {
    // Bound and dropped: nobody listens there.
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID).unwrap();
    let vault = vault.with_server_url(format!("http://{address}")).unwrap();
    let end = stack
        .client(vault)
        .with_retry(hasty())
        .send(example())
        .unwrap_err();
    assert_eq!(end.failure(), FailureKind::NotSent);
    assert_eq!(end.attempts, 4);
    assert!(
        end.text.starts_with("the request was not sent: "),
        "{}",
        end.text
    );
    assert!(end.text.contains("Connection refused"), "{}", end.text);
    assert!(!end.text.contains("/vault/sessions"), "{}", end.text);
}

fn unresolved(stack: Stack) {
    // RFC 6761 reserves this name, so that it never resolves.
    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID).unwrap();
    let vault = vault.with_server_url("https://vault.invalid").unwrap();
    let end = stack
        .client(vault)
        .with_retry(hasty())
        .send(example())
        .unwrap_err();
    assert_eq!(end.failure(), FailureKind::NotSent, "{}", end.text);
    assert_eq!(end.attempts, 4);
}

fn closes(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.rule(|_| Some(Answer::close()));
    let end = stack.client_for(&emulator).send(example()).unwrap_err();
    assert_eq!(end.failure(), FailureKind::Unanswered, "{}", end.text);
    // As many as were counted: no stack tries again by itself.
    assert_eq!((end.attempts, emulator.requests().len()), (4, 4));
}

fn cut_short(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.rule(|_| {
        Some(Answer::raw(
            "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"status",
        ))
    });
    let end = stack.client_for(&emulator).send(example()).unwrap_err();
    assert_eq!(end.failure(), FailureKind::Unanswered, "{}", end.text);
    assert_eq!((end.attempts, emulator.requests().len()), (4, 4));
}

fn not_http(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.rule(|_| Some(Answer::raw("SSH-2.0-OpenSSH_9.6\r\n")));
    let end = stack.client_for(&emulator).send(example()).unwrap_err();
    assert_eq!(end.failure(), FailureKind::Unanswered, "{}", end.text);
}

fn at_the_limit(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(400).body("x".repeat(1000))]);
    let client = stack.client_for(&emulator).with_max_response_bytes(1000);
    assert_eq!(client.send(example()).unwrap_err().api().body().len(), 1000);
}

fn over_the_limit(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let body = "x".repeat(1001);
    emulator.script([
        Answer::status(400).body(body.clone()),
        Answer::raw(format!(
            "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n{body}"
        )),
    ]);
    let client = stack.client_for(&emulator).with_max_response_bytes(1000);
    for _ in 0..2 {
        let end = client.send(example()).unwrap_err();
        assert_eq!(end.failure(), FailureKind::TooLarge, "{}", end.text);
        assert_eq!(end.attempts, 1);
    }
}

fn endless(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let terabytes = "HTTP/1.1 200 OK\r\ncontent-length: 9999999999999\r\n\r\n{";
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    emulator.script([
        Answer::raw(terabytes),
        Answer::raw(format!("{head}{}", chunk.repeat(17))),
    ]);
    let client = stack.client_for(&emulator);
    for _ in 0..2 {
        let end = client.send(example()).unwrap_err();
        assert_eq!(end.failure(), FailureKind::TooLarge, "{}", end.text);
    }
}
