//! HTTPS: who is trusted, who is refused, and what is known then.

use apideck_vault_core::error::FailureKind;
use apideck_vault_emulator::{Answer, Certificate, Emulator, End, Place};
use apideck_vault_stacks::{ALL, Ability, Custom, Failed, Stack};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::case::{Case, case};
use crate::child::{self, Task};
use crate::client::{client, client_for};
use crate::clients::GetConsumer;
use crate::custom_client::{custom_client, trusting};
use crate::example::example;
use crate::settings::{TO_CONNECT, impatient, once, patient, settings_at};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_certificate_of_a_trusted_authority_is_good", good),
    case("an_unknown_authority_is_not_trusted_by_default", unknown),
    case("a_bad_certificate_is_refused_by_what_is_bad", bad),
    case("a_server_without_tls_is_told_apart", no_tls),
    case("a_handshake_that_breaks_off_is_not_sent", broken_handshake),
    case("a_handshake_that_hangs_times_out", hanging_handshake),
    case("a_handshake_that_hangs_is_given_up_as_not_sent", given_up_handshake),
    case("a_new_connection_resumes_the_tls_session", resumed).needs(Ability::Resuming),
    case("http_to_an_https_port_is_not_answered", plain_to_tls),
    case("what_breaks_off_over_https_is_not_an_answer", breaks),
    case("clients_with_different_crypto_providers_share_a_process", providers),
];

fn good(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let client = trusting(stack, &emulator);
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

fn refused(failed: &Failed, emulator: &Emulator, reasons: &[&str]) {
    assert_eq!(failed.failure(), FailureKind::Untrusted, "{}", failed.text);
    assert!(
        failed
            .text
            .starts_with("the server's certificate is not trusted: "),
        "{}",
        failed.text
    );
    let is_said = reasons.iter().any(|reason| failed.text.contains(reason));
    assert!(is_said, "{}", failed.text);
    // No retry makes it better.
    assert_eq!(failed.attempts, 1);
    assert!(emulator.requests().is_empty());
}

fn unknown(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let client = client_for(stack, &emulator).with_retry(impatient().max_attempts(2));
    let failed = client.send(example()).unwrap_err();
    refused(&failed, &emulator, &["UnknownIssuer", "local issuer"]);
}

fn bad(stack: Stack) {
    for (certificate, reasons) in [
        (
            Certificate::SelfSigned,
            &["UnknownIssuer", "self-signed"][..],
        ),
        (Certificate::Expired, &["expired"]),
        (
            Certificate::NotYetValid,
            &["not valid yet", "not yet valid"],
        ),
        (Certificate::OtherName, &["not valid for name", "mismatch"]),
    ] {
        let emulator = Emulator::start_https(certificate).unwrap();
        let client = trusting(stack, &emulator).with_retry(impatient().max_attempts(2));
        let failed = client.send(example()).unwrap_err();
        refused(&failed, &emulator, reasons);
    }
}

/// Whatever listens there, over https.
fn at(listener: &TcpListener) -> String {
    format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    )
}

fn no_tls(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let https = format!("https://localhost:{}", emulator.address().port());
    let failed = client(stack, settings_at(https)).send(example());
    let failed = failed.unwrap_err();
    let text = &failed.text;
    assert_eq!(failed.failure(), FailureKind::NotTls, "{text}");
    assert_eq!(failed.attempts, 4);
    assert!(
        text.starts_with("the server does not speak TLS (is it an http port?): "),
        "{text}"
    );
    assert!(emulator.requests().is_empty());
}

/// A server that reads the beginning of the handshake and then closes, or says first why.
fn broken_handshake(stack: Stack) {
    const HANDSHAKE_FAILURE: &[u8] = &[0x15, 3, 3, 0, 2, 2, 40];

    for alert in [&[], HANDSHAKE_FAILURE] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let settings = settings_at(at(&listener)).retry(once());
        let own = custom_client(stack, settings.clone(), &Custom::new());
        let client = client(stack, settings);
        let server = std::thread::spawn(move || {
            for _ in 0..3 {
                let (mut socket, _) = listener.accept().unwrap();
                let mut hello = [0; 5];
                socket.read_exact(&mut hello).unwrap();
                assert_eq!(hello[0], 0x16, "this is not a handshake");
                socket.write_all(alert).unwrap();
            }
        });
        for client in [&client, &own] {
            let failed = client.send(example()).unwrap_err();
            assert_eq!(failed.failure(), FailureKind::NotSent, "{}", failed.text);
        }
        let without_a_body = client.send(GetConsumer("c1")).unwrap_err();
        server.join().unwrap();
        let text = &without_a_body.text;
        assert_eq!(without_a_body.failure(), FailureKind::NotSent, "{text}");
    }
}

fn hanging_handshake(stack: Stack) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = settings_at(at(&listener)).retry(once());
    let settings = settings.attempt_timeout(Duration::from_millis(300));
    let failed = client(stack, settings).send(example()).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::TimedOut, "{}", failed.text);
}

/// The default client gives up connecting before it gives up the attempt, and it is not connected
/// before the handshake is over.
fn given_up_handshake(stack: Stack) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = patient(settings_at(at(&listener))).retry(once());
    let began = Instant::now();
    let failed = client(stack, settings).send(example()).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::NotSent, "{}", failed.text);
    assert!(
        TO_CONNECT.contains(&began.elapsed()),
        "{:?}",
        began.elapsed()
    );
}

fn resumed(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    // HTTP's own way to say that this connection ends.
    emulator.rule(|_| Some(Answer::normal().header("connection", "close")));
    let client = trusting(stack, &emulator);
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
    let settings = settings_at(http).retry(impatient().max_attempts(2));
    let failed = client(stack, settings).send(example()).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::Unanswered, "{}", failed.text);
    assert_eq!(failed.attempts, 2);
}

fn breaks(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let client = trusting(stack, &emulator);
    let mut answers = vec![
        Answer::close(),
        Answer::reset(),
        Answer::reset().unread(),
        Answer::raw("not HTTP"),
    ];
    for place in [Place::InHead, Place::AfterHead, Place::InBody] {
        answers.push(Answer::normal().cut(place, End::Close));
        answers.push(Answer::normal().cut(place, End::Reset));
    }
    for answer in answers {
        emulator.script([answer.clone()]);
        let once = client.with_retry(once());
        let failed = once.send(example()).unwrap_err();
        assert_eq!(
            failed.failure(),
            FailureKind::Unanswered,
            "{answer:?}: {}",
            failed.text
        );
        emulator.script([answer]);
        assert_eq!(client.send(example()).unwrap().attempts, 2);
    }
    emulator.script([Answer::normal().endless()]);
    let failed = client.send(example()).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::TooLarge, "{}", failed.text);
}

/// aws-lc-rs and ring are both in this program, and nobody has chosen one for the process. Where somebody
/// has, that changes nothing.
fn providers(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let stranger = Emulator::start_https(Certificate::Good).unwrap();
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
    for &other in ALL {
        for stack in [stack, other] {
            assert!(trusting(stack, &emulator).send(example()).is_ok());
            let failed = client_for(stack, &stranger).send(example()).unwrap_err();
            assert_eq!(failed.failure(), FailureKind::Untrusted);
        }
    }
    assert!(rustls::crypto::CryptoProvider::get_default().is_none());
    // One that cannot do anything.
    let outcome = child::run(Task::CallWithUselessProvider, stack, &stranger, &[]);
    assert!(outcome.starts_with("Untrusted: "), "{outcome}");
}
