//! How a client is kept, copied and brought along.

use apideck_vault_core::error::{BuildError, FailureKind, ResponseError};
use apideck_vault_core::http::{Method, Request, Response, StatusCode};
use apideck_vault_core::{Bytes, CreateSession, Operation, Vault, decode_json, path_segment};
use apideck_vault_emulator::{Answer, Emulator, End, Place};
use apideck_vault_hyper::hyper_util::client::legacy as hyper_client;
use apideck_vault_hyper::hyper_util::rt::TokioExecutor;
use apideck_vault_hyper::tower_service::Service;
use apideck_vault_hyper::{Full, hyper};
use serde_json::{Value, json};
use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use crate::Case;
use crate::sessions::example;
use crate::stack::{Client, Stack, hasty, vault};

pub(crate) const CASES: &[Case] = &[
    ("calls_share_a_connection", one_connection),
    (
        "a_copy_with_another_vault_or_policy_shares_the_connections",
        copies_share,
    ),
    ("a_client_is_used_from_many_threads", many_threads),
    ("a_stacks_own_client_can_be_brought_along", own_client),
    (
        "a_timeout_that_a_stack_comes_to_by_itself_is_one",
        own_timeout,
    ),
    (
        "another_endpoint_is_an_operation_of_ones_own",
        own_operation,
    ),
];

fn one_connection(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = stack.client_for(&emulator);
    for _ in 0..20 {
        client.send(example()).unwrap();
    }
    let requests = emulator.requests();
    assert_eq!(requests.len(), 20);
    assert!(
        requests
            .iter()
            .all(|request| request.connection == requests[0].connection)
    );
}

fn copies_share(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = stack.client_for(&emulator);
    client.send(example()).unwrap();
    let rotated = Vault::new("old-key", Emulator::APP_ID).unwrap();
    let rotated = client.with_vault(rotated.with_server_url(emulator.url()).unwrap());
    assert!(rotated.send(example()).unwrap_err().api().is_unauthorized());
    client
        .with_retry(hasty().max_attempts(9))
        .send(example())
        .unwrap();
    rotated
        .with_vault(vault(&emulator))
        .clone()
        .send(example())
        .unwrap();

    let requests = emulator.requests();
    assert_eq!(requests.len(), 4);
    assert!(
        requests
            .iter()
            .all(|request| request.connection == requests[0].connection)
    );
}

fn many_threads(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = stack.client_for(&emulator);
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

/// Brought along, a client retries, refuses redirects and keeps statuses apart like the default one.
fn own_client(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = match stack.client_for(&emulator) {
        Client::Reqwest(runtime, _) => {
            use apideck_vault_reqwest::{VaultClient, reqwest};
            let own = reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never());
            let own = VaultClient::from_client(vault(&emulator), own.build().unwrap());
            Client::Reqwest(runtime, own)
        }
        Client::Ureq(_) => {
            use apideck_vault_ureq::{VaultClient, ureq};
            // ureq's defaults: statuses are errors of its own, and redirects are followed.
            let own = ureq::Agent::new_with_defaults();
            Client::Ureq(VaultClient::from_client(vault(&emulator), own))
        }
        Client::Hyper(runtime, _) => {
            let own = Counted::default();
            let client =
                apideck_vault_hyper::VaultClient::from_client(vault(&emulator), own.clone());
            emulator.script([Answer::status(503)]);
            let created = runtime.block_on(client.with_retry(hasty()).create_session(example()));
            assert!(created.unwrap().session_token().claims().is_ok());
            assert_eq!(own.calls.load(Relaxed), 2);
            return;
        }
        other => panic!("{other:?} is no default client"),
    };
    emulator.script([Answer::status(503)]);
    assert_eq!(
        client.with_retry(hasty()).send(example()).unwrap().attempts,
        2
    );
    emulator.script([Answer::status(302).header("location", "/elsewhere")]);
    assert_eq!(client.send(example()).unwrap_err().api().status(), 302);
    assert_eq!(emulator.requests().len(), 3);
}

