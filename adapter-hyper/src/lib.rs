//! An unofficial client for one thing: creating [Apideck Vault] sessions, on [`hyper`] or any other
//! [tower service] that takes an `http::Request`. Programs without hyper or tower take
//! `apideck-vault-reqwest` (async) or `apideck-vault-ureq` (blocking): the types, the errors and the
//! retries are the same.
//!
//! ```
//! use apideck_vault_hyper::{CreateSession, Session, Vault, VaultClient};
//! # use apideck_vault_emulator::Emulator;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::start()?;
//! # let (api_key, app_id) = (Emulator::API_KEY, Emulator::APP_ID);
//! # let at = |vault: Vault| vault.with_server_url(emulator.url());
//! let vault = Vault::new(api_key, app_id)?;
//! # let vault = at(vault)?;
//! let client = VaultClient::new(vault);
//!
//! let create = CreateSession::new("test-consumer")
//!     .session(Session::new().redirect_uri("https://mysaas.com/dashboard"));
//! let created = client.create_session(create).await?;
//!
//! println!("send the consumer to {}", created.session_uri());
//! # Ok(())
//! # }
//! ```
//!
//! The default client is made for this one job: hyper-util's pooled client, https with rustls and
//! Mozilla's root certificates, HTTP/1.1, 5 s to connect. A request that was never started, because the
//! idle connection it was to use had been closed, is sent on another one without counting as an
//! attempt. Hyper follows no redirects and uses no proxy. Anything else is your own service's matter: see
//! [`VaultClient::from_client`].
//!
//! # Features
//!
//! - `rustls` (default): https for the default client, with the ring provider. It installs nothing
//!   process-wide.
//!
//! [Apideck Vault]: https://developers.apideck.com/apis/vault/reference
//! [tower service]: https://docs.rs/tower-service

// Library code does not panic; the lint table of the workspace cannot spare the tests from this.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod client;
mod default_client;
mod drive;
mod transport;

pub use apideck_vault_core::*;
pub use client::VaultClient;
pub use default_client::DefaultClient;
pub use http_body_util::Full;
pub use {hyper, hyper_util, tower_service};

/// What a call on hyper, or another service, can end with: the service's error may be of any type.
pub type CallError = error::CallError<error::TransportError>;
