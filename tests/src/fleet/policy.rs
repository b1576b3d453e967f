//! The policies that are compared.

use apideck_vault_core::retry::{ExponentialBackoff, RetryBudget};
use apideck_vault_core::{ClientSettings, Vault};
use std::time::Duration;

use super::memory::Holds;
use super::official::Official;

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
    /// This library's default with a budget that is tried out: its name, and what makes each
    /// client's.
    Candidate(String, fn(&[f64]) -> RetryBudget, Vec<f64>),
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

    /// Each client's settings, or one for all if their calls share nothing. The deadline is the
    /// patience of the callers: what a policy would do later, nobody waits for.
    pub(super) fn of_clients(&self, clients: u32, patience: Duration) -> Vec<ClientSettings> {
        let vault = Vault::new("key", "app").expect("they are visible ASCII characters");
        let client = ClientSettings::from(vault).deadline(patience);
        let one_for_all = |client: ClientSettings| vec![client.budget(None)];
        let official = |official: Official| {
            let timeout = official.attempt_timeout();
            one_for_all(client.clone().retry(official).attempt_timeout(timeout))
        };
        let each = |budget: &dyn Fn() -> RetryBudget| {
            let clients = 0..clients;
            clients.map(|_| client.clone().budget(budget())).collect()
        };
        match self {
            Self::None => one_for_all(client.clone().retry(ExponentialBackoff::none())),
            Self::OfficialTypeScript => official(Official::TypeScript),
            Self::OfficialGo => official(Official::Go),
            Self::OfficialPython => official(Official::Python),
            Self::DefaultWithoutBudget => one_for_all(client.clone()),
            Self::Default | Self::Remembering(_) => each(&RetryBudget::new),
            Self::Candidate(_, make, values) => each(&|| make(values)),
        }
    }
}
