//! What happens when nobody is reached.

use apideck_vault_core::error::FailureKind;
#[cfg(unix)]
use apideck_vault_emulator::Emulator;
use apideck_vault_stacks::Stack;
use socket2::{Domain, Socket, Type};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::case::{Case, case};
#[cfg(unix)]
use crate::child::{self, Task};
use crate::client::client;
use crate::example::example;
use crate::settings::{TO_CONNECT, once, patient, settings_at};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_refused_connection_is_told_apart", refused),
    case("a_name_that_does_not_resolve_is_told_apart", unresolved),
    case("a_server_that_accepts_nobody_is_not_sent", unreachable),
    // Others have no `ulimit`.
    #[cfg(unix)]
    case("a_request_for_which_there_is_no_socket_is_not_sent", no_sockets),
];

fn refused(stack: Stack) {
    // Bound and dropped: nobody listens there.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let failed = client(stack, settings_at(url)).send(example());
    let failed = failed.unwrap_err();
    let text = &failed.text;
    assert_eq!(failed.failure(), FailureKind::Refused, "{text}");
    assert_eq!(failed.attempts, 4);
    assert!(
        text.starts_with("the server does not accept connections: "),
        "{text}"
    );
    assert!(text.contains("Connection refused"), "{text}");
    assert!(!text.contains("/vault/sessions"), "{text}");
}

fn unresolved(stack: Stack) {
    // RFC 6761 reserves this name, so that it never resolves.
    let settings = settings_at("https://vault.invalid");
    let failed = client(stack, settings).send(example()).unwrap_err();
    assert_eq!(
        failed.failure(),
        FailureKind::NameNotResolved,
        "{}",
        failed.text
    );
    assert_eq!(failed.attempts, 4);
    let text = &failed.text;
    assert!(
        text.starts_with("the server's name does not resolve: "),
        "{text}"
    );
}

/// A listener whose queue is full drops what knocks: nobody says no, and nothing happens. The
/// default client gives up connecting before it gives up the attempt.
fn unreachable(stack: Stack) {
    let (listener, _knocking) = full_listener();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = client(stack, patient(settings_at(url)).retry(once()));
    let began = Instant::now();
    let failed = client.send(example()).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::NotSent, "{}", failed.text);
    assert!(
        TO_CONNECT.contains(&began.elapsed()),
        "{:?}",
        began.elapsed()
    );
    let short = Duration::from_millis(300);
    let client = client.with_settings(|settings| settings.attempt_timeout(short));
    let failed = client.send(example()).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::TimedOut, "{}", failed.text);
}

#[cfg(unix)]
fn no_sockets(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let outcome = child::run(Task::CallWithoutSockets, stack, &emulator, &[]);
    assert!(outcome.starts_with("NotSent: "), "{outcome}");
    assert!(emulator.requests().is_empty());
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
