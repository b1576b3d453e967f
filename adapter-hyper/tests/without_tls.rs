//! What the default client says when it was built without TLS:
//! `cargo test -p apideck-vault-hyper --no-default-features`.
#![cfg(not(any(feature = "rustls", feature = "native-tls")))]

use apideck_vault_emulator::Emulator;
use apideck_vault_hyper::error::{CallErrorKind, ClientError};
use apideck_vault_hyper::{ClientSettings, CreateSession, Event, Vault, VaultClient};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[tokio::test]
async fn an_https_call_says_which_feature_is_missing() {
    let is_told = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&is_told);
    let settings = ClientSettings::from(Vault::new("key", "app").unwrap()).observer(move |event| {
        let is_end = matches!(event, Event::CallEnded { attempts: 0, .. });
        told.store(is_end, Ordering::Relaxed);
    });
    let error = VaultClient::new(settings)
        .create_session(CreateSession::new("test-consumer"))
        .await
        .unwrap_err();
    assert!(matches!(
        error.kind(),
        CallErrorKind::Client(ClientError::MissingTls { .. })
    ));
    assert_eq!(error.attempts(), 0);
    assert!(is_told.load(Ordering::Relaxed));
    assert_eq!(
        error.to_string(),
        "https needs TLS, which apideck-vault-hyper was built without: \
         enable its feature `rustls`, `rustls-platform-verifier` or `native-tls`, \
         or bring a client that speaks TLS with `from_client`"
    );
}

#[tokio::test]
async fn plain_http_to_loopback_works() {
    let emulator = Emulator::start().unwrap();
    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID).unwrap();
    let client = VaultClient::new(vault.with_server_url(emulator.url()).unwrap());
    let created = client
        .create_session(CreateSession::new("test-consumer"))
        .await
        .unwrap();
    assert!(emulator.verify(created.session_token().as_str()).is_some());
}
