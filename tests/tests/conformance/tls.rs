//! HTTPS: who is trusted, who is refused, and what is known then.

use apideck_vault_core::Vault;
use apideck_vault_core::error::FailureKind;
use apideck_vault_core::retry::ExponentialBackoff;
use apideck_vault_emulator::{Answer, Certificate, Emulator, End as Ending, Place};
use std::io::Read;
use std::net::TcpListener;
use std::time::Duration;

use crate::Case;
use crate::own::{Http, resuming, trusting};
use crate::sessions::example;
use crate::stack::{End, PATIENCE, Stack, hasty, vault};

pub(crate) const CASES: &[Case] = &[
    ("a_certificate_of_a_trusted_authority_is_good", good),
    ("an_unknown_authority_is_not_trusted_by_default", unknown),
    ("a_bad_certificate_is_refused_by_what_is_bad", bad),
    ("a_handshake_with_no_tls_server_is_not_sent", no_tls),
    ("a_handshake_that_breaks_off_is_not_sent", broken_handshake),
    ("a_handshake_that_hangs_times_out", hanging_handshake),
    (
        "a_handshake_that_hangs_is_given_up_as_not_sent",
        given_up_handshake,
    ),
    ("a_new_connection_resumes_the_tls_session", resumed),
    ("http_to_an_https_port_is_no_answer", plain_to_tls),
    ("what_breaks_off_over_https_is_no_answer", breaks),
    (
        "clients_with_different_crypto_providers_share_a_process",
        providers,
    ),
];

fn good(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let client = trusting(stack, &emulator, Http::One);
    for _ in 0..3 {
        assert_eq!(client.send(example()).unwrap().attempts, 1);
    }
    let requests = emulator.requests();
    assert_eq!(requests.len(), 3);
    assert!(
        requests
            .iter()
            .all(|request| request.connection == requests[0].connection)
    );
}

fn refused(end: &End, emulator: &Emulator, reasons: &[&str]) {
    assert_eq!(end.failure(), FailureKind::NotSent, "{}", end.text);
    assert!(
        end.text.starts_with("the request was not sent: "),
        "{}",
        end.text
    );
    let is_said = reasons.iter().any(|reason| end.text.contains(reason));
    assert!(is_said, "{}", end.text);
    assert_eq!(end.attempts, 2);
    assert!(emulator.requests().is_empty());
}

fn unknown(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let client = stack
        .client(vault(&emulator))
        .with_retry(hasty().max_attempts(2));
    let end = client.send(example()).unwrap_err();
    refused(&end, &emulator, &["UnknownIssuer"]);
}

fn bad(stack: Stack) {
    for (certificate, reasons) in [
        (Certificate::SelfSigned, &["UnknownIssuer"][..]),
        (Certificate::Expired, &["expired"]),
        (Certificate::OtherName, &["not valid for name"]),
    ] {
        let emulator = Emulator::start_https(certificate).unwrap();
        let client = trusting(stack, &emulator, Http::One).with_retry(hasty().max_attempts(2));
        let end = client.send(example()).unwrap_err();
        refused(&end, &emulator, reasons);
    }
}

/// A client for whatever listens at this address.
fn at(listener: &TcpListener) -> Vault {
    let port = listener.local_addr().unwrap().port();
    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID).unwrap();
    vault
        .with_server_url(format!("https://localhost:{port}"))
        .unwrap()
}

fn no_tls(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let port = emulator.address().port();
    let https = format!("https://localhost:{port}");
    let vault = vault(&emulator).with_server_url(https).unwrap();
    let client = stack.client(vault).with_retry(hasty().max_attempts(2));
    let end = client.send(example()).unwrap_err();
    assert_eq!(end.failure(), FailureKind::NotSent, "{}", end.text);
    assert!(emulator.requests().is_empty());
}

/// A server that reads the beginning of the handshake and then closes.
fn broken_handshake(stack: Stack) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let vault = at(&listener);
    let server = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut hello = [0; 5];
        socket.read_exact(&mut hello).unwrap();
        assert_eq!(hello[0], 0x16, "this is no handshake");
    });
    let client = stack.client(vault).with_retry(ExponentialBackoff::none());
    let end = client.send(example()).unwrap_err();
    server.join().unwrap();
    assert_eq!(end.failure(), FailureKind::NotSent, "{}", end.text);
}

fn hanging_handshake(stack: Stack) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let policy = ExponentialBackoff::none().attempt_timeout(Duration::from_millis(300));
    let client = stack.client(at(&listener)).with_retry(policy);
    let end = client.send(example()).unwrap_err();
    assert_eq!(end.failure(), FailureKind::TimedOut, "{}", end.text);
}

/// The default client gives up connecting before it gives up the attempt, and it is not connected
/// before the handshake is over.
fn given_up_handshake(stack: Stack) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let policy = ExponentialBackoff::none()
        .attempt_timeout(PATIENCE)
        .deadline(PATIENCE);
    let client = stack.client(at(&listener)).with_retry(policy);
    let end = client.send(example()).unwrap_err();
    assert_eq!(end.failure(), FailureKind::NotSent, "{}", end.text);
}

fn resumed(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    // HTTP's own way to say that this connection ends.
    emulator.rule(|_| Some(Answer::normal().header("connection", "close")));
    let client = resuming(stack, &emulator);
    for _ in 0..3 {
        client.send(example()).unwrap();
    }
    let requests = emulator.requests();
    assert_ne!(requests[0].connection, requests[1].connection);
    assert_ne!(requests[1].connection, requests[2].connection);
    assert!(!requests[0].is_tls_resumed);
    assert!(requests[1].is_tls_resumed && requests[2].is_tls_resumed);
}

fn plain_to_tls(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let http = format!("http://{}", emulator.address());
    let vault = vault(&emulator).with_server_url(http).unwrap();
    let client = stack.client(vault).with_retry(hasty().max_attempts(2));
    let end = client.send(example()).unwrap_err();
    assert_eq!(end.failure(), FailureKind::Unanswered, "{}", end.text);
    assert_eq!(end.attempts, 2);
}

fn breaks(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let client = trusting(stack, &emulator, Http::One);
    let mut answers = vec![
        Answer::close(),
        Answer::reset(),
        Answer::reset().unread(),
        Answer::raw("not HTTP"),
    ];
    for place in [Place::InHead, Place::AfterHead, Place::InBody] {
        answers.push(Answer::normal().cut(place, Ending::Close));
        answers.push(Answer::normal().cut(place, Ending::Reset));
    }
    for answer in answers {
        emulator.script([answer.clone()]);
        let once = client.with_retry(ExponentialBackoff::none());
        let end = once.send(example()).unwrap_err();
        assert_eq!(
            end.failure(),
            FailureKind::Unanswered,
            "{answer:?}: {}",
            end.text
        );
        emulator.script([answer]);
        assert_eq!(client.send(example()).unwrap().attempts, 2);
    }
    emulator.script([Answer::normal().endless()]);
    let end = client.send(example()).unwrap_err();
    assert_eq!(end.failure(), FailureKind::TooLarge, "{}", end.text);
}

/// aws-lc-rs and ring are both in this program, and nobody has chosen one for the process.
fn providers(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
    for other in Stack::WITH_SOCKETS {
        for stack in [stack, other] {
            assert!(
                trusting(stack, &emulator, Http::One)
                    .send(example())
                    .is_ok()
            );
            let end = stack.client_for(&emulator).send(example()).unwrap_err();
            assert_eq!(end.failure(), FailureKind::NotSent);
        }
    }
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
}
