//! The default client with TLS, whichever feature has brought it, and whatever other packages have enabled.
#![cfg(any(feature = "rustls", feature = "native-tls"))]

use apideck_vault_emulator::{Certificate, Emulator};
use apideck_vault_hyper::error::{CallErrorKind, FailureKind};
use apideck_vault_hyper::{CallError, CreateSession, CreatedSession, Vault, VaultClient};

async fn call(emulator: &Emulator) -> Result<CreatedSession, CallError> {
    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID).unwrap();
    let client = VaultClient::new(vault.with_server_url(emulator.url()).unwrap());
    let create = CreateSession::new("test-consumer");
    client.create_session(create).await
}

#[tokio::test]
async fn plain_http_to_loopback_works() {
    let emulator = Emulator::start().unwrap();
    let created = call(&emulator).await.unwrap();
    assert!(emulator.verify(created.session_token().as_str()).is_some());
}

#[tokio::test]
async fn a_server_is_asked_for_its_certificate() {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let error = call(&emulator).await.unwrap_err();
    match error.kind() {
        CallErrorKind::Transport(failure) => {
            assert_eq!(failure.kind(), FailureKind::Untrusted, "{error}");
        }
        _ => panic!("{error}"),
    }
    assert!(emulator.requests().is_empty());
}
