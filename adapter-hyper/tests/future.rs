//! A call's future: how much memory it takes, that it can move to another thread, and where it panics.

use apideck_vault_hyper::error::{BuildError, ResponseError};
use apideck_vault_hyper::http::{Method, Request, Response};
use apideck_vault_hyper::{Bytes, CreateSession, Operation, Vault, VaultClient};
use std::pin::pin;
use std::task::{Context, Waker};

struct Ask<const BYTES: usize>([u8; BYTES]);

impl<const BYTES: usize> Operation for Ask<BYTES> {
    type Output = ();

    fn encode(&self, vault: &Vault) -> Result<Request<Bytes>, BuildError> {
        vault.request(Method::POST, "/", Bytes::copy_from_slice(&self.0))
    }

    fn decode(&self, _: &Vault, answer: Response<Bytes>) -> Result<Response<()>, ResponseError> {
        Ok(answer.map(|_| ()))
    }
}

#[test]
fn the_size_of_a_calls_future_does_not_depend_on_its_operation() {
    let client = VaultClient::new(Vault::new("key", "app").unwrap());
    let small = size_of_val(&client.send(Ask([0; 1])));
    assert_eq!(small, size_of_val(&client.send(Ask([0; 4096]))));
    assert!(small <= 2048, "{small}");
}

#[test]
fn a_calls_future_can_move_to_another_thread() {
    fn is_send<T: Send>(_: &T) {}
    let client = VaultClient::new(Vault::new("key", "app").unwrap());
    is_send(&client.create_session(CreateSession::new("test-consumer")));
    is_send(&client.send(CreateSession::new("test-consumer")));
    is_send(&client.send(Ask([0; 1])));
}

#[test]
#[should_panic(expected = "runtime")]
fn a_call_outside_a_runtime_panics() {
    let vault = Vault::new("key", "app").unwrap();
    let client = VaultClient::new(vault.with_server_url("http://localhost").unwrap());
    let mut call = pin!(client.create_session(CreateSession::new("test-consumer")));
    // At first it only yields, for which it needs none.
    for _ in 0..2 {
        let _ = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
}
