//! The HTTP stacks behind one face, for programs that go through all of them. Not published.
//!
//! All that such a program knows of a stack is in the stack's file: another stack is another file,
//! its `mod` and its entry in [`ALL`].

mod any_operation;
mod call;
mod client;
mod hyper;
mod reqwest;
mod ureq;

pub use call::{Answered, Call, Failed, Kind, Outcome, outcome};
pub use client::Client;

use apideck_vault_core::ClientSettings;
use std::error::Error;
use std::fmt::Debug;
use std::time::Duration;

/// Every stack.
pub const ALL: &[Stack] = &[&reqwest::Reqwest, &ureq::Ureq, &hyper::Hyper];

/// One of the stacks.
pub type Stack = &'static dyn HttpStack;

/// What can go wrong when a client is built.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// What there is to know of a stack.
pub trait HttpStack: Debug + Sync {
    /// As it is called in a report, and on a command line.
    fn name(&self) -> &'static str;

    /// Why the stack lacks this ability, if it does.
    fn lacks(&self, ability: Ability) -> Option<&'static str>;

    /// The adapter's default client.
    fn default_client(&self, settings: ClientSettings) -> Client;

    /// The adapter on the stack's own client as it comes, for plain http.
    fn unchanged(&self, settings: ClientSettings) -> Client;

    /// The adapter on a client of the stack's own, made as the documentation of the adapter's
    /// `from_client` says.
    ///
    /// # Errors
    ///
    /// If the authority is not a certificate.
    fn custom(&self, settings: ClientSettings, custom: &Custom<'_>) -> Result<Client, BoxError>;
}

/// What not every stack can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ability {
    /// A call is a future, which can be dropped, on a runtime, which can end.
    Futures,
    /// A call blocks its thread.
    Blocking,
    /// The stack speaks HTTP/2 if its user wants it.
    Http2,
    /// Proxies come from the environment.
    ProxyOfEnvironment,
    /// The stack's own client follows redirects in the adapter too.
    FollowingRedirects,
    /// The stack's own client gives up by itself in the middle of a body too.
    TimingBodies,
    /// The stack's own client unpacks what comes packed, if its feature for that is on.
    Unpacking,
    /// The adapter's default client leaves packed what it did not ask to be packed.
    LeavingPacked,
}

/// What is wanted of a client of the stack's own.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct Custom<'a> {
    authority: Option<&'a str>,
    http: Http,
    gives_up_after: Option<Duration>,
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
    /// One that trusts no certificate and speaks HTTP/1.1.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts the certificates of this authority, given as PEM, and no other ones.
    pub fn trusting(self, authority: &'a str) -> Self {
        let authority = Some(authority);
        Self { authority, ..self }
    }

    /// Speaks this version of HTTP.
    pub fn http(self, http: Http) -> Self {
        Self { http, ..self }
    }

    /// Gives up by itself if the server is silent for so long, whatever the settings say.
    pub fn gives_up_after(self, silence: Duration) -> Self {
        let gives_up_after = Some(silence);
        Self {
            gives_up_after,
            ..self
        }
    }
}
