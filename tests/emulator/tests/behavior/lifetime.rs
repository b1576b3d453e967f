use std::io::{ErrorKind, Read};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use apideck_vault_emulator::{Answer, Emulator};

use crate::client::{Connection, Request, arrived, exchange, send};

#[test]
fn the_url_names_a_loopback_port() {
    let emulator = Emulator::start().unwrap();
    assert_eq!(
        emulator.url(),
        format!("http://127.0.0.1:{}", emulator.address().port())
    );
    assert_eq!(
        format!("{emulator:?}"),
        format!("Emulator {{ url: {:?}, .. }}", emulator.url())
    );
}

#[test]
fn two_emulators_are_independent() {
    let [one, other] = [0, 1].map(|_| Emulator::start().unwrap());
    assert_ne!(one.url(), other.url());
    one.script([Answer::status(503)]);
    assert_eq!(exchange(&other, &Request::good()).status, 200);
    assert_eq!(exchange(&one, &Request::good()).status, 503);
    assert_eq!(one.requests().len(), 1);
    drop(one);
    assert_eq!(exchange(&other, &Request::good()).status, 200);
}

#[test]
fn the_port_is_closed_when_drop_returns() {
    let closed = || {
        let emulator = Emulator::start().unwrap();
        exchange(&emulator, &Request::good());
        let address = emulator.address();
        drop(emulator);
        TcpStream::connect(address).is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
    };
    // Once in a while another test's emulator gets the very port that was just freed.
    assert!((0..3).any(|_| closed()));
}

#[test]
fn drop_ends_idle_hanging_and_silent_connections() {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::normal(), Answer::hang()]);
    let mut idle = send(&emulator, &Request::good());
    assert_eq!(idle.receive().status, 200);
    let mut hanging = send(&emulator, &Request::good());
    arrived(&emulator, 2);
    let mut silent = TcpStream::connect(emulator.address()).unwrap();
    drop(emulator);
    assert_eq!(idle.rest(), b"");
    assert_eq!(hanging.rest(), b"");
    // It is closed if it was already accepted, and reset if not.
    assert!(matches!(silent.read(&mut [0]), Ok(0) | Err(_)));
}

#[test]
fn drop_is_safe_where_blocking_is_not_allowed() {
    for mut builder in [
        tokio::runtime::Builder::new_current_thread(),
        tokio::runtime::Builder::new_multi_thread(),
    ] {
        let runtime = builder.worker_threads(1).build().unwrap();
        runtime.block_on(async {
            let emulator = Emulator::start().unwrap();
            tokio::spawn(async move { drop(emulator) }).await.unwrap();
            drop(Emulator::start().unwrap());
        });
    }
}

#[test]
fn a_rule_may_drop_the_emulator_that_it_runs_on() {
    let emulator = Emulator::start().unwrap();
    let mut connection = Connection::open(&emulator);
    let own = Arc::new(Mutex::new(None::<Emulator>));
    emulator.rule({
        let own = Arc::clone(&own);
        move |_| {
            drop(own.lock().unwrap().take());
            None
        }
    });
    own.lock().unwrap().replace(emulator);
    connection.send(&Request::good().bytes());
    // It is cut off or answered, but it ends.
    connection.rest();
    assert!(own.lock().unwrap().is_none());
}

#[test]
fn an_emulator_can_be_used_from_many_threads_at_once() {
    let emulator = Emulator::start().unwrap();
    emulator.script(std::iter::repeat_n(Answer::status(503), 40));
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..5 {
                    assert_eq!(exchange(&emulator, &Request::good()).status, 503);
                }
            });
        }
    });
    assert_eq!(exchange(&emulator, &Request::good()).status, 200);
    assert_eq!(emulator.requests().len(), 41);
}
