//! Calls that are given up from outside: the future is dropped, the runtime shut down.

use apideck_vault_core::retry::RetryBudget;
use apideck_vault_emulator::{Answer, Emulator, End, Place};
use apideck_vault_stacks::{Ability, Stack};
use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

use crate::case::{Case, case};
use crate::client::{client, client_for, runtime};
use crate::example::example;
use crate::settings::{PATIENCE, patient, settings_at};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_call_that_is_dropped_lets_go_of_its_connection", in_flight).needs(Ability::Futures),
    case("a_call_that_is_dropped_in_its_handshake_hangs_up", in_handshake).needs(Ability::Futures),
    case("a_call_that_is_dropped_while_it_waits_sends_no_more", waiting).needs(Ability::Futures),
    case("a_dropped_call_does_not_disturb_the_others", others).needs(Ability::Futures),
    case("nothing_runs_on_when_calls_and_client_are_gone", nothing_left).needs(Ability::Futures),
    case("a_call_outlives_the_client_it_was_made_with", client_first),
    case("a_runtime_that_ends_ends_its_calls", shutdown).needs(Ability::Futures),
    case("a_client_outlives_the_runtime_it_was_used_on", next_runtime).needs(Ability::Futures),
    case("a_call_that_is_never_polled_sends_nothing", never_polled).needs(Ability::Futures),
];

fn in_flight(stack: Stack) {
    for answer in [
        Answer::hang(),
        Answer::normal().cut(Place::InHead, End::Hang),
        Answer::normal().cut(Place::AfterHead, End::Hang),
        Answer::normal().cut(Place::InBody, End::Hang),
        Answer::normal().drip(Duration::from_millis(50)),
    ] {
        let emulator = Emulator::start().unwrap();
        emulator.script([answer]);
        let client = client(stack, patient(settings_at(emulator.url())));
        let call = client.begin(example());
        emulator.wait_for_requests(1, PATIENCE).unwrap();
        emulator.wait_for_open_connections(1, PATIENCE).unwrap();
        call.give_up();
        emulator.wait_for_open_connections(0, PATIENCE).unwrap();
        // The client is none the worse.
        client.send(example()).unwrap();
        assert_eq!(emulator.requests().len(), 2);
    }
}

fn in_handshake(stack: Stack) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let call = client(stack, patient(settings_at(url))).begin(example());
    let (mut socket, _) = listener.accept().unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    assert_eq!(socket.read(&mut [0]).unwrap(), 1);
    call.give_up();
    // An end or a reset, but not a timeout.
    match socket.read_to_end(&mut Vec::new()) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
    }
}

fn waiting(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(503).header("retry-after", "30")]);
    let client = client(stack, patient(settings_at(emulator.url())));
    let call = client.begin(example());
    emulator.wait_for_requests(1, PATIENCE).unwrap();
    call.give_up();
    drop(client);
    emulator.wait_for_open_connections(0, PATIENCE).unwrap();
    assert_eq!(emulator.requests().len(), 1);
}

fn others(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script(vec![Answer::hang(); 20]);
    let client = client(stack, patient(settings_at(emulator.url())));
    let hanging: Vec<_> = (0..20).map(|_| client.begin(example())).collect();
    emulator.wait_for_requests(20, PATIENCE).unwrap();
    let calls: Vec<_> = (0..20).map(|_| client.begin(example())).collect();
    for call in hanging {
        call.give_up();
    }
    for call in calls {
        assert_eq!(call.wait().unwrap().attempts, 1);
    }
    assert_eq!(emulator.requests().len(), 40);
}

fn nothing_left(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::normal(), Answer::hang(), Answer::status(500)]);
    let client = client(stack, patient(settings_at(emulator.url())));
    client.send(example()).unwrap();
    let runtime = Arc::clone(client.runtime());
    let call = client.begin(example());
    emulator.wait_for_requests(2, PATIENCE).unwrap();
    call.give_up();
    drop(client);
    emulator.wait_for_open_connections(0, PATIENCE).unwrap();
    let began = Instant::now();
    while runtime.metrics().num_alive_tasks() > 0 {
        assert!(began.elapsed() < PATIENCE, "a task is still running");
        std::thread::yield_now();
    }
}

fn client_first(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::normal().delay(Duration::from_millis(50))]);
    let client = client_for(stack, &emulator);
    let call = client.begin(example());
    drop(client);
    assert_eq!(call.wait().unwrap().attempts, 1);
    emulator.wait_for_open_connections(0, PATIENCE).unwrap();
}

fn end(runtime: Arc<Runtime>) {
    let runtime = Arc::into_inner(runtime).expect("nobody else has it");
    runtime.shutdown_timeout(PATIENCE);
}

fn shutdown(stack: Stack) {
    for answer in [
        Answer::hang(),
        Answer::normal().cut(Place::InBody, End::Hang),
        Answer::status(503).header("retry-after", "30"),
    ] {
        let emulator = Emulator::start().unwrap();
        emulator.script([answer]);
        let first = runtime();
        let mut client = client(stack, patient(settings_at(emulator.url()))).on(Arc::clone(&first));
        let call = client.begin(example()).into_task();
        emulator.wait_for_requests(1, PATIENCE).unwrap();
        client = client.on(runtime());
        end(first);
        let ended = client.runtime().block_on(call).unwrap_err();
        assert!(ended.is_cancelled(), "{ended}");
        emulator.wait_for_open_connections(0, PATIENCE).unwrap();
    }
}

/// A pooled connection belongs to the runtime that it was opened on, and ends with it.
fn next_runtime(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let first = runtime();
    let mut client = client_for(stack, &emulator).on(Arc::clone(&first));
    client.send(example()).unwrap();
    client = client.on(runtime());
    end(first);
    emulator.wait_for_open_connections(0, PATIENCE).unwrap();
    client.send(example()).unwrap();
    assert_eq!(emulator.requests().len(), 2);
}

fn never_polled(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let budget = RetryBudget::new();
    let client = client_for(stack, &emulator);
    let client = client.with_settings(|settings| settings.budget(budget.clone()));
    emulator.script(vec![Answer::status(503); 2]);
    assert_eq!(client.send(example()).unwrap().attempts, 3);
    // Room for more, should the dropped one count.
    let available = budget.available();
    assert!(available < 2.0, "{available}");
    drop(client.call(example()));
    assert_eq!(budget.available(), available);
    // Had that one been sent in the background, it would have had the time of this one.
    client.send(example()).unwrap();
    assert_eq!(emulator.requests().len(), 4);
}
