//! How a client is kept, copied and brought along.

use apideck_vault_core::error::{BuildError, FailureKind, ResponseError};
use apideck_vault_core::http::{Method, Request, Response, StatusCode};
use apideck_vault_core::operation::{decode_json, path_segment};
use apideck_vault_core::{Bytes, ClientSettings, CreateSession, Operation, Vault};
use apideck_vault_emulator::{Answer, Emulator, End, Place};
use apideck_vault_stacks::{Ability, Custom, Stack};
use serde_json::{Value, json};
use std::time::Duration;

use crate::case::{Case, case};
use crate::client::{Client, client, client_for};
use crate::custom_client::{custom_client, unchanged};
use crate::example::example;
use crate::settings::{once, settings_at, vault};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_copy_with_another_vault_or_other_settings_shares_the_connections", copies_share),
    case("a_client_is_used_from_many_threads", many_threads),
    case("a_custom_client_can_be_used", brought_along),
    case("the_longest_times_can_be_set", longest_times),
    case("a_timeout_of_the_stacks_own_is_a_timeout", own_timeout),
    case("a_body_timeout_of_the_stacks_own_is_a_timeout", own_timeout_of_body).needs(Ability::TimingBodies),
    case("a_cookie_is_not_sent_back", cookies),
    case("another_endpoint_is_a_custom_operation", own_operation),
    case("a_custom_operation_has_any_method_and_with_each_a_body", any_method),
];

fn copies_share(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator);
    client.send(example()).unwrap();
    let rotated = client.with_vault(vault(&emulator).with_api_key("old-key").unwrap());
    assert!(rotated.send(example()).unwrap_err().api().is_unauthorized());
    client.with_retry(once()).send(example()).unwrap();
    let rotated_back = rotated.with_vault(vault(&emulator));
    rotated_back.clone().send(example()).unwrap();

    let requests = emulator.requests();
    assert_eq!(requests.len(), 4);
    let first = requests[0].connection;
    assert!(requests.iter().all(|request| request.connection == first));
}

fn many_threads(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let client = client.clone();
            scope.spawn(move || {
                for call in 0..5 {
                    let create = CreateSession::new(format!("consumer-{thread}-{call}"));
                    let created = client.send(create).unwrap().value;
                    let claims = created.session_token().claims().unwrap();
                    let expected = format!("consumer-{thread}-{call}");
                    assert_eq!(claims.consumer_id(), Some(expected.as_str()));
                }
            });
        }
    });
    assert_eq!(emulator.requests().len(), 40);
}

/// Made with care or as it comes, it retries and keeps statuses apart like the default one.
fn brought_along(stack: Stack) {
    let made: [fn(Stack, &Emulator) -> Client; 2] = [
        |stack, emulator| custom_client(stack, settings_at(emulator.url()), &Custom::new()),
        |stack, emulator| unchanged(stack, settings_at(emulator.url())),
    ];
    for made in made {
        let emulator = Emulator::start().unwrap();
        let client = made(stack, &emulator);
        emulator.script([Answer::status(503)]);
        assert_eq!(client.send(example()).unwrap().attempts, 2);
        emulator.script([Answer::status(402)]);
        let failed = client.send(example()).unwrap_err();
        assert!(failed.api().is_payment_required(), "{}", failed.text);
        assert!(failed.api().message().is_some());
        assert_eq!(emulator.requests().len(), 3);
    }
}

fn longest_times(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let longest = |settings: ClientSettings| {
        let settings = settings.attempt_timeout(Duration::MAX);
        settings.deadline(Duration::MAX)
    };
    let settings = settings_at(emulator.url());
    for client in [
        client(stack, longest(settings.clone())),
        client_for(stack, &emulator).with_settings(longest),
        custom_client(stack, longest(settings), &Custom::new()),
    ] {
        emulator.script([Answer::status(503)]);
        assert_eq!(client.send(example()).unwrap().attempts, 2);
    }
}

/// The stack's own client gives up long before this one would.
fn own_timeout(stack: Stack) {
    assert_times_out(stack, Answer::hang());
}

