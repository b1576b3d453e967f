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
//! # When to choose it
//!
//! For a library, which should not decide on its users' HTTP stack, and for a program that has a stack
//! without an adapter. It also runs in WebAssembly. There are three levels:
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
//!             "session_uri":"https://vault.apideck.com/session/token",
//!             "session_token":"token"}}"#,
//!     ))?;
//! let created = create.decode(&vault, answer)?.into_body();
//! assert_eq!(created.session_uri(), "https://vault.apideck.com/session/token");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Level 2, a whole call
//!
//! The core says when to send, how long to wait, and when the call is over. Time goes in as a `Duration`
//! since the call began, and randomness as a seed. So this example, whose server is down, runs through all
//! of its waits without waiting:
//!
//! ```
//! use apideck_vault_core::error::{Failure, FailureKind};
//! use apideck_vault_core::{Bytes, ClientSettings, CreateSession, Step, Vault, http};
//! use std::io::{Error, ErrorKind};
//! use std::time::Duration;
//!
//! type Outcome = Result<http::Response<Bytes>, Failure<Error>>;
//!
//! /// Everything that your HTTP stack has to do.
//! fn send(_: http::Request<Bytes>, _timeout: Option<Duration>) -> Outcome {
//!     let error = Error::from(ErrorKind::ConnectionRefused);
//!     Err(Failure::new(FailureKind::of_io(&error), error))
//! }
//!
//! let settings = ClientSettings::from(Vault::new("sk_live_1", "app")?);
//! let mut now = Duration::ZERO; // in your program: `started.elapsed()`
//! let seed = 42; // in your program: a new random number for each call
//! let mut step = settings.begin(CreateSession::new("test-consumer"), seed);
//! let result = loop {
//!     step = match step {
//!         Step::Send(request, attempt) => {
//!             let outcome = send(request, attempt.timeout());
//!             attempt.finish(outcome, now)
//!         }
//!         Step::Wait(wait) => {
//!             now += wait.delay(); // in your program: sleep
//!             wait.resume(now)
//!         }
//!         Step::Done(result) => break result,
//!     };
//! };
//! let error = result.unwrap_err();
//! assert!(error.to_string().starts_with("the server does not accept connections"));
//! assert!(error.attempts() > 1 && error.elapsed() > Duration::from_secs(1));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Time and retries
//!
//! A call makes at most 8 attempts of at most 10 s within 30 s. It is retried after 408, 429, 500, 502, 503
//! and 504 and when no complete answer came, with exponential backoff, full jitter and `Retry-After`, and
//! within a budget that all calls to one [`Vault`] share: see [`retry`]. All of it is in [`ClientSettings`]:
//!
//! ```
//! use apideck_vault_core::retry::ExponentialBackoff;
//! use apideck_vault_core::{ClientSettings, Vault};
//! use std::time::Duration;
//!
//! let settings = ClientSettings::from(Vault::new("sk_live_1", "app")?)
//!     .attempt_timeout(Duration::from_secs(5))
//!     .deadline(Duration::from_secs(15))
//!     .retry(ExponentialBackoff::new().max_attempts(4));
//! # Ok::<(), apideck_vault_core::error::BuildError>(())
//! ```
//!
//! # Errors
//!
//! [`CallError`](error::CallError) has one line for a log, [`kind`](error::CallError::kind) to decide on, and
//! the [`history`](error::CallError::history) of the attempts. Its parameter is the error of your HTTP stack.
//! On level 1, [`BuildError`](error::BuildError) says what is wrong with the input, and
//! [`ResponseError`](error::ResponseError) what with the answer. None of them prints a secret of the caller;
//! the raw body of an answer, which some keep, may contain one.
//!
//! ```
//! use apideck_vault_core::error::{CallError, CallErrorKind};
//! use apideck_vault_core::http::StatusCode;
//!
//! /// What a handler answers if no session could be created.
//! fn status<E>(error: &CallError<E>) -> StatusCode {
//!     match error.kind() {
//!         CallErrorKind::Build(_) => StatusCode::BAD_REQUEST,
//!         CallErrorKind::Transport(_) => StatusCode::GATEWAY_TIMEOUT,
//!         _ => StatusCode::BAD_GATEWAY,
//!     }
//! }
//! ```
//!
//! # Logs and metrics
//!
//! [`ClientSettings::observer`] is told of each attempt, each wait and the end of a call. The feature
//! `tracing` makes a span of each call. Both work in every loop, yours included.
//!
//! ```
//! use apideck_vault_core::{ClientSettings, Event, Vault};
//!
//! let vault = Vault::new("sk_live_1", "app")?;
//! let settings = ClientSettings::from(vault).observer(|event| {
//!     if let Event::WaitBegan { attempts, delay, .. } = event {
//!         println!("attempt {attempts} failed, the next one follows in {delay:?}");
//!     }
//! });
//! # Ok::<(), apideck_vault_core::error::BuildError>(())
//! ```
//!
//! # Testing
//!
//! Code on level 1 needs no server: give it answers, as above. `apideck-vault-emulator` is a Vault server in
//! your process that also fails on demand, for what is around it.
//!
//! # Features
//!
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

pub mod error;
pub mod operation;
pub mod proxy;
pub mod retry;

// Before `call`, so that the setters come first on the page of `ClientSettings`.
mod settings;

mod call;
mod connect;
mod create_session;
mod observe;
mod session;
mod token;
mod vault;

#[doc(no_inline)]
pub use bytes::{self, Bytes};
#[doc(no_inline)]
pub use http;
#[doc(no_inline)]
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
