//! An unofficial client for one thing: creating [Apideck Vault] sessions, on
//! [`ureq`](https://docs.rs/ureq). It is blocking and needs no runtime. In async programs, use
//! `apideck-vault-reqwest` or `apideck-vault-hyper`: the types, errors and retries are the same.
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
//! # When to choose it
//!
//! In a command-line tool, a worker, a script: it blocks its thread and needs no runtime. In async code,
//! run it with `tokio::task::spawn_blocking`, or use one of the async clients.
//!
//! # The default client
//!
//! It is made for this one job: https with rustls and Mozilla's root certificates (or the system's:
//! [features](#features)), pooled connections (as many as there are concurrent calls; ureq by default keeps 3),
//! 5 s to connect, no redirects, and [proxies from the environment](proxy::EnvironmentProxy) for https.
//!
//! **A log at level `trace` contains the API key and the session token**, because ureq then logs every byte
//! of requests and answers, in hexadecimal. Leave that out with a filter for its part that does so, such as
//! `RUST_LOG=trace,ureq_proto=debug`. At `debug`, neither is logged.
//!
//! If the server's name has several addresses, one that does not answer does not cost the call: ureq tries
//! them one after the other, and each may take twice as long as the next one (3.3 and 1.7 s of the 5 s,
//! if there are two). With a shorter deadline, they share the time of the attempt in the same way.
//!
//! Five things are specific to ureq:
//!
//! - An agent of your own does what ureq does: where there is a time limit, it starts a thread to look a
//!   name up for each request, and a proxy that drips its answer to `CONNECT` can hold up an attempt for
//!   longer than its timeout. If any part of the program enables ureq's feature `cookies`, it sends the
//!   cookies of an answer with the next request, whatever key that has. Over TLS, it may take what a server
//!   sends behind an answer, in a TLS record of its own, for the answer to the next request.
//! - The default client keeps no cookies, and connects within 5 s, whatever it has to do for that. An address
//!   needs no lookup, requests that need the same name share one, and what it found is kept for 10 s, or
//!   until a connection fails.
//! - In a program that enables its feature `gzip` or `brotli`, compressed answers are decompressed,
//!   although this client does not request them. The size limit then applies to the decompressed
//!   body.
//! - After a fork, parent and child use connections of their own. An agent of your own shares them, and a call
//!   may get the answer to one of the other process: make the agent in the child.
//! - An attempt with a different timeout than the client was made with, because one call has its
//!   own settings or its deadline is near, costs a little more, because that request needs its own
//!   configuration.
//!
//! # TLS and root certificates
//!
//! A [feature](#features) decides which TLS the default client uses and what it trusts: Mozilla's root
//! certificates, or the system's. For a root certificate from a file, a client certificate or a SOCKS proxy,
//! bring an agent of your own ([more](VaultClient::from_client)):
//!
//! ```
//! use apideck_vault_ureq::{Vault, VaultClient, ureq};
//!
//! /// A client that trusts only this root certificate, which is PEM.
//! # #[cfg(feature = "rustls")]
//! fn trusting(root: &[u8], vault: Vault) -> Result<VaultClient, ureq::Error> {
//!     use ureq::tls::{Certificate, TlsConfig};
//!
//!     let root = Certificate::from_pem(root)?;
//!     let tls = TlsConfig::builder().root_certs([root].into()).build();
//!     let agent = ureq::Agent::config_builder().tls_config(tls).build().new_agent();
//!     Ok(VaultClient::from_client(vault, agent))
//! }
//! # #[cfg(feature = "rustls")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use apideck_vault_emulator::{Certificate, Emulator};
//! # let emulator = Emulator::start_https(Certificate::Good)?;
//! # let authority = emulator.certificate_authority().ok_or("https has one")?;
//! # let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(emulator.url())?;
//! # let client = trusting(authority.pem().as_bytes(), vault)?;
//! # client.create_session(apideck_vault_ureq::CreateSession::new("test-consumer"))?;
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "rustls"))]
//! # fn main() {}
//! ```
//!
//! # Time and retries
//!
//! A call makes at most 8 attempts of at most 10 s within 30 s. It is retried after 408, 429, 500, 502, 503
//! and 504 and when no complete answer came, with exponential backoff, full jitter and `Retry-After`, and
//! within a budget that all calls to one [`Vault`] share: see [`retry`]. All of it is in
//! [`ClientSettings`], for the client or for one call:
//!
//! ```
//! use apideck_vault_ureq::retry::ExponentialBackoff;
//! use apideck_vault_ureq::{ClientSettings, Vault, VaultClient};
//! use std::time::Duration;
//!
//! let settings = ClientSettings::from(Vault::new("sk_live_1", "app")?)
//!     .attempt_timeout(Duration::from_secs(5))
//!     .retry(ExponentialBackoff::new().max_attempts(4));
//! let client = VaultClient::new(settings);
//!
//! // For one call, or for some, that shares the connections and the budget:
//! let impatient =
//!     client.with_settings(|settings| settings.deadline(Duration::from_secs(3)));
//! # Ok::<(), apideck_vault_ureq::error::BuildError>(())
//! ```
//!
//! # Errors
//!
//! [`CallError`] has one line for a log, [`kind`](error::CallError::kind) to decide on, and the
//! [`history`](error::CallError::history) of the attempts. None of it contains a secret of the caller.
//!
//! ```
//! use apideck_vault_ureq::CallError;
//! use apideck_vault_ureq::error::CallErrorKind;
//! use apideck_vault_ureq::http::StatusCode;
//!
//! /// What a handler answers if no session could be created.
//! fn status(error: &CallError) -> StatusCode {
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
//! `tracing` makes a span of each call.
//!
//! ```
//! use apideck_vault_ureq::{ClientSettings, Event, Vault, VaultClient};
//!
//! let vault = Vault::new("sk_live_1", "app")?;
//! let settings = ClientSettings::from(vault).observer(|event| {
//!     if let Event::WaitBegan { attempts, delay, .. } = event {
//!         println!("attempt {attempts} failed, the next one follows in {delay:?}");
//!     }
//! });
//! let client = VaultClient::new(settings);
//! # Ok::<(), apideck_vault_ureq::error::BuildError>(())
//! ```
//!
//! # Testing
//!
//! `apideck-vault-emulator` is a Vault server in your process that also fails on demand:
//!
//! ```
//! use apideck_vault_emulator::{Answer, Emulator};
//! use apideck_vault_ureq::{CreateSession, Vault, VaultClient};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::start()?;
//! emulator.script([Answer::status(402)]);
//!
//! let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?;
//! let client = VaultClient::new(vault.with_server_url(emulator.url())?);
//! let create = CreateSession::new("test-consumer");
//! let error = client.create_session(create).unwrap_err();
//! assert!(error.api_error().is_some_and(|refused| refused.is_payment_required()));
//! # Ok(())
//! # }
//! ```
//!
//! # Other endpoints
//!
//! [`send`](VaultClient::send) takes any [`Operation`], also one of your own, with the same retries, and returns
//! the whole answer:
//!
//! ```
//! # use apideck_vault_emulator::Emulator;
//! use apideck_vault_ureq::{Attempts, CreateSession, Vault, VaultClient};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::start()?;
//! # let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(emulator.url())?;
//! # let client = VaultClient::new(vault);
//! let answer = client.send(CreateSession::new("test-consumer"))?;
//! println!("{} after {} attempts", answer.status(), Attempts::of(&answer));
//! println!("{}", answer.body().session_uri());
//! # Ok(())
//! # }
//! ```
//!
//! For an HTTP stack that has no adapter, `apideck-vault-core` runs a call in a loop of ten lines.
//!
//! # Features
//!
//! - `rustls` (default): https for the default client, by rustls with the ring provider and Mozilla's root
//!   certificates, which are compiled in: it works in an empty container. Nothing is installed process-wide.
//!   The build needs a C compiler.
//! - `rustls-platform-verifier`: the same, but the operating system judges certificates, so that the ones your
//!   company has installed there are trusted, such as that of a proxy that looks into TLS. On Linux, these are
//!   the system's root certificates (Debian's package `ca-certificates`), or the file that `SSL_CERT_FILE`
//!   names; they are read when the client first needs them, and without any, no https call is sent. On Android,
//!   the program has to [initialize](https://docs.rs/rustls-platform-verifier) the verifier.
//! - `native-tls`: https for the default client by the system's TLS library with the system's root certificates,
//!   for where a policy prescribes that library. This is SChannel on Windows, Secure Transport on macOS (neither
//!   needs a C compiler), and OpenSSL elsewhere: the build needs its headers (Debian's packages `libssl-dev`
//!   and `pkg-config`) and a C compiler, and the program needs its libraries (`libssl3`) and root certificates.
//!   OpenSSL does not resume TLS sessions here, so each new connection is a full handshake. Which versions of
//!   TLS it speaks is left to that library: OpenSSL 3 refuses those before 1.2, Secure Transport does not. Its
//!   errors are sorted as those of rustls, which is tested with OpenSSL. Of Secure Transport, only the one about
//!   an unknown authority is [`Untrusted`](error::FailureKind::Untrusted); the others are retried.
//! - A feature beyond the default overrides it: `native-tls` takes precedence over `rustls-platform-verifier`,
//!   and both over `rustls`.
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
mod connector;
mod default_client;
mod drive;
mod limit;
mod lookup;
mod not_connected;
mod steps;
mod times;
mod tls;
mod transport;

pub use apideck_vault_core::*;
// Named once more, so that rustdoc does not take their documentation in: the core's `no_inline` is not
// looked at through a glob.
#[doc(no_inline)]
pub use apideck_vault_core::{Bytes, bytes, http, serde_json};
pub use client::VaultClient;
pub use ureq;

/// The error of a call on ureq.
pub type CallError = error::CallError<ureq::Error>;
