//! An unofficial client for one thing: creating [Apideck Vault] sessions, on [`hyper`] or any other
//! [tower service] that takes an `http::Request`. Without hyper or tower, use
//! `apideck-vault-reqwest` (async) or `apideck-vault-ureq` (blocking): the types, errors and
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
//! Mozilla's root certificates, HTTP/1.1, and 5 s to connect. If an idle connection turns out to be
//! closed before a request was started on it, the request is sent on another connection, and this
//! does not count as an attempt. Hyper does not follow redirects or use a proxy. For anything else,
//! bring your own service: see [`VaultClient::from_client`].
//!
//! # Features
//!
//! - `rustls` (default): https for the default client, with the ring provider. Nothing is installed
//!   process-wide.
//! - `tracing`: a span for each call, with the names of OpenTelemetry's HTTP conventions, and an event
//!   for each attempt and each wait. No secret, consumer id or body is in them.
//!
//! [Apideck Vault]: https://developers.apideck.com/apis/vault/reference
//! [tower service]: https://docs.rs/tower-service

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
pub use default_client::DefaultClient;
pub use http_body_util::Full;
pub use {hyper, hyper_util, tower_service};

/// The error of a call on hyper or another service, whose own error may be of any type.
pub type CallError = error::CallError<error::TransportError>;
