//! How much memory a call's future takes: whoever awaits it holds it, too.

use apideck_vault_reqwest::error::{BuildError, ResponseError};
use apideck_vault_reqwest::http::{Method, Request, Response};
use apideck_vault_reqwest::{Bytes, Operation, Vault, VaultClient};

struct Ask<const BYTES: usize>([u8; BYTES]);

impl<const BYTES: usize> Operation for Ask<BYTES> {
    type Output = ();

    fn body(&self) -> Result<Bytes, BuildError> {
        Ok(Bytes::copy_from_slice(&self.0))
    }

    fn encode(&self, vault: &Vault, body: Bytes) -> Result<Request<Bytes>, BuildError> {
        vault.request(Method::POST, "/", body)
    }

    fn decode(&self, answer: Response<Bytes>) -> Result<Response<()>, ResponseError> {
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
