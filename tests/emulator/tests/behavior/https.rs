use std::io::ErrorKind;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use apideck_vault_emulator::{Answer, Certificate, Emulator, End, Place};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::client::{Connection, PATIENCE, Request};

type Tls = StreamOwned<ClientConnection, TcpStream>;

/// A connection that trusts the emulator's authority and asks for `localhost`.
fn open(emulator: &Emulator) -> Connection<Tls> {
    open_for(emulator, &[])
}

/// One for the first of these protocols that the emulator speaks.
fn open_for(emulator: &Emulator, protocols: &[&str]) -> Connection<Tls> {
    let authority = emulator.certificate_authority().unwrap().der().to_vec();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(authority)).unwrap();
    let mut config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    config.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().into())
        .collect();
    let name = ServerName::try_from("localhost").unwrap();
    let tls = ClientConnection::new(Arc::new(config), name).unwrap();
    let socket = TcpStream::connect(emulator.address()).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    Connection::over(StreamOwned::new(tls, socket))
}

#[test]
fn https_works_with_a_good_certificate() {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let port = emulator.address().port();
    assert_eq!(emulator.url(), format!("https://localhost:{port}"));
    let mut connection = open(&emulator);
    for _ in 0..2 {
        connection.send(&Request::good().bytes());
        assert_eq!(connection.receive().status, 200);
    }
    connection.send(&Request::good().and("connection", "close").bytes());
    assert_eq!(connection.receive().status, 200);
    // Without its end in TLS, this would be an error.
    assert_eq!(connection.rest(), b"");
    let requests = emulator.requests();
    assert_eq!(requests[0].connection, requests[1].connection);
}

#[test]
fn each_bad_certificate_is_refused_for_its_own_reason() {
    for (certificate, refusal) in [
        (Certificate::SelfSigned, "UnknownIssuer"),
        (Certificate::Expired, "expired"),
        (Certificate::NotYetValid, "not valid yet"),
        (
            Certificate::OtherName,
            "certificate not valid for name \"localhost\"",
        ),
    ] {
        let emulator = Emulator::start_https(certificate).unwrap();
        let error = open(&emulator)
            .try_send(&Request::good().bytes())
            .unwrap_err();
        assert!(error.to_string().contains(refusal), "{error}");
        assert!(emulator.requests().is_empty());
    }
}

#[test]
fn answers_misbehave_over_https_too() {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    emulator.script([
        Answer::reset().unread(),
        Answer::reset(),
        Answer::normal().cut(Place::InHead, End::Close),
        Answer::raw("not HTTP"),
    ]);
    for _ in 0..2 {
        let mut connection = open(&emulator);
        connection.send(&Request::good().bytes());
        assert_eq!(connection.end().kind(), ErrorKind::ConnectionReset);
    }
    for begin in ["HTTP/1.1 200", "not HTTP"] {
        let mut connection = open(&emulator);
        connection.send(&Request::good().bytes());
        let rest = String::from_utf8(connection.rest()).unwrap();
        assert!(
            rest.starts_with(begin) && !rest.contains("\r\n\r\n"),
            "{rest}"
        );
    }
}

#[test]
fn an_emulator_without_https_has_no_authority() {
    let emulator = Emulator::start().unwrap();
    assert!(emulator.certificate_authority().is_none());
}

#[test]
fn a_client_of_http2_that_asks_nothing_is_left() {
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

    let emulator = Emulator::builder()
        .https(Certificate::Good)
        .patience(Duration::from_millis(200))
        .start()
        .unwrap();
    for asked in [PREFACE, &PREFACE[..9]] {
        let mut connection = open_for(&emulator, &["h2"]);
        connection.send(asked);
        assert_eq!(connection.end().kind(), ErrorKind::UnexpectedEof);
    }
    emulator.wait_for_open_connections(0, PATIENCE).unwrap();
}
