//! The policies that are compared.

use apideck_vault_core::retry::{ExponentialBackoff, OfficialBackoff, RetryPolicy};

use super::memory::Holds;
use super::official::{OfficialGo, OfficialPython};

/// A policy under comparison.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Policy {
    /// One attempt.
    None,
    /// The official TypeScript SDK's.
    OfficialTypeScript,
    /// The official Go SDK's.
    OfficialGo,
    /// The official Python SDK's.
    OfficialPython,
    /// This library's default without its budget.
    DefaultWithoutBudget,
    /// This library's default.
    Default,
    /// This library's default in a client that remembers a `Retry-After`.
    Remembering(Holds),
    /// One that is tried out: its name, and what makes each client's.
    Candidate(String, fn(&[f64]) -> ExponentialBackoff, Vec<f64>),
}

impl Policy {
    /// Those of the comparison.
    pub const ALL: [Self; 6] = [
        Self::None,
        Self::OfficialTypeScript,
        Self::OfficialGo,
        Self::OfficialPython,
        Self::DefaultWithoutBudget,
        Self::Default,
    ];

    /// Those that were tried out and left.
    pub const EXPERIMENTS: [Self; 2] = [
        Self::Remembering(Holds::Retries),
        Self::Remembering(Holds::All),
    ];

    /// As it is called in the report.
    pub fn name(&self) -> &str {
        match self {
            Self::None => "none",
            Self::OfficialTypeScript => "official-typescript",
            Self::OfficialGo => "official-go",
            Self::OfficialPython => "official-python",
            Self::DefaultWithoutBudget => "default-without-budget",
            Self::Default => "default",
            Self::Remembering(Holds::Retries) => "remembers-for-retries",
            Self::Remembering(Holds::All) => "remembers-for-all",
            Self::Candidate(name, ..) => name,
        }
    }

    /// Which calls a `Retry-After` holds that another of the client's calls got.
    pub(super) fn remembers(&self) -> Option<Holds> {
        match self {
            Self::Remembering(holds) => Some(*holds),
            _ => None,
        }
    }

    /// Each client's own, or one for all if it knows nothing of its calls.
    pub(super) fn of_clients(&self, clients: u32) -> Vec<Box<dyn RetryPolicy>> {
        match self {
            Self::None => vec![Box::new(ExponentialBackoff::none().budget(None))],
            Self::OfficialTypeScript => vec![Box::new(OfficialBackoff::new())],
            Self::OfficialGo => vec![Box::new(OfficialGo)],
            Self::OfficialPython => vec![Box::new(OfficialPython)],
            Self::DefaultWithoutBudget => {
                vec![Box::new(ExponentialBackoff::new().budget(None))]
            }
            Self::Default | Self::Remembering(_) => (0..clients)
                .map(|_| Box::new(ExponentialBackoff::new()) as _)
                .collect(),
            Self::Candidate(_, make, values) => {
                (0..clients).map(|_| Box::new(make(values)) as _).collect()
            }
        }
    }
}
