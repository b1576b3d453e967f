//! The policies that are compared.

use apideck_vault_core::retry::{ExponentialBackoff, RetryBudget};
use apideck_vault_core::{ClientSettings, Vault};
use std::time::Duration;

use super::client::Client;
use super::elsewhere::Elsewhere;
use super::limit::Limit;
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
    /// The AWS SDKs' standard mode, before 2026.
    Aws,
    /// The AWS SDKs' standard mode, since its update in 2026.
    Aws2026,
    /// gRPC's retry policy and throttling.
    Grpc,
    /// This library's backoff with Finagle's budget.
    Finagle,
    /// This library's default without its budget.
    DefaultWithoutBudget,
    /// This library's default.
    Default,
    /// This library's default in a client that remembers a `Retry-After`.
    Remembering(Holds),
    /// This library's default with a budget that is tried out: its capacity, and what is added by a
    /// success, by one while retries of held calls fail, and by a second of held calls, in retries.
    Candidate([f64; 4]),
}

impl Policy {
    /// Those of the comparison.
    pub const ALL: [Self; 10] = [
        Self::None,
        Self::OfficialTypeScript,
        Self::OfficialGo,
        Self::OfficialPython,
        Self::Aws,
        Self::Aws2026,
        Self::Grpc,
        Self::Finagle,
        Self::DefaultWithoutBudget,
        Self::Default,
    ];

    /// Those that were tried out and left.
    pub const EXPERIMENTS: [Self; 2] = [
        Self::Remembering(Holds::Retries),
        Self::Remembering(Holds::All),
    ];

    /// As it is called in the report.
    pub fn name(&self) -> String {
        let name = match self {
            Self::None => "none",
            Self::OfficialTypeScript => "official-typescript",
            Self::OfficialGo => "official-go",
            Self::OfficialPython => "official-python",
            Self::Aws => "aws",
            Self::Aws2026 => "aws-2026",
            Self::Grpc => "grpc",
            Self::Finagle => "finagle",
            Self::DefaultWithoutBudget => "default-without-budget",
            Self::Default => "default",
            Self::Remembering(Holds::Retries) => "remembers-for-retries",
            Self::Remembering(Holds::All) => "remembers-for-all",
            Self::Candidate([capacity, success, slow_success, held]) => {
                return format!("{capacity},{success},{slow_success},{held}");
            }
        };
        name.to_owned()
    }

    /// Which calls a `Retry-After` holds that another of the client's calls got.
    pub(super) fn remembers(&self) -> Option<Holds> {
        match self {
            Self::Remembering(holds) => Some(*holds),
            _ => None,
        }
    }

    /// Each client, or one for all if their calls share nothing. The deadline is the patience of the
    /// callers: what a policy would do later, nobody waits for.
    pub(super) fn of_clients(&self, clients: u32, patience: Duration) -> Vec<Client> {
        let vault = Vault::new("key", "app").expect("they are visible ASCII characters");
        let client = ClientSettings::from(vault).deadline(patience);
        let without_budget = client.clone().budget(None);
        let one_for_all = |settings: ClientSettings| {
            let limit = None;
            vec![Client { settings, limit }]
        };
        let official = |official: Official| {
            let timeout = official.attempt_timeout();
            one_for_all(
                without_budget
                    .clone()
                    .retry(official)
                    .attempt_timeout(timeout),
            )
        };
        let limited = |settings: ClientSettings, limit: &dyn Fn() -> Limit| {
            let client = |_| Client {
                settings: settings.clone(),
                limit: Some(limit()),
            };
            (0..clients).map(client).collect()
        };
        let elsewhere = |policy: Elsewhere, limit: &dyn Fn() -> Limit| {
            limited(
                without_budget.clone().retry(policy).attempt_timeout(None),
                limit,
            )
        };
        let each = |budget: &dyn Fn() -> RetryBudget| {
            let client = |_| Client {
                settings: client.clone().budget(budget()),
                limit: None,
            };
            (0..clients).map(client).collect()
        };
        match self {
            Self::None => one_for_all(without_budget.clone().retry(ExponentialBackoff::none())),
            Self::OfficialTypeScript => official(Official::TypeScript),
            Self::OfficialGo => official(Official::Go),
            Self::OfficialPython => official(Official::Python),
            Self::Aws => elsewhere(Elsewhere::Aws, &|| Limit::aws(false)),
            Self::Aws2026 => elsewhere(Elsewhere::Aws2026, &|| Limit::aws(true)),
            Self::Grpc => elsewhere(Elsewhere::Grpc, &Limit::grpc),
            Self::Finagle => limited(without_budget.clone(), &Limit::finagle),
            Self::DefaultWithoutBudget => one_for_all(without_budget.clone()),
            Self::Default | Self::Remembering(_) => each(&RetryBudget::new),
            Self::Candidate([capacity, success, slow_success, held]) => each(&|| {
                RetryBudget::new().capacity(*capacity as u32).refilled(
                    *success,
                    *slow_success,
                    *held,
                )
            }),
        }
    }
}
