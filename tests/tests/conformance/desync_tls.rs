//! Answers in TLS records of their own that a careless client would take for those of another request.

use apideck_vault_stacks::Stack;
use rustls::ServerConnection;
use rustls::version::{TLS12, TLS13};
use std::io::Write;
use std::sync::mpsc;

use crate::case::{Case, case};
use crate::custom_client::trusting_authority;
use crate::desync::smuggled_answer;
use crate::example::example;
use crate::settings::{once, settings_at};
use crate::tls_server::TlsServer;

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    // A ureq agent of the caller's has ureq's own connector, which does not look for another record.
    #[cfg(any(feature = "native-tls", feature = "rustls-platform-verifier"))]
    case("a_tls_record_that_follows_an_answer_answers_no_other_request", smuggled),
    case("a_tls_record_between_two_requests_answers_none", late),
];

const REFUSAL: &str = "HTTP/1.1 400 No\r\ncontent-length: 2\r\n\r\n{}";

/// The answer in records of its own. They have about this length.
fn sealed(tls: &mut ServerConnection, answer: &str, length: usize) -> Vec<u8> {
    let padding = format!("\r\nx: {}\r\n", "x".repeat(length));
    let answer = answer.replacen("\r\n", &padding, 1);
    tls.writer().write_all(answer.as_bytes()).unwrap();
    let mut records = Vec::new();
    while tls.wants_write() {
        tls.write_tls(&mut records).unwrap();
    }
    records
}

/// rustls reads 4 KiB at a time. Of a longer record, the rest stays with whoever reads for it.
#[cfg(any(feature = "native-tls", feature = "rustls-platform-verifier"))]
fn smuggled(stack: Stack) {
    for version in [&TLS12, &TLS13] {
        for length in [0, 5_000, 15_000] {
            let server = TlsServer::new(version);
            let settings = settings_at(server.url()).retry(once());
            let client = trusting_authority(stack, settings, server.authority());
            let _serving = std::thread::spawn(move || {
                let mut open = Vec::new();
                loop {
                    let (mut tls, mut socket) = server.accept();
                    let mut records = sealed(&mut tls, REFUSAL, 0);
                    records.extend(sealed(&mut tls, &smuggled_answer(), length));
                    socket.write_all(&records).unwrap();
                    open.push((tls, socket));
                }
            });
            for _ in 0..4 {
                let failed = client.send(example()).unwrap_err();
                assert_eq!(failed.api().status(), 400, "{}", failed.text);
            }
        }
    }
}

/// A second answer on a connection that no call uses, just before the next request.
fn late(stack: Stack) {
    for version in [&TLS12, &TLS13] {
        let server = TlsServer::new(version);
        let settings = settings_at(server.url()).retry(once());
        let client = trusting_authority(stack, settings, server.authority());
        let (next, has_next) = mpsc::channel::<()>();
        let (sent, is_sent) = mpsc::channel();
        let _serving = std::thread::spawn(move || {
            let mut open = Vec::new();
            loop {
                let (mut tls, mut socket) = server.accept();
                // Otherwise, the system may keep the second answer until it has the next request.
                socket.set_nodelay(true).unwrap();
                let refusal = sealed(&mut tls, REFUSAL, 0);
                socket.write_all(&refusal).unwrap();
                has_next.recv().unwrap();
                let answer = sealed(&mut tls, &smuggled_answer(), 5_000);
                socket.write_all(&answer).unwrap();
                sent.send(()).unwrap();
                open.push((tls, socket));
            }
        });
        for _ in 0..10 {
            let failed = client.send(example()).unwrap_err();
            assert_eq!(failed.api().status(), 400, "{}", failed.text);
            next.send(()).unwrap();
            is_sent.recv().unwrap();
        }
    }
}
