//! Answers that come before the request is complete.

use apideck_vault_core::{CreateSession, Session};
use apideck_vault_emulator::Emulator;
use apideck_vault_stacks::Stack;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use crate::case::{Case, case};
use crate::client::{Client, client};
use crate::settings::{once, settings_at};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("an_early_answer_of_a_server_that_reads_on_is_the_answer", reads_on),
    case("an_early_answer_of_a_server_that_reads_no_more_is_the_answer", reads_no_more),
    #[cfg(target_os = "linux")]
    case("an_early_answer_leaves_no_connection_open", leaves_nothing),
    case("an_early_interim_answer_does_not_end_the_request", interim),
];

/// What a server does from the end of a request's head on, whose body has this length.
type Serve = fn(&mut TcpStream, usize);

/// What a connection may take whose server does not read, and some more.
const STUCK_TIMEOUT: Duration = Duration::from_secs(34);

fn reads_on(stack: Stack) {
    let client = client_of(stack, |socket, length| {
        answer(socket);
        // The client may hang up instead of sending it all.
        let _ = read(socket, length);
    });
    assert_refused(&client);
}

/// The client is to see the answer nevertheless, and not to use the connection again. A server that
/// resets the connection is no case: on no stack is it certain which of the two the client sees first.
fn reads_no_more(stack: Stack) {
    let at_once: Serve = |socket, _| answer(socket);
    let later: Serve = |socket, _| {
        read(socket, 1 << 20).unwrap();
        answer(socket);
    };
    for serve in [at_once, later] {
        let client = client_of(stack, serve);
        assert_refused(&client);
        assert_refused(&client);
    }
}

/// The server neither reads the rest nor closes the connection. The system of the client gives up on that
/// after a while, which the server learns when it reads on.
fn leaves_nothing(stack: Stack) {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = settings_at(format!("http://{}", server.local_addr().unwrap()));
    let serving = std::thread::spawn(move || {
        let (mut socket, _) = server.accept().unwrap();
        let length = length(&mut socket);
        answer(&mut socket);
        std::thread::sleep(STUCK_TIMEOUT);
        let read = read(&mut socket, length);
        assert!(read.is_err(), "it was still being sent");
    });
    // It lives for longer than the call.
    let client = client(stack, settings.retry(once()));
    assert_refused(&client);
    serving.join().unwrap();
    drop(client);
}

fn interim(stack: Stack) {
    let client = client_of(stack, |socket, length| {
        write!(socket, "HTTP/1.1 103 Early Hints\r\n\r\n").unwrap();
        read(socket, length).unwrap();
        answer(socket);
    });
    assert_refused(&client);
}

/// A client of a server that does this with the first request of each connection, and leaves the
/// connection open.
fn client_of(stack: Stack, serve: Serve) -> Client {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = settings_at(format!("http://{}", server.local_addr().unwrap()));
    std::thread::spawn(move || {
        let mut open = Vec::new();
        for socket in server.incoming() {
            let mut socket = socket.unwrap();
            let length = length(&mut socket);
            serve(&mut socket, length);
            open.push(socket);
        }
    });
    let settings = settings.retry(once());
    client(stack, settings.attempt_timeout(Duration::from_secs(5)))
}

/// Reads a request's head; what it says is the length of the body.
fn length(socket: &mut TcpStream) -> usize {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        socket.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let (_, length) = head.split_once("content-length: ").unwrap();
    length.lines().next().unwrap().parse().unwrap()
}

fn read(socket: &mut TcpStream, length: usize) -> io::Result<()> {
    socket.read_exact(&mut vec![0; length])
}

fn answer(socket: &mut TcpStream) {
    let body = r#"{"message":"no"}"#;
    let length = body.len();
    write!(
        socket,
        "HTTP/1.1 413 No\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .unwrap();
}

fn assert_refused(client: &Client) {
    let failed = client.send(large()).unwrap_err();
    assert_eq!(failed.api().message(), Some("no"), "{}", failed.text);
}

/// More than the buffers on the way hold.
fn large() -> CreateSession {
    let session = Session::new().custom_consumer_setting("large", "x".repeat(16 << 20));
    CreateSession::new(Emulator::CONSUMER_ID).session(session)
}
