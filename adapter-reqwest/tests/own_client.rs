//! A client of your own, with rules of its own.

use apideck_vault_reqwest::error::FailureKind;
use apideck_vault_reqwest::reqwest::Client;
use apideck_vault_reqwest::{CreateSession, Vault, VaultClient};

#[tokio::test]
async fn what_the_client_refuses_to_send_is_not_sent_again_and_says_why() {
    let https_only = Client::builder().https_only(true).build().unwrap();
    let vault = Vault::new("key", "app").unwrap();
    let vault = vault.with_server_url("http://127.0.0.1:1").unwrap();
    let client = VaultClient::from_client(vault, https_only);
    let call = client.create_session(CreateSession::new("test-consumer"));
    let error = call.await.unwrap_err();
    assert_eq!(error.failure_kind(), Some(FailureKind::Other));
    assert_eq!(error.attempts(), 1);
    let text = error.to_string();
    assert!(text.contains("URL scheme is not allowed"), "{text}");
}
