//! An Apideck Vault server in your own process: `POST /vault/sessions`, for tests and for a first
//! run without an account.
//!
//! [`Emulator::start`] is all there is to set up, and dropping the emulator is all there is to
//! tear down. It is as strict as the published contract: a request that it takes is one that
//! follows the contract, and one that it refuses is refused with the API's own error body. It
//! mints real HS256 tokens, keeps every request for a test to look at, and can be told to
//! misbehave: see [`Answer`].
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
//! # Where the contract is silent
//!
//! - An app id that it does not know is a 401, not a 404: the key is not valid for that
//!   application, and a server that says "no such application" tells strangers which ones exist.
//! - What a request needs is asked for in this order: path, method, key, app id, consumer id,
//!   `accept`, `user-agent`, `content-type`, body. The first thing wrong is the answer.
//! - A header that must be single and is there twice is a 400.
//! - `accept` has to be there, and to allow JSON; `*/*` does.
//! - A query string is no reason to refuse. It is in [`RecordedRequest::uri`] for a test to see.

// Library code does not panic; the lint table of the workspace cannot spare the tests from this.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod answer;
mod api_error;
mod check;
mod connection;
mod random;
mod request;
mod respond;
mod server;
mod state;
mod token;
mod wire;

pub use answer::Answer;
pub use request::{ConnectionId, RecordedRequest};
pub use server::Emulator;
