//! What happens when no complete answer comes.

use apideck_vault_core::Vault;
use apideck_vault_core::error::FailureKind;
use apideck_vault_core::retry::ExponentialBackoff;
use apideck_vault_emulator::{Answer, Emulator};
use socket2::{Domain, Socket, Type};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use crate::Case;
use crate::sessions::example;
use crate::stack::{PATIENCE, Stack, hasty};

pub(crate) const CASES: &[Case] = &[
    ("a_refused_connection_is_not_sent", refused),
    ("a_name_that_does_not_resolve_is_not_sent", unresolved),
    ("a_server_that_closes_does_not_answer", closes),
    ("a_body_that_is_cut_short_is_no_answer", cut_short),
    ("what_is_not_http_is_no_answer", not_http),
    ("a_body_at_the_limit_is_read", at_the_limit),
    ("a_body_over_the_limit_is_too_large", over_the_limit),
    ("a_server_that_accepts_nobody_is_not_sent", unreachable),
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

/// Bodies of this size, framed in each of the ways that HTTP/1.1 has.
fn framed(size: usize) -> [Answer; 3] {
    let body = "x".repeat(size);
    let chunks = format!("{size:x}\r\n{body}\r\n0\r\n\r\n");
    let begin = "HTTP/1.1 400 Bad Request\r\n";
    [
        Answer::status(400).body(body.clone()),
        Answer::raw(format!("{begin}connection: close\r\n\r\n{body}")),
        Answer::raw(format!("{begin}transfer-encoding: chunked\r\n\r\n{chunks}")),
    ]
}

fn at_the_limit(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    for size in [0, 1, 999, 1000] {
        for answer in framed(size) {
            // A chunk of no bytes is the end.
            if size == 0 && format!("{answer:?}").contains("chunked") {
                continue;
            }
            let client = stack.client_for(&emulator).with_max_response_bytes(1000);
            emulator.script([answer]);
            let end = client.send(example()).unwrap_err();
            assert_eq!(end.api().body().len(), size);
        }
    }
}

fn over_the_limit(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    for size in [1001, 2000, 100_000] {
        for answer in framed(size) {
            // A new one each time: some of these end the connection that they came on.
            let client = stack.client_for(&emulator).with_max_response_bytes(1000);
            emulator.script([answer]);
            let end = client.send(example()).unwrap_err();
            assert_eq!(end.failure(), FailureKind::TooLarge, "{}", end.text);
            assert_eq!(end.attempts, 1);
        }
    }
    // Nothing at all may come.
    let none = stack.client_for(&emulator).with_max_response_bytes(0);
    emulator.script([Answer::status(204), Answer::status(400)]);
    assert_eq!(none.send(example()).unwrap_err().api().status(), 204);
    let end = none.send(example()).unwrap_err();
    assert_eq!(end.failure(), FailureKind::TooLarge, "{}", end.text);
}

/// A listener whose queue is full drops what knocks: nobody says no, and nothing happens. The
/// default client gives up connecting before it gives up the attempt.
fn unreachable(stack: Stack) {
    let (listener, _knocking) = full_listener();
    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = stack.client(vault.with_server_url(url).unwrap());
    let policy = ExponentialBackoff::none()
        .attempt_timeout(PATIENCE)
        .deadline(PATIENCE);
    let end = client.with_retry(policy).send(example()).unwrap_err();
    assert_eq!(end.failure(), FailureKind::NotSent, "{}", end.text);
    let hasty = ExponentialBackoff::none().attempt_timeout(Duration::from_millis(300));
    let end = client.with_retry(hasty).send(example()).unwrap_err();
    assert_eq!(end.failure(), FailureKind::TimedOut, "{}", end.text);
}

fn full_listener() -> (TcpListener, Vec<TcpStream>) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket
        .bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into())
        .unwrap();
    socket.listen(0).unwrap();
    let listener = TcpListener::from(socket);
    let address = listener.local_addr().unwrap();
    let mut knocking = Vec::new();
    // One that is not let in within this time says that the queue is full.
    while let Ok(client) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        knocking.push(client);
    }
    (listener, knocking)
}
