//! Answers that never end, in every place where an answer could go on: as fast as the client reads, and a
//! byte now and then.

use apideck_vault_core::error::FailureKind;
use apideck_vault_stacks::{Ability, Failed, Stack};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use crate::case::{Case, case};
use crate::client::client;
use crate::example::example;
use crate::settings::{once, settings_at};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_flood_in_any_part_of_an_answer_ends", fast).needs(Ability::YieldingOften),
    case("a_trickle_in_any_part_of_an_answer_times_out", slow),
];

/// What an answer begins with, and what it goes on with forever.
const PLACES: [(&str, &str); 12] = [
    ("", "\r\n"),
    ("HTTP/1.1 200 ", "x"),
    ("", "HTTP/1.1 103 Early Hints\r\n\r\n"),
    ("HTTP/1.1 103 Early Hints\r\n", "x: x\r\n"),
    ("HTTP/1.1 200 OK\r\n", "x"),
    ("HTTP/1.1 200 OK\r\nx: ", "x"),
    ("HTTP/1.1 200 OK\r\n", "x: x\r\n"),
    ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", "0"),
    (
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2",
        " ",
    ),
    (
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2;",
        "x",
    ),
    (
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        "1\r\nx\r\n",
    ),
    (
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
        "x: x\r\n",
    ),
];

const TIMEOUT: Duration = Duration::from_millis(300);

/// Sends one request to a server that answers like this.
fn send(stack: Stack, answer: impl FnOnce(&mut TcpStream) + Send + 'static) -> Failed {
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = settings_at(format!("http://{}", server.local_addr().unwrap()));
    let serving = std::thread::spawn(move || {
        let (mut socket, _) = server.accept().unwrap();
        assert!(socket.read(&mut [0; 4096]).unwrap() > 0);
        answer(&mut socket);
    });
    let settings = settings.retry(once()).attempt_timeout(TIMEOUT);
    let failed = client(stack, settings).send(example()).unwrap_err();
    // It ends because the client has hung up.
    serving.join().unwrap();
    failed
}

/// What ends it is a limit of the stack's, or the timeout.
fn fast(stack: Stack) {
    for (begin, forever) in PLACES {
        let failed = send(stack, move |socket| {
            let flood = forever.repeat(65_536 / forever.len());
            let _ = socket.write_all(begin.as_bytes());
            while socket.write_all(flood.as_bytes()).is_ok() {}
        });
        let kind = failed.failure();
        let ends = [FailureKind::TimedOut, FailureKind::Unanswered];
        assert!(
            ends.contains(&kind),
            "{begin:?} {forever:?}: {}",
            failed.text
        );
    }
}

/// Each byte comes in time, all of them do not.
fn slow(stack: Stack) {
    for (begin, forever) in PLACES {
        let failed = send(stack, move |socket| {
            let _ = socket.write_all(begin.as_bytes());
            for byte in forever.bytes().cycle() {
                if socket.write_all(&[byte]).is_err() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let kind = failed.failure();
        assert_eq!(
            kind,
            FailureKind::TimedOut,
            "{begin:?} {forever:?}: {}",
            failed.text
        );
    }
}
