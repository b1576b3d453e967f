//! The HTTP stacks behind one interface, for programs that run on all of them. Not published.
//!
//! Everything such a program knows about a stack is in that stack's file. Adding a stack means adding a
//! file, its `mod` and its entry in [`ALL`].
//!
//! [`HttpStack`] hides the types of a stack, at the price of some boxes for each call. The benchmarks
//! would measure those boxes, so they use the typed clients in each stack's module, and have one
//! hand-written request on each stack to compare with.

mod any_operation;
mod call;
mod client;
pub mod hyper;
pub mod reqwest;
mod tls;
pub mod ureq;

pub use call::{Answered, Call, Failed, Kind, Outcome, outcome};
pub use client::Client;

use apideck_vault_core::ClientSettings;
use std::error::Error;
use std::fmt::Debug;
use std::net::IpAddr;
use std::time::Duration;

/// Every stack.
pub const ALL: &[Stack] = &[reqwest::STACK, ureq::STACK, hyper::STACK];

/// One of the stacks.
pub type Stack = &'static dyn HttpStack;

/// How long the adapters' default clients wait for a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the adapters' default clients keep an idle connection.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// Any error.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// What there is to know about a stack.
pub trait HttpStack: Debug + Sync {
    /// Its name in reports and on command lines.
    fn name(&self) -> &'static str;

    /// Why the stack lacks this ability, if it does.
    fn lacks(&self, ability: Ability) -> Option<&'static str>;

    /// The adapter's default client.
    fn default_client(&self, settings: ClientSettings) -> Client;

    /// The same, except that it trusts only this authority, given as PEM.
    ///
    /// # Errors
    ///
    /// If the authority is not a certificate.
    fn trusting(&self, settings: ClientSettings, authority: &str) -> Result<Client, BoxError>;

    /// The adapter on the stack's own client with that client's default settings, for plain http.
    fn unchanged(&self, settings: ClientSettings) -> Client;

    /// The adapter on the stack's own client, built as the documentation of the adapter's `from_client`
    /// recommends.
    ///
    /// # Errors
    ///
    /// If the authority or the client's own certificate is not a certificate.
    fn custom(&self, settings: ClientSettings, custom: &Custom<'_>) -> Result<Client, BoxError>;
}

/// Something that not every stack can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ability {
    /// A call is a future that can be dropped, on a runtime that can be shut down.
    Futures,
    /// A call blocks its thread.
    Blocking,
    /// The stack can speak HTTP/2.
    Http2,
    /// The stack's own client takes proxies from the environment.
    ProxyOfEnvironment,
    /// The stack's own client follows redirects even when the adapter uses it.
    FollowingRedirects,
    /// The stack's own client can time out in the middle of a body.
    TimingBodies,
    /// The stack's own client unpacks compressed bodies if its feature for that is on.
    Unpacking,
    /// The adapter's default client lets other tasks of its thread have a turn, whatever arrives.
    YieldingOften,
    /// The stack's own client tells the end of a TLS connection from one that was cut off.
    SeeingTheEndOfTls,
    /// The adapter's default client resumes the TLS session of an earlier connection.
    Resuming,
    /// The adapter's default client does not unpack a compressed body that it did not request.
    LeavingPacked,
}

/// How to build the stack's own client.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Custom<'a> {
    authority: Option<&'a str>,
    identity: Option<Identity<'a>>,
    http: Http,
    gives_up_after: Option<Duration>,
    addresses: Option<&'a [IpAddr]>,
}

/// A client's own certificate and its key, as PEM.
#[derive(Debug, Clone, Copy)]
struct Identity<'a> {
    certificate: &'a str,
    key: &'a str,
}

/// A version of HTTP.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Http {
    /// HTTP/1.1.
    #[default]
    One,
    /// HTTP/2, on TLS.
    #[cfg(feature = "http2")]
    Two,
}

impl<'a> Custom<'a> {
    /// A client that trusts no certificate and speaks HTTP/1.1.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts only the certificates of this authority, given as PEM.
    pub fn trusting(self, authority: &'a str) -> Self {
        let authority = Some(authority);
        Self { authority, ..self }
    }

    /// Shows this certificate, with this key, to a server that asks for one. Both are PEM.
    pub fn showing(self, certificate: &'a str, key: &'a str) -> Self {
        let identity = Some(Identity { certificate, key });
        Self { identity, ..self }
    }

    /// Speaks this version of HTTP.
    pub fn http(self, http: Http) -> Self {
        Self { http, ..self }
    }

    /// Finds these addresses for any name, in this order, and has the 5 s of the default client to
    /// connect.
    pub fn finding(self, addresses: &'a [IpAddr]) -> Self {
        let addresses = Some(addresses);
        Self { addresses, ..self }
    }

    /// Gives up by itself if the server is silent for this long, whatever the settings say.
    pub fn gives_up_after(self, silence: Duration) -> Self {
        let gives_up_after = Some(silence);
        Self {
            gives_up_after,
            ..self
        }
    }
}
