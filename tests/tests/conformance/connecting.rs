//! A connection that is made before the first call.

use apideck_vault_core::error::FailureKind;
use apideck_vault_emulator::{Answer, Certificate, Emulator};
use apideck_vault_stacks::Stack;
use std::net::TcpListener;

use crate::case::{Case, case};
use crate::client::{Client, client, client_for};
use crate::connections::connections;
use crate::custom_client::trusting;
use crate::example::example;
use crate::settings::{once, settings_at};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("the_first_call_uses_the_connection_that_was_made_before", used),
    case("connecting_shows_no_key_and_creates_nothing", harmless),
    case("connecting_takes_any_status_and_is_retried_without_an_answer", any_answer),
    case("connecting_fails_as_a_call_does", fails),
];

fn used(stack: Stack) {
    let plain = Emulator::start().unwrap();
    let encrypted = Emulator::start_https(Certificate::Good).unwrap();
    for (emulator, client) in [
        (&plain, client_for(stack, &plain)),
        (&encrypted, trusting(stack, &encrypted)),
    ] {
        assert_eq!(client.connect().unwrap().attempts, 1);
        client.send(example()).unwrap();
        assert_eq!((emulator.requests().len(), connections(emulator)), (2, 1));
    }
}

fn harmless(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let url = format!("{}/behind/a/proxy", emulator.url());
    client(stack, settings_at(url)).connect().unwrap();
    let request = &emulator.requests()[0];
    assert_eq!(request.method, "HEAD");
    assert_eq!(request.path_and_query(), "/behind/a/proxy/");
    assert!(request.body.is_empty());
    for (name, value) in &request.headers {
        let value = value.to_str().unwrap();
        let is_secret = value.contains(Emulator::API_KEY) || value.contains(Emulator::APP_ID);
        assert!(!is_secret, "{name}: {value}");
    }
}

fn any_answer(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator);
    for status in [200, 204, 301, 401, 404, 405, 429, 503] {
        emulator.script([Answer::status(status)]);
        assert_eq!(client.connect().unwrap().attempts, 1);
    }
    assert_eq!((emulator.requests().len(), connections(&emulator)), (8, 1));
    emulator.script([Answer::reset(), Answer::close()]);
    client.connect().unwrap();
    assert_eq!(emulator.requests().len(), 11);
}

fn fails(stack: Stack) {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let failed = client(stack, settings_at(url).retry(once())).connect();
    assert_eq!(failed.unwrap_err().failure(), FailureKind::Refused);

    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let untrusting: Client = client_for(stack, &emulator);
    let failed = untrusting.connect().unwrap_err();
    assert_eq!(failed.failure(), FailureKind::Untrusted, "{}", failed.text);
    assert!(emulator.requests().is_empty());
}