/// Shorter than the attempt's: the stack's own client gives up before this one would.
fn own_timeout(stack: Stack) {
    const SHORT: Duration = Duration::from_millis(200);

    let emulator = Emulator::start().unwrap();
    emulator.script([
        Answer::hang(),
        Answer::normal().cut(Place::InBody, End::Hang),
    ]);
    let client = match stack.client_for(&emulator) {
        Client::Reqwest(runtime, _) => {
            use apideck_vault_reqwest::{VaultClient, reqwest};
            let own = reqwest::Client::builder().read_timeout(SHORT);
            let own = own.redirect(reqwest::redirect::Policy::none());
            let own = VaultClient::from_client(vault(&emulator), own.build().unwrap());
            Client::Reqwest(runtime, own)
        }
        Client::Ureq(_) => {
            use apideck_vault_ureq::{VaultClient, ureq};
            let own = ureq::Agent::config_builder()
                .timeout_recv_response(Some(SHORT))
                .timeout_recv_body(Some(SHORT));
            let own = own.build().new_agent();
            Client::Ureq(VaultClient::from_client(vault(&emulator), own))
        }
        Client::Hyper(runtime, _) => {
            let own = GivesUp(Counted::default(), SHORT);
            let client = apideck_vault_hyper::VaultClient::from_client(vault(&emulator), own);
            let client = client.with_retry(hasty().max_attempts(1));
            let end = runtime.block_on(client.create_session(example()));
            assert_eq!(end.unwrap_err().failure_kind(), Some(FailureKind::TimedOut));
            return;
        }
        other => panic!("{other:?} is no default client"),
    };
    for _ in 0..2 {
        let once = client.with_retry(hasty().max_attempts(1));
        let end = once.send(example()).unwrap_err();
        assert_eq!(end.failure(), FailureKind::TimedOut, "{}", end.text);
    }
}

/// A tower service of one's own: gives up after some time, as hyper by itself does not.
#[derive(Clone)]
struct GivesUp(Counted, Duration);

impl Service<Request<Full<Bytes>>> for GivesUp {
    type Response = Response<hyper::body::Incoming>;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        let answer = tokio::time::timeout(self.1, self.0.call(request));
        Box::pin(async move { Ok(answer.await??) })
    }
}

/// A tower service of one's own: counts the requests that it passes on.
#[derive(Clone)]
struct Counted {
    inner: hyper_client::Client<hyper_client::connect::HttpConnector, Full<Bytes>>,
    calls: Arc<AtomicUsize>,
}

impl Default for Counted {
    fn default() -> Self {
        Self {
            inner: hyper_client::Client::builder(TokioExecutor::new()).build_http(),
            calls: Arc::default(),
        }
    }
}

impl Service<Request<Full<Bytes>>> for Counted {
    type Response = Response<hyper::body::Incoming>;
    type Error = hyper_client::Error;
    type Future = hyper_client::ResponseFuture;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        self.calls.fetch_add(1, Relaxed);
        self.inner.call(request)
    }
}

/// `GET /vault/consumers/{consumer_id}`, which this library does not know.
struct GetConsumer(&'static str);

impl Operation for GetConsumer {
    type Output = Value;

    fn encode(&self, vault: &Vault, body: Bytes) -> Result<Request<Bytes>, BuildError> {
        let path = format!("/vault/consumers/{}", path_segment("consumer_id", self.0)?);
        vault.request(Method::GET, &path, body)
    }

    fn decode(&self, answer: Response<Bytes>) -> Result<Response<Value>, ResponseError> {
        decode_json(answer, StatusCode::OK)
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
    let client = stack.client_for(&emulator);
    let answered = client.send(GetConsumer("c1")).unwrap();
    assert_eq!(answered.value, json!({"data": {"consumer_id": "c1"}}));
    assert_eq!(answered.attempts, 2);
    let request = &emulator.requests()[1];
    assert_eq!(
        (request.method.as_str(), request.path_and_query()),
        ("GET", "/vault/consumers/c1")
    );
    assert_eq!(request.header("content-type"), None);
    assert!(
        client
            .send(GetConsumer("c2"))
            .unwrap_err()
            .api()
            .is_not_found()
    );
}
