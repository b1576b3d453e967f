//! An Apideck Vault server in your own process, for tests and for a first run without an account.
//!
//! To set it up, call [`Emulator::start`]; to tear it down, drop it. It is as strict as the
//! published contract: it accepts requests that follow the contract, and refuses all others with
//! the API's own error body. It mints real HS256 tokens, keeps every request for your test to
//! inspect, and can be told to misbehave: see [`Answer`].
//!
//! ```
//! use std::io::{Read, Write};
//! use apideck_vault_emulator::{Answer, Emulator};
//!
//! # fn main() -> std::io::Result<()> {
//! let emulator = Emulator::start()?;
//! emulator.script([Answer::status(503).header("retry-after", "2"), Answer::normal()]);
//!
//! let mut answers = Vec::new();
//! for _ in 0..2 {
//!     let mut socket = std::net::TcpStream::connect(emulator.address())?;
//!     write!(
//!         socket,
//!         "POST /vault/sessions HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\
//!          authorization: Bearer {}\r\nx-apideck-app-id: {}\r\nx-apideck-consumer-id: {}\r\n\
//!          accept: application/json\r\nuser-agent: example/1.0\r\ncontent-length: 0\r\n\r\n",
//!         emulator.address(), Emulator::API_KEY, Emulator::APP_ID, Emulator::CONSUMER_ID,
//!     )?;
//!     let mut answer = String::new();
//!     socket.read_to_string(&mut answer)?;
//!     answers.push(answer);
//! }
//! assert!(answers[0].starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
//! assert!(answers[0].contains("retry-after: 2\r\n"));
//! assert!(answers[1].starts_with("HTTP/1.1 200 OK\r\n"));
//! assert!(answers[1].contains("https://vault.apideck.com/session/"));
//! assert_eq!(emulator.requests().len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! # Testing your own code
//!
//! Point your code at [`Emulator::url`], script what should go wrong, then check the result and the
//! requests that arrived. Here Vault fails twice and then works:
//!
//! ```
//! use apideck_vault_emulator::{Answer, Emulator};
//! use apideck_vault_ureq::{CreateSession, Vault, VaultClient, error::CallError};
//! # use apideck_vault_ureq::retry::ExponentialBackoff;
//! # use std::time::Duration;
//!
//! /// The code under test.
//! struct Integrations { vault: VaultClient }
//!
//! impl Integrations {
//!     /// Where to send a customer who wants to connect an integration.
//!     fn page_for(&self, customer: u64) -> String {
//!         let create = CreateSession::new(format!("customer-{customer}"));
//!         match self.vault.create_session(create) {
//!             Ok(created) => created.session_uri().to_owned(),
//!             Err(_) => "/integrations/come-back-later".to_owned(),
//!         }
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::start()?;
//! let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(emulator.url())?;
//! # let hasty = ExponentialBackoff::new().initial_backoff(Duration::from_millis(1));
//! # let vault = apideck_vault_ureq::ClientSettings::from(vault).retry(hasty);
//! let integrations = Integrations { vault: VaultClient::new(vault) };
//!
//! emulator.script([Answer::status(503), Answer::reset()]);
//! let page = integrations.page_for(7);
//!
//! assert!(page.starts_with("https://vault.apideck.com/session/"));
//! let requests = emulator.requests();
//! assert_eq!(requests.len(), 3);
//! assert_eq!(requests[2].header("x-apideck-consumer-id"), Some("customer-7"));
//!
//! // And when the plan's limit is reached, which no retry can fix:
//! emulator.script([Answer::status(402)]);
//! assert_eq!(integrations.page_for(8), "/integrations/come-back-later");
//! assert_eq!(emulator.requests().len(), 4);
//! # Ok(())
//! # }
//! ```
//!
//! [`Answer`] lists what else a server can do: [`cut`](Answer::cut) an answer short,
//! [`drip`](Answer::drip) it, or make it [`endless`](Answer::endless). [`Answer::unread`] acts like
//! a connection that died while it was idle. [`Emulator::wait_for_requests`] tells a test when to
//! continue, and [`Emulator::start_https`] serves HTTPS with a good certificate or a bad one.
//!
//! # The Vault's front end
//!
//! These paths answer a browser that sends a session's token with `x-apideck-auth-type: JWT`, so that
//! Apideck's own component `@apideck/react-vault` works with its `unifyBaseUrl` set to
//! [`Emulator::url`], and a backend that sends its API key:
//!
//! - `GET /vault/connections`
//! - `GET`, `PATCH`, `DELETE /vault/connections/{unified_api}/{service_id}`
//! - `POST /vault/connections/{unified_api}/{service_id}/token`
//! - `GET`, `PATCH /vault/connections/{unified_api}/{service_id}/{resource}/config`
//!
//! OAuth happens on pages of the emulator's own, at `GET /vault/authorize/{service_id}/{application_id}`,
//! `GET /vault/revoke/{service_id}/{application_id}` and `GET /vault/callback`; `GET /session/{token}` is
//! the page that a session's URI leads to. Each unified API has five invented connectors, one for each way to connect: an API key, OAuth, a
//! password, OAuth client credentials, nothing. What a consumer does to them lasts as long as the
//! emulator.
//!
//! # Where the contract is silent
//!
//! - An unknown app id is a 401, not a 404: the key is not valid for that application, and a server
//!   that answers "no such application" tells strangers which ones exist.
//! - Requests for a session are checked in this order: path, method, key, app id, consumer id, `accept`,
//!   `user-agent`, `content-type`, body. The answer reports the first problem found.
//! - A header that may appear only once and appears twice is a 400.
//! - `accept` is required and must allow JSON; `*/*` does.
//! - A query string is ignored, except where the contract names a parameter. A test can see it in
//!   [`RecordedRequest::uri`].

// On docs.rs, marks what needs a feature.
#![cfg_attr(docsrs, feature(doc_cfg))]
// Library code must not panic. The workspace's lint table is not the place for these lints: there
// they would apply to the tests as well.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod answer;
mod api_error;
mod builder;
mod check;
mod connection;
mod cors;
mod cut;
mod exchange;
mod hosted;
#[cfg(fuzzing)]
mod offline;
mod page;
mod random;
mod request;
mod respond;
mod route;
mod server;
mod socket;
mod state;
#[cfg(feature = "https")]
mod tls;
#[cfg(not(feature = "https"))]
#[path = "no_tls.rs"]
mod tls;
mod token;
mod vault;
mod wire;

pub use answer::Answer;
pub use builder::Builder;
pub use cut::{End, Place};
pub use exchange::Exchange;
#[cfg(fuzzing)]
pub use offline::Offline;
pub use request::{ConnectionId, RecordedRequest};
pub use server::Emulator;
#[cfg(feature = "https")]
pub use tls::{Authority, Certificate};
