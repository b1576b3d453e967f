//! How much memory a call's future takes: whoever awaits it holds it, too.

use apideck_vault_reqwest::{CreateSession, Vault, VaultClient};

/// A future around a future would hold the operation twice, and copy it once more.
#[test]
fn a_calls_future_holds_its_operation_once() {
    let client = VaultClient::new(Vault::new("key", "app").unwrap());
    let sent = size_of_val(&client.send(CreateSession::new("consumer")));
    let created = size_of_val(&client.create_session(CreateSession::new("consumer")));
    assert_eq!(sent, created);
    assert!(sent <= 4096, "{sent}");
}
