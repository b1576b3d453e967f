//! What a client does, and the result.

use apideck_vault_core::Session;
use apideck_vault_stacks::{Ability, hyper, reqwest, ureq};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

use super::Anything;
use crate::example;

/// An HTTP stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stack {
    Hyper,
    Reqwest,
    Ureq,
}

impl Stack {
    pub(crate) const ALL: [Self; 3] = [Self::Hyper, Self::Reqwest, Self::Ureq];

    /// What is known about it.
    fn known(self) -> apideck_vault_stacks::Stack {
        match self {
            Self::Hyper => hyper::STACK,
            Self::Reqwest => reqwest::STACK,
            Self::Ureq => ureq::STACK,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        self.known().name()
    }

    /// Whether a call blocks its thread.
    pub(crate) fn blocks(self) -> bool {
        self.known().lacks(Ability::Blocking).is_none()
    }
}

/// Which implementation the client uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Side {
    Ours,
    ByHand,
}

/// Which clients have time limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Timeouts {
    Off,
    On,
    /// Only ours: by hand is as fast as it can be.
    Ours,
}

impl Timeouts {
    pub(crate) const ALL: [Self; 3] = [Self::Off, Self::On, Self::Ours];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::On => "on",
            Self::Ours => "ours",
        }
    }

    /// Whether this client has them.
    pub(crate) fn has(self, side: Side) -> bool {
        self == Self::On || (self == Self::Ours && side == Side::Ours)
    }
}

/// What one client process does.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Work {
    pub(crate) stack: Stack,
    pub(crate) side: Side,
    /// The server, `127.0.0.1:…`.
    pub(crate) authority: String,
    /// The server's own certificate as a PEM file, if it speaks TLS.
    pub(crate) certificate: Option<PathBuf>,
    /// Whether attempts and, for ours, calls have a time limit.
    pub(crate) timeouts: Timeouts,
    pub(crate) in_flight: usize,
    /// How many bytes of `custom_consumer_settings` to send instead of the example's.
    pub(crate) settings_bytes: Option<usize>,
    /// How many attempts a call takes.
    pub(crate) attempts: u32,
    /// How many clients share the calls.
    pub(crate) clients: usize,
    /// Whether these clients share a retry budget.
    pub(crate) shared_budget: bool,
}

impl Work {
    /// Calls with the contract's example, one attempt each.
    pub(crate) fn new(stack: Stack, side: Side) -> Self {
        Self {
            stack,
            side,
            authority: String::new(),
            certificate: None,
            timeouts: Timeouts::On,
            in_flight: 1,
            settings_bytes: None,
            attempts: 1,
            clients: 1,
            shared_budget: false,
        }
    }

    /// The session that every call sends.
    pub(crate) fn session(&self) -> Session {
        let Some(bytes) = self.settings_bytes else {
            return example::session();
        };
        // A key, 80 characters and the JSON around them: 100 bytes.
        (0..bytes / 100).fold(Session::new(), |session, entry| {
            session.custom_consumer_setting(format!("setting_{entry:05}"), "x".repeat(80))
        })
    }

    /// An ID for each call in flight, so that the server can count its attempts.
    pub(crate) fn consumer_id(&self, call: usize) -> String {
        format!("{}-{call}", example::CONSUMER_ID)
    }
}

/// What a client should do next.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Ask {
    /// One call from each of those that are in flight.
    Once,
    /// Calls for this many milliseconds.
    For(u64),
}

/// The result.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Slice {
    pub(crate) calls: u64,
    pub(crate) lost: u64,
    /// The error of one of the lost calls.
    pub(crate) error: Option<String>,
    pub(crate) seconds: f64,
    /// User and system time of the whole process.
    pub(crate) cpu_seconds: f64,
    /// The 50th, 95th and 99th percentile of the latency, in microseconds.
    pub(crate) latencies: [f64; 3],
    /// The peak of the process since it began.
    pub(crate) peak_resident_bytes: u64,
    /// The peak in this slice above the level at its beginning, if it was measured.
    pub(crate) heap_bytes: u64,
}

impl Slice {
    pub(crate) fn cpu_per_call(&self) -> f64 {
        self.cpu_seconds * 1e6 / self.calls as f64
    }

    pub(crate) fn calls_per_second(&self) -> f64 {
        self.calls as f64 / self.seconds
    }

    /// Returns the slice if no call was lost.
    pub(crate) fn complete(self) -> Result<Self, Anything> {
        match self.error {
            Some(error) => Err(format!("{} calls lost: {error}", self.lost).into()),
            None if self.calls == 0 => Err("a slice without calls".into()),
            None => Ok(self),
        }
    }
}
