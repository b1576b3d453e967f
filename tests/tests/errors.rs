//! Errors travel through a program: `anyhow`, `eyre`, an error type of the caller's own, threads.

use apideck_vault_core::error::{BuildError, CallError, CallErrorKind, TransportError};
use apideck_vault_core::{CreateSession, Vault};
use std::error::Error;
use std::io;

/// The caller's own error type.
#[derive(Debug, thiserror::Error)]
enum Own {
    #[error("no session: {0}")]
    Reqwest(#[from] apideck_vault_reqwest::CallError),
    #[error("no session: {0}")]
    Ureq(#[from] apideck_vault_ureq::CallError),
    #[error("no session: {0}")]
    Hyper(#[from] apideck_vault_hyper::CallError),
    #[error("wrong input: {0}")]
    Build(#[from] BuildError),
}

fn call() -> Result<(), apideck_vault_ureq::CallError> {
    let vault = Vault::new("sk_live_1", "app")?;
    apideck_vault_ureq::VaultClient::new(vault).create_session(CreateSession::new(""))?;
    Ok(())
}

const TEXT: &str = "consumer_id is empty: it must contain only visible ASCII characters";

#[test]
fn an_error_of_every_stack_can_be_sent_shared_and_kept() {
    fn travels<T: Error + Send + Sync + 'static>() {}
    travels::<apideck_vault_reqwest::CallError>();
    travels::<apideck_vault_ureq::CallError>();
    travels::<apideck_vault_hyper::CallError>();
    travels::<CallError<TransportError>>();
    travels::<Own>();
}

#[test]
fn anyhow_keeps_the_text_and_the_type() {
    fn caller() -> anyhow::Result<()> {
        Ok(call()?)
    }
    let error = caller().unwrap_err();
    assert_eq!(format!("{error:#}"), TEXT);
    let call = error.downcast_ref::<apideck_vault_ureq::CallError>();
    assert!(matches!(call.unwrap().kind(), CallErrorKind::Build(_)));
}

#[test]
fn eyre_keeps_the_text_and_the_type() {
    fn caller() -> eyre::Result<()> {
        Ok(call()?)
    }
    let error = caller().unwrap_err();
    assert_eq!(format!("{error:#}"), TEXT);
    assert!(error.is::<apideck_vault_ureq::CallError>());
}

#[test]
fn an_error_type_of_ones_own_takes_them_with_from() {
    fn caller() -> Result<(), Own> {
        Ok(call()?)
    }
    fn settings() -> Result<Vault, Own> {
        Ok(Vault::new("", "app")?)
    }
    assert_eq!(
        caller().unwrap_err().to_string(),
        format!("no session: {TEXT}")
    );
    assert!(matches!(settings(), Err(Own::Build(_))));
}

#[test]
fn a_box_and_an_io_error_take_them_too() {
    fn boxed() -> Result<(), Box<dyn Error + Send + Sync>> {
        Ok(call()?)
    }
    assert_eq!(boxed().unwrap_err().to_string(), TEXT);
    let error = io::Error::other(call().unwrap_err());
    assert_eq!(error.to_string(), TEXT);
}
