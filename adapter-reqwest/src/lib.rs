//! An unofficial client for one thing: creating [Apideck Vault] sessions, on [`reqwest`]. Use
//! `apideck-vault-ureq` in blocking programs, and `apideck-vault-hyper` with hyper or tower: the
//! types, errors and retries are the same.
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
//! pooled connections, HTTP/1.1, 5 s to connect, no redirects, none of reqwest's own retries, and
//! proxies from the environment for https. For anything else, bring your own client: see
//! [`VaultClient::from_client`].
//!
//! # Features
//!
//! - `rustls` (default): https for the default client, with the aws-lc-rs provider, which reqwest
//!   also uses. Nothing is installed process-wide.
//! - `tracing`: a span for each call, with the names of OpenTelemetry's HTTP conventions, and an event
//!   for each attempt and each wait. No secret, consumer id or body is in them.
//!
//! [Apideck Vault]: https://developers.apideck.com/apis/vault/reference

// Library code does not panic. The workspace's lint table cannot exempt tests, so this is here.
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

/// The error of a call on reqwest.
pub type CallError = error::CallError<reqwest::Error>;
