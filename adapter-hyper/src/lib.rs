//! An unofficial client for one thing: creating [Apideck Vault] sessions, on
//! [`hyper`](https://docs.rs/hyper) or any other [tower service] that takes an `http::Request`.
//! Without hyper or tower, use `apideck-vault-reqwest` (async) or `apideck-vault-ureq` (blocking):
//! the types, errors and retries are the same.
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
//! # When to choose it
//!
//! In a program that has hyper or a stack of tower layers already. For any other async application,
//! `apideck-vault-reqwest` is the shorter way.
//!
//! # The default client
//!
//! It is made for this one job: hyper-util's pooled client, https with rustls and Mozilla's root
//! certificates (or the system's: [features](#features)), HTTP/1.1, 5 s to connect, no redirects, and
//! [proxies from the environment](proxy::EnvironmentProxy) for https. If an idle connection turns out to be closed
//! before a request was started on it, the request is sent on another connection, and this does not count as an
//! attempt.
//!
//! It does not speak HTTP/2, which costs a warm call 1.4 to 1.5 times the processor time and saves round trips
//! only where many calls begin at once on one open connection (the figures are in the
//! repository, in `tests/benches/README.md`).
//! With a service of your own that speaks it, everything works the same.
//!
//! If the server's name has several addresses, one that does not answer does not cost the call: the other
//! family (IPv4 or IPv6) is tried after 300 ms ([RFC 8305]), and addresses of one family share the 5 s
//! equally. Of two such addresses, the second one's turn comes after 2.5 s: a deadline of 5 s or less, half of
//! which is the first attempt's, ends before it, so give such a call 6 s. A hyper client of your own divides
//! the connect timeout in the same way, if it has one.
//!
//! # TLS and root certificates
//!
//! A [feature](#features) decides which TLS the default client uses and what it trusts: Mozilla's root
//! certificates, or the system's. For a root certificate from a file, a client certificate or HTTP/2, bring a
//! service of your own ([more](VaultClient::from_client)), here with the crates `hyper-rustls` and `rustls`:
//!
//! ```
//! use apideck_vault_hyper::hyper_util::client::legacy::Client;
//! use apideck_vault_hyper::hyper_util::client::legacy::connect::HttpConnector;
//! use apideck_vault_hyper::hyper_util::rt::TokioExecutor;
//! use apideck_vault_hyper::{Bytes, Full, Vault, VaultClient};
//! # #[cfg(feature = "rustls")]
//! use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
//! use std::error::Error;
//!
//! # #[cfg(feature = "rustls")]
//! type Trusting = VaultClient<Client<HttpsConnector<HttpConnector>, Full<Bytes>>>;
//!
//! /// A client that trusts only this root certificate, which is PEM.
//! # #[cfg(feature = "rustls")]
//! fn trusting(root: &[u8], vault: Vault) -> Result<Trusting, Box<dyn Error>> {
//!     use rustls::pki_types::{CertificateDer, pem::PemObject};
//!     use rustls::{ClientConfig, RootCertStore, crypto::ring};
//!
//!     let mut roots = RootCertStore::empty();
//!     roots.add(CertificateDer::from_pem_slice(root)?)?;
//!     let tls = ClientConfig::builder_with_provider(ring::default_provider().into())
//!         .with_safe_default_protocol_versions()?
//!         .with_root_certificates(roots)
//!         .with_no_client_auth();
//!     let connector = HttpsConnectorBuilder::new()
//!         .with_tls_config(tls)
//!         .https_only()
//!         .enable_http1()
//!         .build();
//!     let client = Client::builder(TokioExecutor::new()).build(connector);
//!     Ok(VaultClient::from_client(vault, client))
//! }
//! # #[cfg(feature = "rustls")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use apideck_vault_emulator::{Certificate, Emulator};
//! # let emulator = Emulator::start_https(Certificate::Good)?;
//! # let authority = emulator.certificate_authority().ok_or("https has one")?;
//! # let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(emulator.url())?;
//! # let client = trusting(authority.pem().as_bytes(), vault)?;
//! # client.create_session(apideck_vault_hyper::CreateSession::new("test-consumer")).await?;
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
//! use apideck_vault_hyper::retry::ExponentialBackoff;
//! use apideck_vault_hyper::{ClientSettings, Vault, VaultClient};
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
//! # Ok::<(), apideck_vault_hyper::error::BuildError>(())
//! ```
//!
//! # Errors
//!
//! [`CallError`] has one line for a log, [`kind`](error::CallError::kind) to decide on, and the
//! [`history`](error::CallError::history) of the attempts. None of it contains a secret of the caller.
//!
//! ```
//! use apideck_vault_hyper::CallError;
//! use apideck_vault_hyper::error::CallErrorKind;
//! use apideck_vault_hyper::http::StatusCode;
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
//! use apideck_vault_hyper::{ClientSettings, Event, Vault, VaultClient};
//!
//! let vault = Vault::new("sk_live_1", "app")?;
//! let settings = ClientSettings::from(vault).observer(|event| {
//!     if let Event::WaitBegan { attempts, delay, .. } = event {
//!         println!("attempt {attempts} failed, the next one follows in {delay:?}");
//!     }
//! });
//! let client = VaultClient::new(settings);
//! # Ok::<(), apideck_vault_hyper::error::BuildError>(())
//! ```
//!
//! # Testing
//!
//! `apideck-vault-emulator` is a Vault server in your process that also fails on demand:
//!
//! ```
//! use apideck_vault_emulator::{Answer, Emulator};
//! use apideck_vault_hyper::{CreateSession, Vault, VaultClient};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let emulator = Emulator::start()?;
//! emulator.script([Answer::status(402)]);
//!
//! let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?;
//! let client = VaultClient::new(vault.with_server_url(emulator.url())?);
//! let create = CreateSession::new("test-consumer");
//! let error = client.create_session(create).await.unwrap_err();
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
//! use apideck_vault_hyper::{Attempts, CreateSession, Vault, VaultClient};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let emulator = Emulator::start()?;
//! # let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(emulator.url())?;
//! # let client = VaultClient::new(vault);
//! let answer = client.send(CreateSession::new("test-consumer")).await?;
//! println!("{} after {} attempts", answer.status(), Attempts::of(&answer));
//! println!("{}", answer.body().session_uri());
//! # Ok(())
//! # }
//! ```
//!
//! For an HTTP stack that has no adapter, `apideck-vault-core` runs a call in a loop of ten lines.
//!
//! # Runtimes
//!
//! A call needs a tokio runtime with I/O and time enabled, and panics if it is polled elsewhere.
//!
//! A connection lives on the runtime whose call opened it, so the default client keeps connections for each
//! runtime, of 64 at most. A client of your own shares them among all: while one runtime exists
//! but does not run, a call from another one may get its idle connection, and wait for its timeout.
//!
//! A process that forks needs a new runtime in the child, with which the default client opens new connections.
//! On the runtime from before the fork, a call may hang, or get the answer to one of the parent's.
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
//!   OpenSSL does not resume TLS sessions here, so each new connection is a full handshake. It speaks
//!   TLS 1.2 and newer. Its errors are sorted as those of rustls, which is tested with OpenSSL. Of Secure
//!   Transport, only the one about an unknown authority is [`Untrusted`](error::FailureKind::Untrusted); the
//!   others are retried. With OpenSSL, an answer without a length is taken for complete when TLS is cut off.
//! - A feature beyond the default overrides it: `native-tls` takes precedence over `rustls-platform-verifier`,
//!   and both over `rustls`.
//! - `tracing`: a span for each call, with the names of OpenTelemetry's HTTP conventions, and an event
//!   for each attempt and each wait. No secret, consumer id or body is in them.
//!
//! [RFC 8305]: https://www.rfc-editor.org/rfc/rfc8305
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

mod by_runtime;
mod client;
mod connect;
mod connector;
mod default_client;
mod drive;
mod tls;
mod transport;
#[cfg(any(feature = "rustls", feature = "native-tls"))]
mod tunnel;

pub use apideck_vault_core::*;
// Named once more, so that rustdoc does not take their documentation in: the core's `no_inline` is not
// looked at through a glob.
#[doc(no_inline)]
pub use apideck_vault_core::{Bytes, bytes, http, serde_json};
pub use client::VaultClient;
pub use default_client::DefaultClient;
#[doc(no_inline)]
pub use http_body_util::Full;
pub use {hyper, hyper_util, tower_service};

/// The error of a call on hyper or another service, whose own error may be of any type.
pub type CallError = error::CallError<error::TransportError>;
