//! What the feature `tracing` logs.

use apideck_vault_core::error::{ClientError, Failure, FailureKind};
use apideck_vault_core::http::{Method, Request, Response};
use apideck_vault_core::operation::{decode_json, path_segment};
use apideck_vault_core::{Bytes, ClientSettings, CreateSession, Operation, Step, Vault};
use serde_json::Value;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tracing::Subscriber;
use tracing_subscriber::fmt::format::FmtSpan;

const KEY: &str = "sk_live_secret";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is logged at the finest level about a call whose attempts have these outcomes.
fn log_of<O: Operation>(
    operation: O,
    outcomes: Vec<Result<Response<Bytes>, Failure<io::Error>>>,
) -> String {
    log_at(Vault::new(KEY, "the-app").unwrap(), operation, outcomes)
}

fn log_at<O: Operation>(
    vault: Vault,
    operation: O,
    outcomes: Vec<Result<Response<Bytes>, Failure<io::Error>>>,
) -> String {
    let log = Log::default();
    tracing::subscriber::with_default(subscriber(&log), || {
        let mut outcomes = outcomes.into_iter();
        let mut elapsed = Duration::ZERO;
        let mut step = ClientSettings::from(vault).begin(operation, 1);
        loop {
            step = match step {
                Step::Send(request, attempt) => {
                    assert!(request.extensions().is_empty());
                    elapsed += Duration::from_millis(10);
                    attempt.finish(outcomes.next().unwrap(), elapsed)
                }
                Step::Wait(wait) => {
                    elapsed += wait.delay();
                    wait.resume(elapsed)
                }
                Step::Done(_) => break,
            };
        }
    });
    log.text()
}

fn subscriber(log: &Log) -> impl Subscriber + Send + Sync + use<> {
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish()
}

fn refused(status: u16) -> Response<Bytes> {
    let body = format!(r#"{{"message":"no {KEY}"}}"#);
    let answer = Response::builder().status(status);
    let answer = answer.header("x-apideck-request-id", format!("req-{KEY}"));
    answer.body(body.into()).unwrap()
}

fn assert_shows(log: &str, parts: &[&str]) {
    for part in parts {
        assert!(log.contains(part), "{part} is not in:\n{log}");
    }
}

#[test]
fn a_call_is_a_span_with_opentelemetrys_names_and_its_attempts_are_events() {
    let broken = Failure::new(FailureKind::Unanswered, io::Error::other("reset"));
    let outcomes = vec![Err(broken), Ok(refused(503)), Ok(refused(401))];
    let log = log_of(CreateSession::new("the-consumer"), outcomes);
    assert_shows(
        &log,
        &[
            r#"http.request.method="POST""#,
            r#"server.address="unify.apideck.com""#,
            "server.port=443",
            r#"url.template="/vault/sessions""#,
            "number=1 cause=the connection broke",
            "number=2 cause=503 Service Unavailable",
            "waiting delay=",
            "http.response.status_code=401",
            "http.request.resend_count=2",
            r#"error.type="401""#,
            "call failed attempts=3",
        ],
    );
    for secret in [KEY, "the-consumer", "the-app"] {
        assert!(!log.contains(secret), "{log}");
    }
}

/// `GET /vault/consumers/{consumer_id}`
struct GetConsumer(&'static str);

impl Operation for GetConsumer {
    type Output = Value;

    fn encode(
        &self,
        vault: &Vault,
    ) -> Result<Request<Bytes>, apideck_vault_core::error::BuildError> {
        let consumer_id = path_segment("consumer_id", self.0)?;
        let path = format!("/vault/consumers/{consumer_id}");
        vault.request(Method::GET, path, Bytes::new())
    }

    fn decode(
        &self,
        vault: &Vault,
        answer: Response<Bytes>,
    ) -> Result<Response<Value>, apideck_vault_core::error::ResponseError> {
        decode_json(vault, answer, apideck_vault_core::http::StatusCode::OK)
    }
}

#[test]
fn a_path_into_which_text_was_inserted_is_not_logged() {
    let answer = Response::new(Bytes::from_static(b"{}"));
    let log = log_of(GetConsumer("the-consumer"), vec![Ok(answer)]);
    assert_shows(
        &log,
        &["call succeeded attempts=1", "http.response.status_code=200"],
    );
    assert!(!log.contains("the-consumer"), "{log}");
    assert!(!log.contains("url.template"), "{log}");
}

#[test]
fn a_call_without_retries_has_no_count_of_them_and_http_has_its_own_port() {
    let vault = Vault::new(KEY, "the-app").unwrap();
    let vault = vault.with_server_url("http://localhost").unwrap();
    let answer = Response::new(Bytes::from_static(b"{}"));
    let log = log_at(vault, GetConsumer("c"), vec![Ok(answer)]);
    assert_shows(&log, &[r#"server.address="localhost""#, "server.port=80"]);
    assert!(!log.contains("resend_count"), "{log}");
}

#[test]
fn input_that_cannot_be_sent_is_a_span_too() {
    let log = log_of(CreateSession::new(""), Vec::new());
    assert_shows(
        &log,
        &[
            r#"apideck_vault.call{otel.kind="client" error.type="cannot_send"}"#,
            "call failed attempts=0",
            "close",
        ],
    );
}

#[test]
fn a_client_that_cannot_send_is_in_the_span_of_its_call() {
    let log = Log::default();
    let settings = ClientSettings::from(Vault::new(KEY, "the-app").unwrap());
    tracing::subscriber::with_default(subscriber(&log), || {
        let call = settings.prepare::<_, io::Error>(CreateSession::new("the-consumer"), 1);
        drop(call.cannot_send(ClientError::missing_tls("a-package")));
    });
    assert_shows(
        &log.text(),
        &[
            r#"url.template="/vault/sessions" error.type="cannot_send""#,
            "call failed attempts=0",
        ],
    );
}
