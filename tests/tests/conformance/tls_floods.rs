//! Servers that never answer, but keep TLS busy: with alerts, new keys, tickets or nothing at all, as fast
//! as the client reads and now and then; within the handshake and after it.

use apideck_vault_core::error::FailureKind;
use apideck_vault_stacks::{Failed, Stack};
use rustls::version::{TLS12, TLS13};
use rustls::{ContentType, ServerConnection, SupportedProtocolVersion};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::case::{Case, case};
use crate::client::client;
use crate::custom_client::trusting_authority;
use crate::example::example;
use crate::roots;
use crate::settings::{PATIENCE, once, settings_at};
use crate::tls_server::{Records, TlsServer};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_flood_within_the_handshake_ends", fast_handshake),
    case("a_trickle_within_the_handshake_ends", slow_handshake),
    case("a_flood_of_records_that_are_no_answer_ends", fast),
    case("a_trickle_of_records_that_are_no_answer_ends", slow),
    case("a_flood_of_new_keys_ends", keys),
    case("a_record_that_never_ends_times_out", slow_record),
];

/// Of an attempt that comes to nothing. It may have to read the system's root certificates first.
const TIMEOUT: Duration = match roots::ARE_TRUSTED {
    true => Duration::from_secs(3),
    false => Duration::from_millis(300),
};

/// Of an attempt that must send its request first.
const TO_SEND_AND_WAIT: Duration = Duration::from_secs(2);

/// How many pieces of a flood are written at once.
const MANY: usize = 2_000;

/// What a server says in plain text instead of going on with the handshake: what it begins with, and what
/// it goes on with forever.
const HANDSHAKES: [(&[u8], &[u8]); 6] = [
    // Warnings: that a user has canceled, that there is no certificate.
    (&[], &[0x15, 3, 3, 0, 2, 1, 90]),
    (&[], &[0x15, 3, 3, 0, 2, 1, 41]),
    // A change of the cipher.
    (&[], &[0x14, 3, 3, 0, 1, 1]),
    // Pieces of a handshake with nothing in them.
    (&[], &[0x16, 3, 3, 0, 0]),
    // A certificate of 16 MiB, in records of a byte.
    (
        &[0x16, 3, 3, 0, 4, 11, 0xff, 0xff, 0xff],
        &[0x16, 3, 3, 0, 1, 0],
    ),
    // A record of 16 KiB, byte by byte.
    (&[0x16, 3, 3, 0x40, 0], &[0]),
];

/// What a server sends instead of an answer: for which version of TLS, in what type of record.
const RECORDS: [(&SupportedProtocolVersion, ContentType, &[u8]); 6] = [
    // The warning that a user has canceled; nothing; a ticket to resume the session.
    (&TLS13, ContentType::Alert, &[1, 90]),
    (&TLS13, ContentType::ApplicationData, &[]),
    (&TLS13, ContentType::Handshake, &TICKET),
    // The warning that there is no renegotiation; nothing; a request for one.
    (&TLS12, ContentType::Alert, &[1, 100]),
    (&TLS12, ContentType::ApplicationData, &[]),
    (&TLS12, ContentType::Handshake, &[0, 0, 0, 0]),
];

/// It is good for an hour, has a nonce of two bytes and a name of two, and no extensions.
const TICKET: [u8; 21] = [
    4, 0, 0, 17, 0, 0, 14, 16, 0, 0, 0, 0, 2, 1, 1, 0, 2, 1, 1, 0, 0,
];

/// Writes until the client has hung up.
fn forever(mut write: impl FnMut() -> std::io::Result<()>, pause: Duration) {
    while write().is_ok() {
        std::thread::sleep(pause);
    }
}

fn ended(what: &str, failed: &Failed, began: Instant) {
    let kind = failed.failure();
    let ends = [
        FailureKind::TimedOut,
        FailureKind::Unanswered,
        FailureKind::NotSent,
    ];
    // OpenSSL calls some of it a wrong version.
    let is_not_tls = cfg!(feature = "native-tls") && kind == FailureKind::NotTls;
    assert!(
        ends.contains(&kind) || is_not_tls,
        "{what}: {}",
        failed.text
    );
    assert!(began.elapsed() < PATIENCE, "{what}: {:?}", began.elapsed());
}

/// Sends a request to a server that never gets to its certificate.
fn within_handshake(stack: Stack, times: usize, pause: Duration) {
    for (begin, piece) in HANDSHAKES {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = std::thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            assert!(socket.read(&mut [0; 4096]).unwrap() > 0);
            let _ = socket.write_all(begin);
            forever(|| socket.write_all(&piece.repeat(times)), pause);
        });
        let settings = settings_at(format!("https://localhost:{port}")).retry(once());
        let settings = settings.attempt_timeout(TIMEOUT);
        let began = Instant::now();
        let failed = client(stack, settings).send(example()).unwrap_err();
        ended(&format!("{begin:?} {piece:?}"), &failed, began);
        serving.join().unwrap();
    }
}

fn fast_handshake(stack: Stack) {
    within_handshake(stack, MANY, Duration::ZERO);
}

fn slow_handshake(stack: Stack) {
    within_handshake(stack, 1, Duration::from_millis(5));
}

/// Sends a request to a server that then does this.
fn after_handshake(
    stack: Stack,
    version: &'static SupportedProtocolVersion,
    what: &str,
    serve: impl FnOnce((ServerConnection, TcpStream)) + Send + 'static,
) -> Failed {
    let server = TlsServer::new(version);
    let settings = settings_at(server.url()).retry(once());
    let settings = settings.attempt_timeout(TO_SEND_AND_WAIT);
    let client = trusting_authority(stack, settings, server.authority());
    let serving = std::thread::spawn(move || serve(server.accept()));
    let began = Instant::now();
    let failed = client.send(example()).unwrap_err();
    ended(what, &failed, began);
    serving.join().unwrap();
    failed
}

fn records(stack: Stack, times: usize, pause: Duration) {
    for (version, typ, content) in RECORDS {
        let what = format!("{version:?} {typ:?} {content:?}");
        after_handshake(stack, version, &what, move |connection| {
            let mut records = Records::new(connection);
            forever(|| records.write(typ, content, times), pause);
        });
    }
}

fn fast(stack: Stack) {
    records(stack, MANY, Duration::ZERO);
}

fn slow(stack: Stack) {
    records(stack, 1, Duration::from_millis(5));
}

fn keys(stack: Stack) {
    let failed = after_handshake(stack, &TLS13, "new keys", |(mut tls, mut socket)| {
        let update = || {
            tls.refresh_traffic_keys().unwrap();
            while tls.wants_write() {
                tls.write_tls(&mut socket)?;
            }
            Ok(())
        };
        forever(update, Duration::ZERO);
    });
    // rustls hangs up after some; OpenSSL goes on until the time is over.
    let end = match cfg!(feature = "native-tls") {
        true => FailureKind::TimedOut,
        false => FailureKind::Unanswered,
    };
    assert_eq!(failed.failure(), end, "{}", failed.text);
}

/// Each byte comes in time, all of them do not.
fn slow_record(stack: Stack) {
    let failed = after_handshake(stack, &TLS13, "a record", |(_tls, mut socket)| {
        let _ = socket.write_all(&[0x17, 3, 3, 0x40, 0]);
        forever(|| socket.write_all(&[0]), Duration::from_millis(5));
    });
    assert_eq!(failed.failure(), FailureKind::TimedOut, "{}", failed.text);
}
