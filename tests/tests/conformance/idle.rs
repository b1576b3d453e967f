//! Connections that ended while no call used them.

use apideck_vault_core::error::FailureKind;
use apideck_vault_emulator::{Answer, Emulator, End, Place};
use apideck_vault_stacks::{Ability, Call, Stack};
use socket2::SockRef;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

use crate::canned::SESSION;
use crate::case::{Case, case};
use crate::client::{client, client_for};
use crate::connections::connections;
use crate::example::{example, read_example};
use crate::settings::{PATIENCE, once, settings_at};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_call_after_the_server_closed_the_idle_connection_succeeds", died),
    case("a_call_on_a_runtime_that_was_stopped_meanwhile_succeeds", stood_still).needs(Ability::Futures),
    case("a_call_does_not_wait_for_a_runtime_that_does_not_run", paused).needs(Ability::Futures),
    case("a_request_that_was_never_started_is_sent_again_without_counting", never_started).needs(Ability::Futures),
    case("a_request_on_a_dead_connection_is_retried", stale),
    case("a_request_on_a_dead_connection_fails_without_retries", stale_once),
    case("a_connection_that_fell_silent_is_given_up", silent),
    case("an_idle_connection_is_kept_for_twenty_seconds", kept),
];

/// The server's keep-alive is over before the client's: it closes or resets without a word.
fn died(stack: Stack) {
    for end in [End::Close, End::Reset] {
        let emulator = Emulator::start().unwrap();
        let client = client_for(stack, &emulator);
        for _ in 0..5 {
            emulator.script([Answer::normal().cut(Place::AfterBody, end)]);
            let attempts = client.send(example()).unwrap().attempts;
            assert!(attempts <= 2, "{attempts}");
            emulator.wait_for_open_connections(0, PATIENCE).unwrap();
        }
        assert_eq!((emulator.requests().len(), connections(&emulator)), (5, 5));
    }
}

/// A client on a runtime that runs only while something waits for it, as in a program that is
/// otherwise not async.
struct Still {
    runtime: Runtime,
    client: apideck_vault_stacks::Client,
    server: TcpListener,
}

impl Still {
    fn new(stack: Stack) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build();
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", server.local_addr().unwrap());
        Self {
            runtime: runtime.unwrap(),
            client: stack.default_client(settings_at(url)),
            server,
        }
    }

    /// Answers on the next connection with a session, and gives what is left of the connection.
    fn answering(&self) -> JoinHandle<TcpStream> {
        let server = self.server.try_clone().unwrap();
        std::thread::spawn(move || {
            let (mut socket, _) = server.accept().unwrap();
            read_example(&mut socket).unwrap();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}", SESSION.len());
            write!(socket, "{head}\r\n\r\n{SESSION}").unwrap();
            socket
        })
    }

    async fn attempts(&self) -> u32 {
        match self.client.call(example()) {
            Call::Future(call) => call.await.unwrap().attempts,
            Call::Blocking(_) => panic!("it needs no runtime"),
        }
    }

    /// Makes a call, and closes its connection once nothing runs any more.
    fn call_and_close(&self) {
        let answering = self.answering();
        assert_eq!(self.runtime.block_on(self.attempts()), 1);
        close(answering.join().unwrap());
    }
}

/// Closes a connection, and returns when the other side's system knows.
fn close(socket: TcpStream) {
    SockRef::from(&socket).set_linger(Some(PATIENCE)).unwrap();
}

/// Nothing has run that could have seen the end of the connection. The call gives the runtime time to.
fn stood_still(stack: Stack) {
    let still = Still::new(stack);
    still.call_and_close();
    let answering = still.answering();
    assert_eq!(still.runtime.block_on(still.attempts()), 1);
    answering.join().unwrap();
}

/// Only the first runtime could send anything on the first connection.
fn paused(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = stack.default_client(settings_at(emulator.url()));
    let first = Builder::new_current_thread().enable_all().build().unwrap();
    let second = Builder::new_current_thread().enable_all().build().unwrap();
    for runtime in [&first, &second, &first] {
        let Call::Future(call) = client.call(example()) else {
            panic!("it needs no runtime")
        };
        assert_eq!(runtime.block_on(call).unwrap().attempts, 1);
    }
    // The first runtime finds its connection again.
    assert_eq!(connections(&emulator), 2);
}

/// The runtime learns of the end in its turn before the call, and wakes up what looks after the
/// connection, but the call runs first: it hands its request over to a connection that closes
/// instead of writing it. This is so each time. If a runtime came to run the other one first, the
/// call would find no connection and open one: that is one attempt as well.
fn never_started(stack: Stack) {
    let still = Still::new(stack);
    still.call_and_close();
    let answering = still.answering();
    let attempts = still.runtime.block_on(async {
        tokio::task::yield_now().await;
        still.attempts().await
    });
    assert_eq!(attempts, 1);
    answering.join().unwrap();
}

/// The client cannot know: the connection dies under the request.
fn stale(stack: Stack) {
    for dead in [Answer::reset().unread(), Answer::close().unread()] {
        let emulator = Emulator::start().unwrap();
        let client = client_for(stack, &emulator);
        client.send(example()).unwrap();
        emulator.script([dead]);
        assert_eq!(client.send(example()).unwrap().attempts, 2);
        assert_eq!((emulator.requests().len(), connections(&emulator)), (2, 2));
    }
}

fn stale_once(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator).with_retry(once());
    client.send(example()).unwrap();
    emulator.script([Answer::reset().unread()]);
    let failed = client.send(example()).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::Unanswered, "{}", failed.text);
    assert_eq!(emulator.requests().len(), 1);
}

/// A firewall that forgot the connection says nothing at all.
fn silent(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let settings = settings_at(emulator.url());
    let client = client(stack, settings.attempt_timeout(Duration::from_millis(500)));
    client.send(example()).unwrap();
    emulator.script([Answer::hang().unread()]);
    assert!(client.send(example()).unwrap().attempts >= 2);
    assert!(connections(&emulator) >= 2);
}

/// More or less: only the client's clock knows.
fn kept(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator).with_retry(once());
    for (pause, used) in [(0, 1), (4, 1), (24, 2)] {
        std::thread::sleep(Duration::from_secs(pause));
        client.send(example()).unwrap();
        assert_eq!(connections(&emulator), used, "after {pause} s");
    }
}