fn own_timeout_of_body(stack: Stack) {
    assert_times_out(stack, Answer::normal().cut(Place::InBody, End::Hang));
}

fn assert_times_out(stack: Stack, answer: Answer) {
    let emulator = Emulator::start().unwrap();
    emulator.script([answer]);
    let settings = settings_at(emulator.url()).retry(once());
    let settings = settings.attempt_timeout(None).deadline(None);
    let custom = Custom::new().gives_up_after(Duration::from_millis(200));
    let failed = custom_client(stack, settings, &custom).send(example());
    let failed = failed.unwrap_err();
    assert_eq!(failed.failure(), FailureKind::TimedOut, "{}", failed.text);
}

/// The next request may have another key. This program has ureq's feature `cookies` on.
fn cookies(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::normal().header("set-cookie", "tenant=a; path=/")]);
    let client = client_for(stack, &emulator);
    for _ in 0..2 {
        client.send(example()).unwrap();
    }
    assert_eq!(emulator.requests()[1].header("cookie"), None);
}

/// `GET /vault/consumers/{consumer_id}`, which this library does not know.
pub(crate) struct GetConsumer(pub(crate) &'static str);

impl Operation for GetConsumer {
    type Output = Value;

    fn encode(&self, vault: &Vault) -> Result<Request<Bytes>, BuildError> {
        let path = format!("/vault/consumers/{}", path_segment("consumer_id", self.0)?);
        vault.request(Method::GET, path, Bytes::new())
    }

    fn decode(
        &self,
        vault: &Vault,
        answer: Response<Bytes>,
    ) -> Result<Response<Value>, ResponseError> {
        decode_json(vault, answer, StatusCode::OK)
    }
}

fn own_operation(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let body = r#"{"data":{"consumer_id":"c1"}}"#;
    let length = body.len();
    let head = format!("content-type: application/json\r\ncontent-length: {length}");
    emulator.script([
        Answer::status(503),
        Answer::raw(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}")),
    ]);
    let client = client_for(stack, &emulator);
    let answered = client.send(GetConsumer("c1")).unwrap();
    assert_eq!(answered.value, json!({"data": {"consumer_id": "c1"}}));
    assert_eq!(answered.attempts, 2);
    let request = &emulator.requests()[1];
    assert_eq!(request.method, "GET");
    assert_eq!(request.path_and_query(), "/vault/consumers/c1");
    assert_eq!(request.header("content-type"), None);
    let failed = client.send(GetConsumer("c2")).unwrap_err();
    assert!(failed.api().is_not_found());
}

/// An operation of this method, with a body or without.
struct Anything(Method, &'static str);

impl Operation for Anything {
    type Output = Value;

    fn encode(&self, vault: &Vault) -> Result<Request<Bytes>, BuildError> {
        vault.request(self.0.clone(), "/vault/anything", self.1.into())
    }

    fn decode(
        &self,
        vault: &Vault,
        answer: Response<Bytes>,
    ) -> Result<Response<Value>, ResponseError> {
        decode_json(vault, answer, StatusCode::OK)
    }
}

fn any_method(stack: Stack) {
    let query = Method::from_bytes(b"QUERY").unwrap();
    let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
    for method in [
        Method::GET,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        query,
    ] {
        // With times of its own, a request needs its own configuration on ureq.
        for (body, deadline) in [("{}", 30), ("{}", 5), ("", 30), ("", 5)] {
            let emulator = Emulator::start().unwrap();
            emulator.script([Answer::raw(answer)]);
            let client = client_for(stack, &emulator);
            let client = client.with_settings(|settings| {
                let settings = settings.deadline(Duration::from_secs(deadline));
                settings.retry(once())
            });
            client.send(Anything(method.clone(), body)).unwrap();
            let request = emulator.requests().swap_remove(0);
            assert_eq!(request.method, method.as_str());
            assert_eq!(request.body, body.as_bytes(), "{method}");
        }
    }
}
