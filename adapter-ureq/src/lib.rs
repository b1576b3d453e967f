//! An unofficial client for one thing: creating [Apideck Vault] sessions, on [`ureq`]: blocking,
//! without a runtime. Async programs take `apideck-vault-reqwest` or `apideck-vault-hyper`: the
//! types, the errors and the retries are the same.
//!
//! ```
//! use apideck_vault_ureq::{CreateSession, Session, Vault, VaultClient};
//! # use apideck_vault_emulator::Emulator;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::start()?;
//! # let (api_key, app_id) = (Emulator::API_KEY, Emulator::APP_ID);
//! # let at = |vault: Vault| vault.with_server_url(emulator.url());
//! let vault = Vault::new(api_key, app_id)?;
//! # let vault = at(vault)?;
//! let client = VaultClient::new(vault);
//!
//! let create = CreateSession::new("test-consumer")
//!     .session(Session::new().redirect_uri("https://mysaas.com/dashboard"));
//! let created = client.create_session(create)?;
//!
//! println!("send the consumer to {}", created.session_uri());
//! # Ok(())
//! # }
//! ```
//!
//! The default client is made for this one job: https with rustls and Mozilla's root certificates,
//! pooled connections (as many as there are calls at a time, where ureq itself keeps 3), 5 s to
//! connect, no redirects, proxies from the environment for https.
//! Anything else is your own agent's matter: see [`VaultClient::from_client`].
//!
//! Two things are ureq's own. A program that has its feature `gzip` or `brotli` on gets such answers
//! unpacked, although this client does not ask for them; the limit then counts what is unpacked. And
//! attempts that have another time than the settings that the client was made with (because of other
//! settings for one call, or a deadline that is near) cost a little more: it is a configuration for one
//! request.
//!
//! A call blocks its thread. In async code run it with `tokio::task::spawn_blocking`, or take one
//! of the async clients.
//!
//! # Features
//!
//! - `rustls` (default): https for the default client, with the ring provider. It installs nothing
//!   process-wide.
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
pub use ureq;

/// What a call on ureq can end with.
pub type CallError = error::CallError<ureq::Error>;
