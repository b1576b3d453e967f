//! A fleet of clients on the core's own state machine, in virtual time, against a service in
//! trouble.
//!
//! The service is a model: a capacity, a queue of 1 s of work, refusals (503) of what does not fit,
//! each of which costs it a tenth of a request's work (a refusal is read, checked and answered,
//! too; see [Handling Overload](https://sre.google/sre-book/handling-overload/)). The calls are
//! Poisson processes. What a call does is not a model: each is begun with
//! [`ClientSettings::begin`](apideck_vault_core::ClientSettings::begin).
//!
//! A fleet of more than 10,000 clients is divided into cells of at most 250, each with its share of
//! the service: their waiting calls fit a processor's cache, and every core has work.

mod ask;
mod callers;
mod calls;
mod cell;
mod client;
mod elsewhere;
mod events;
mod limit;
mod memory;
mod official;
mod policy;
mod random;
mod record;
mod report;
mod scenario;
mod service;
mod threads;

pub use callers::{Behind, Caller, CallerRow, Trouble, behind, play};
pub use memory::Holds;
pub use policy::Policy;
pub use report::{Load, Row};
pub use scenario::Scenario;

use std::fmt;
use std::num::NonZero;
use std::thread;

const CLIENTS_OF_ONE_CELL: u32 = 10_000;
const CLIENTS_OF_MANY: u32 = 250;

/// What is simulated.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// How many clients there are. Default: 10,000.
    pub clients: u32,
    /// How many calls each of them makes in a second, on average. Default: 1.
    pub calls_per_second: f64,
    /// How many requests the service can answer, in parts of the calls. Default: 1.3.
    pub capacity: f64,
    /// After how many seconds a caller gives up. Default: 30.
    pub patience: f64,
    /// What a refusal costs the service, in parts of a request's work. Default: 0.1.
    pub refusal_cost: f64,
    /// How many seconds a 503 asks to wait (`Retry-After`). Default: it does not say.
    pub retry_after: Option<u64>,
    /// Where all randomness comes from. Default: 1.
    pub seed: u64,
    /// How many threads to use. Default: as many as there are cores.
    pub threads: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            clients: 10_000,
            calls_per_second: 1.0,
            capacity: 1.3,
            patience: 30.0,
            refusal_cost: 0.1,
            retry_after: None,
            seed: 1,
            threads: thread::available_parallelism().map_or(1, NonZero::get),
        }
    }
}

impl fmt::Display for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} clients, {} calls per second each, patience {} s, capacity {}, refusal cost {}",
            self.clients, self.calls_per_second, self.patience, self.capacity, self.refusal_cost,
        )
    }
}

/// Simulates each policy in each scenario. `progress` hears of how many runs how many are done,
/// with the part of the run that is under way.
///
/// # Panics
///
/// If `progress` does.
pub fn simulate(
    settings: &Settings,
    scenarios: &[Scenario],
    policies: &[Policy],
    progress: impl Fn(f64) + Sync,
) -> Vec<(Row, Load)> {
    let cells = match settings.clients {
        0..=CLIENTS_OF_ONE_CELL => 1,
        clients => clients.div_ceil(CLIENTS_OF_MANY),
    };
    let runs: Vec<_> = scenarios
        .iter()
        .flat_map(|scenario| policies.iter().map(move |policy| (*scenario, policy)))
        .collect();
    let jobs = runs.len() * cells as usize;
    let results = threads::run(settings.threads, jobs, progress, |job, report| {
        let (run, cell) = (job / cells as usize, (job % cells as usize) as u32);
        let (scenario, policy) = runs[run];
        let clients = settings.clients / cells + u32::from(cell < settings.clients % cells);
        cell::simulate(scenario, policy, settings, clients, u64::from(cell), report)
    });
    runs.iter()
        .zip(results.chunks(cells as usize))
        .map(|((scenario, policy), cells)| report::summarize(settings, *scenario, policy, cells))
        .collect()
}
