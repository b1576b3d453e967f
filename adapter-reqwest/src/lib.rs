//! An unofficial client for one thing: creating [Apideck Vault] sessions, on [`reqwest`]. Blocking
//! programs take `apideck-vault-ureq`; those with hyper or tower, `apideck-vault-hyper`: the types,
//! the errors and the retries are the same.
//!
//! ```
//! use apideck_vault_reqwest::{CreateSession, Session, Vault, VaultClient};
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
//! The default client is made for this one job: https with rustls and Mozilla's root certificates,
//! pooled connections, HTTP/1.1, 5 s to connect, no redirects, no retries of reqwest's own, proxies
//! from the environment for https. Anything else is your own client's matter: see
//! [`VaultClient::from_client`].
//!
//! # Features
//!
//! - `rustls` (default): https for the default client, with the aws-lc-rs provider, which is
//!   reqwest's. It installs nothing process-wide.
//!
//! [Apideck Vault]: https://developers.apideck.com/apis/vault/reference

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
pub use reqwest;

/// What a call on reqwest can end with.
pub type CallError = error::CallError<reqwest::Error>;
