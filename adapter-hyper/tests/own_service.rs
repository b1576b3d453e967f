//! A service of your own: what it must be able to do, and how its errors are classified.

use apideck_vault_hyper::error::{FailureKind, GaveUp};
use apideck_vault_hyper::http::{Request, Response};
use apideck_vault_hyper::retry::ExponentialBackoff;
use apideck_vault_hyper::tower_service::Service;
use apideck_vault_hyper::{Bytes, ClientSettings, CreateSession, Full, Vault, VaultClient};
use std::cell::Cell;
use std::future::{Ready, ready};
use std::io;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

/// Answers without a network. Like `tower::util::BoxCloneService`, it can be sent to another thread
/// but not shared between threads.
#[derive(Clone)]
struct Canned {
    error: Option<io::ErrorKind>,
    not_sync: PhantomData<Cell<()>>,
}

impl Service<Request<Full<Bytes>>> for Canned {
    type Response = Response<Full<Bytes>>;
    type Error = io::Error;
    type Future = Ready<io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
        ready(match self.error {
            Some(kind) => Err(kind.into()),
            None => Ok(created()),
        })
    }
}

fn created() -> Response<Full<Bytes>> {
    Response::new(Full::from(
        r#"{"status_code":200,"status":"OK","data":{"session_uri":"https://v/s","session_token":"t"}}"#,
    ))
}

fn client(error: Option<io::ErrorKind>) -> VaultClient<Canned> {
    let service = Canned {
        error,
        not_sync: PhantomData,
    };
    let vault = Vault::new("sk_live_1", "app").unwrap();
    let settings = ClientSettings::from(vault).retry(ExponentialBackoff::none());
    VaultClient::from_client(settings, service)
}

#[tokio::test]
async fn a_call_on_a_service_that_is_not_sync_can_be_spawned() {
    let call = client(None).create_session(CreateSession::new("test-consumer"));
    let created = tokio::spawn(call).await.unwrap().unwrap();
    assert_eq!(created.session_uri(), "https://v/s");
}

/// May be asked only once whether it is ready, as tower demands of a service that has failed. Only the third clone
/// to be asked is.
struct Fused {
    was_asked: bool,
    asked: Arc<AtomicU32>,
}

impl Clone for Fused {
    fn clone(&self) -> Self {
        Self {
            was_asked: false,
            asked: Arc::clone(&self.asked),
        }
    }
}

impl Service<Request<Full<Bytes>>> for Fused {
    type Response = Response<Full<Bytes>>;
    type Error = io::Error;
    type Future = Ready<io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        assert!(!self.was_asked, "this one has failed already");
        self.was_asked = true;
        match self.asked.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => Poll::Ready(Err(io::ErrorKind::ConnectionRefused.into())),
            _ => Poll::Ready(Ok(())),
        }
    }

    fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
        ready(Ok(created()))
    }
}

/// What a service keeps for a call, such as a place in the line of a concurrency limit, it keeps in its clone.
#[tokio::test]
async fn each_attempt_has_a_clone_of_the_service_of_its_own() {
    let service = Fused {
        was_asked: false,
        asked: Arc::default(),
    };
    let vault = Vault::new("sk_live_1", "app").unwrap();
    let at_once = ExponentialBackoff::new().initial_backoff(Duration::ZERO);
    let settings = ClientSettings::from(vault).retry(at_once);
    let client = VaultClient::from_client(settings, service.clone());
    let created = client.create_session(CreateSession::new("test-consumer"));
    assert_eq!(created.await.unwrap().session_uri(), "https://v/s");
    assert_eq!(service.asked.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn an_io_error_of_a_service_is_classified_by_its_kind() {
    for (error, kind) in [
        (io::ErrorKind::ConnectionRefused, FailureKind::Refused),
        (io::ErrorKind::TimedOut, FailureKind::TimedOut),
        (io::ErrorKind::ConnectionReset, FailureKind::Unanswered),
    ] {
        let call = client(Some(error)).create_session(CreateSession::new("test-consumer"));
        let failed = call.await.unwrap_err();
        assert_eq!(failed.failure_kind(), Some(kind));
        assert_eq!(failed.gave_up(), GaveUp::Policy);
    }
}

/// Hangs, below a layer of tower's that gives up: its error, as tower words it.
#[derive(Clone)]
struct TimedOut;

#[derive(Debug)]
struct Elapsed;

impl std::fmt::Display for Elapsed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.pad("request timed out")
    }
}

impl std::error::Error for Elapsed {}

impl Service<Request<Full<Bytes>>> for TimedOut {
    type Response = Response<Full<Bytes>>;
    type Error = Elapsed;
    type Future = Ready<Result<Self::Response, Elapsed>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Elapsed>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
        ready(Err(Elapsed))
    }
}

#[tokio::test]
async fn the_timeout_of_a_tower_layer_is_a_timeout() {
    let vault = Vault::new("sk_live_1", "app").unwrap();
    let settings = ClientSettings::from(vault).retry(ExponentialBackoff::none());
    let client = VaultClient::from_client(settings, TimedOut);
    let call = client.create_session(CreateSession::new("test-consumer"));
    assert_eq!(
        call.await.unwrap_err().failure_kind(),
        Some(FailureKind::TimedOut)
    );
}
