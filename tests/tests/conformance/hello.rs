//! What a default client says first in TLS, in plain text.

use apideck_vault_core::error::FailureKind;
use apideck_vault_stacks::Stack;
use rustls::server::Acceptor;
use std::io::Read;
use std::net::TcpListener;

use crate::case::{Case, case};
use crate::client::client;
use crate::example::example;
use crate::settings::{once, settings_at};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_host_s_name_is_announced_in_tls_and_an_address_is_not", announced),
    case("no_version_of_tls_before_1_2_is_offered", versions),
];

/// The record with which a client begins that wants to talk to this host.
fn hello(stack: Stack, host: &str) -> Vec<u8> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut record = vec![0; 5];
        socket.read_exact(&mut record).unwrap();
        assert_eq!(record[0], 0x16, "this is not a handshake");
        let length = u16::from_be_bytes([record[3], record[4]]);
        record.resize(5 + usize::from(length), 0);
        socket.read_exact(&mut record[5..]).unwrap();
        record
    });
    let settings = settings_at(format!("https://{host}:{port}")).retry(once());
    let failed = client(stack, settings).send(example()).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::NotSent, "{}", failed.text);
    server.join().unwrap()
}

/// For servers of many names.
fn announced(stack: Stack) {
    for (host, name) in [("localhost", Some("localhost")), ("127.0.0.1", None)] {
        let hello = hello(stack, host);
        let mut handshake = Acceptor::default();
        handshake.read_tls(&mut &hello[..]).unwrap();
        let Ok(Some(accepted)) = handshake.accept() else {
            panic!("this is not a whole handshake: {hello:?}");
        };
        assert_eq!(accepted.client_hello().server_name(), name);
    }
}

fn versions(stack: Stack) {
    let hello = hello(stack, "localhost");
    // After the headers of the record and of the message, a version that is always the same, and what is
    // random.
    let (_, mut rest) = hello.split_at(5 + 4 + 2 + 32);
    // The session, the ciphers, the compressions.
    for size in [1, 2, 1] {
        take(&mut rest, size);
    }
    let mut extensions = take(&mut rest, 2);
    let offered = std::iter::from_fn(|| {
        let (name, after) = extensions.split_at_checked(2)?;
        extensions = after;
        Some((name, take(&mut extensions, 2)))
    });
    // Its name is 43.
    let (_, mut versions) = { offered }.find(|(name, _)| *name == [0, 43]).unwrap();
    assert_eq!(take(&mut versions, 1), [3, 4, 3, 3], "TLS 1.3 and 1.2");
}

/// Takes something off that begins with its length, a number of so many bytes.
fn take<'a>(rest: &mut &'a [u8], size: usize) -> &'a [u8] {
    let (length, after) = rest.split_at(size);
    let length = length
        .iter()
        .fold(0, |sum, &byte| sum * 256 + usize::from(byte));
    let (taken, after) = after.split_at(length);
    *rest = after;
    taken
}
