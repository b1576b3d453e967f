//! The core of an unofficial Rust client for one thing: creating [Apideck Vault] sessions. A
//! backend creates a session for one of its customers and sends that customer to the returned URL,
//! where they connect and manage their integrations.
//!
//! It is **sans-IO**: it has no socket, clock, randomness, thread or runtime. It builds
//! [`http::Request`] values and reads [`http::Response`] values; how you send them is up to you.
//! Most people want a ready-made client that includes an HTTP stack and uses the types of this
//! crate: `apideck-vault-reqwest` (async), `apideck-vault-ureq` (blocking) or
//! `apideck-vault-hyper` (async, any tower service).
//!
//! There are three levels:
//!
//! 1. **Values only.** [`Operation::encode`] builds a request, and [`Operation::decode`] turns the
//!    answer into a typed result or a typed error.
//! 2. **A whole call.** [`ClientSettings::begin`] adds attempts, waits, `Retry-After`, the deadline
//!    and the retry budget as one state machine. The loop around it is ten lines long.
//! 3. **A client**: that loop with an HTTP stack, in its own crate.
//!
//! # Level 1, without a network
//!
//! ```
//! use apideck_vault_core::{Bytes, CreateSession, Operation, Session, Vault, http};
//!
//! let vault = Vault::new("sk_live_1", "dSBdXd2H6Mqwfg0atXHXYcysLJE9qyn1VwBtXHX")?;
//! let create = CreateSession::new("test-consumer")
//!     .session(Session::new().redirect_uri("https://mysaas.com/dashboard"));
//!
//! let request: http::Request<Bytes> = create.encode(&vault)?;
//! assert_eq!(request.uri(), "https://unify.apideck.com/vault/sessions");
//!
//! // Send it with any HTTP client, and pass the answer back:
//! let answer = http::Response::builder()
//!     .status(200)
//!     .header("content-type", "application/json")
//!     .body(Bytes::from_static(
//!         br#"{"status_code":200,"status":"OK","data":{
//!             "session_uri":"https://vault.apideck.com/session/token","session_token":"token"}}"#,
//!     ))?;
//! let created = create.decode(&vault, answer)?.into_body();
//! assert_eq!(created.session_uri(), "https://vault.apideck.com/session/token");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
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

pub mod error;
pub mod operation;
pub mod retry;

mod call;
mod connect;
mod create_session;
mod observe;
mod session;
mod settings;
mod token;
mod vault;

pub use bytes::{self, Bytes};
pub use http;
pub use serde_json;

pub use call::{Attempt, Attempts, PreparedCall, Step, Wait};
pub use connect::Connect;
pub use create_session::{CreateSession, CreatedSession};
pub use observe::{Event, Observer};
pub use operation::Operation;
pub use session::{
    AllowAction, ConsumerMetadata, Optional, Session, SessionLength, SessionSettings, Theme,
    UnifiedApiId, UnknownValue,
};
pub use settings::ClientSettings;
pub use token::{SessionToken, TokenClaims};
pub use vault::Vault;
