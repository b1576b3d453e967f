//! An unofficial client for one thing: creating [Apideck Vault] sessions, on [`ureq`]. It is
//! blocking and needs no runtime. In async programs, use `apideck-vault-reqwest` or
//! `apideck-vault-hyper`: the types, errors and retries are the same.
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
//! pooled connections (as many as there are concurrent calls; ureq by default keeps 3), 5 s to
//! connect, no redirects, and proxies from the environment for https. For anything else, bring your
//! own agent: see [`VaultClient::from_client`].
//!
//! Three things are specific to ureq:
//!
//! - An agent of your own does what ureq does: where there is a time limit, it starts a thread to look a
//!   name up for each request, and a proxy that drips its answer to `CONNECT` can hold up an attempt for
//!   longer than its timeout. The default client connects within 5 s, whatever it has to do for that. An
//!   address needs no lookup, requests that need the same name share one lookup, and its answer is kept
//!   for 10 s.
//! - In a program that enables its feature `gzip` or `brotli`, compressed answers are decompressed,
//!   although this client does not request them. The size limit then applies to the decompressed
//!   body.
//! - An attempt with a different timeout than the client was made with, because one call has its
//!   own settings or its deadline is near, costs a little more, because that request needs its own
//!   configuration.
//!
//! A call blocks its thread. In async code, run it with `tokio::task::spawn_blocking`, or use one
//! of the async clients.
//!
//! # Features
//!
//! - `rustls` (default): https for the default client, with the ring provider. Nothing is installed
//!   process-wide.
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
mod connect;
mod connection;
mod default_client;
mod drive;
mod lookup;
mod transport;

pub use apideck_vault_core::*;
pub use client::VaultClient;
pub use ureq;

/// The error of a call on ureq.
pub type CallError = error::CallError<ureq::Error>;
