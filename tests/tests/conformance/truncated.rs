//! Connections that break off instead of ending: with a reset, or without TLS's own end. Somebody on the way
//! may have cut the answer off.

use apideck_vault_core::CreatedSession;
use apideck_vault_core::error::FailureKind;
use apideck_vault_emulator::{Answer, Emulator, End, Place};
use apideck_vault_stacks::{Ability, Outcome, Stack};
use rustls::crypto::ring;
use rustls::{ServerConfig, ServerConnection, Stream};
use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;

use crate::canned::SESSION;
use crate::case::{Case, case};
use crate::client::client_for;
use crate::custom_client::trusting_authority;
use crate::example::{example, read_example};
use crate::settings::{once, settings_at};
use crate::tls_server::self_signed;

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("an_answer_that_ends_with_its_connection_is_not_ended_by_a_reset", reset),
    case("an_answer_that_ends_with_its_connection_needs_the_end_of_tls", without_length).needs(Ability::SeeingTheEndOfTls),
    case("an_answer_that_is_complete_does_not_need_the_end_of_tls", complete),
];

/// Sends a request to a server that answers with these bytes and closes the connection, with or without
/// saying so in TLS.
fn send(stack: Stack, answer: String, says_so: bool) -> Outcome<CreatedSession> {
    let (own, key) = self_signed("localhost");
    let config = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.der().clone()], key)
        .unwrap();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let serving = std::thread::spawn(move || {
        let (mut socket, _) = server.accept().unwrap();
        let mut tls = ServerConnection::new(Arc::new(config)).unwrap();
        let mut stream = Stream::new(&mut tls, &mut socket);
        read_example(&mut stream).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
        if says_so {
            tls.send_close_notify();
            tls.complete_io(&mut socket).unwrap();
        }
    });
    let settings = settings_at(format!("https://localhost:{port}")).retry(once());
    let client = trusting_authority(stack, settings, &own.pem());
    let outcome = client.send(example());
    serving.join().unwrap();
    outcome
}

fn reset(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::normal().http_1_0().cut(Place::InBody, End::Reset)]);
    let client = client_for(stack, &emulator).with_retry(once());
    let failed = client.send(example()).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::Unanswered, "{}", failed.text);
}

fn without_length(stack: Stack) {
    let whole = format!("HTTP/1.1 200 OK\r\n\r\n{SESSION}");
    assert!(send(stack, whole.clone(), true).is_ok());
    // Complete as it is, but nobody can know.
    let failed = send(stack, whole, false).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::Unanswered, "{}", failed.text);
}

fn complete(stack: Stack) {
    let (length, size) = (SESSION.len(), format!("{:x}", SESSION.len()));
    for answer in [
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{SESSION}"),
        format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{SESSION}"
        ),
        format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{size}\r\n{SESSION}\r\n0\r\n\r\n"
        ),
    ] {
        let answered = send(stack, answer.clone(), false);
        assert!(answered.is_ok(), "{answer}: {answered:?}");
    }
}
