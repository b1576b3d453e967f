//! A client process: builds the requested client and lets it work, slice by slice.

use apideck_vault_core::retry::{ExponentialBackoff, RetryBudget};
use apideck_vault_core::{ClientSettings, Vault};
use hdrhistogram::Histogram;
use std::io::{BufRead as _, Write as _};
use std::time::{Duration, Instant};

use super::stacks::{hyper, reqwest, ureq};
use super::work::{Ask, Side, Slice, Stack, Work};
use super::{Anything, Measure, asynchronous, blocking, process};
use crate::example::{API_KEY, APP_ID};

/// Works until its parent closes the input.
pub(crate) fn run(work: &str, measure: Option<Measure>) -> Result<(), Anything> {
    let work: Work = serde_json::from_str(work)?;
    process::allow_many_files()?;
    match (work.stack, work.side) {
        (Stack::Hyper, Side::Ours) => asynchronous::run(&work, measure, hyper::ours),
        (Stack::Hyper, Side::ByHand) => asynchronous::run(&work, measure, hyper::by_hand),
        (Stack::Reqwest, Side::Ours) => asynchronous::run(&work, measure, reqwest::ours),
        (Stack::Reqwest, Side::ByHand) => asynchronous::run(&work, measure, reqwest::by_hand),
        (Stack::Ureq, Side::Ours) => blocking::run(&work, ureq::ours),
        (Stack::Ureq, Side::ByHand) => blocking::run(&work, ureq::by_hand),
    }
}

/// Answers one request of the parent after the other.
pub(crate) fn answer(
    mut slice: impl FnMut(Ask) -> Result<Slice, Anything>,
) -> Result<(), Anything> {
    for line in std::io::stdin().lock().lines() {
        let slice = slice(serde_json::from_str(&line?)?)?;
        let mut output = std::io::stdout().lock();
        serde_json::to_writer(&mut output, &slice)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
    Ok(())
}

/// The settings of each client: the default ones, with the changes that the work requires.
pub(crate) fn settings(work: &Work) -> Result<Vec<ClientSettings>, Anything> {
    // Enough for the retries of all calls at once, so that none is held back.
    let budget = || {
        let retries = f64::from(work.attempts);
        RetryBudget::new()
            .capacity(10_000)
            .refilled(retries, 0.0, 0.0)
    };
    let shared = budget();
    (0..work.clients)
        .map(|_| {
            let mut settings = ClientSettings::from(vault(work)?);
            if !work.timeouts.has(work.side) {
                settings = settings.attempt_timeout(None).deadline(None);
            }
            if work.attempts > 1 {
                let retry = ExponentialBackoff::new()
                    .max_attempts(work.attempts)
                    .initial_backoff(Duration::ZERO);
                let own = if work.shared_budget {
                    shared.clone()
                } else {
                    budget()
                };
                settings = settings.retry(retry).budget(own);
            }
            Ok(settings)
        })
        .collect()
}

/// The server of our clients.
fn vault(work: &Work) -> Result<Vault, Anything> {
    let scheme = if work.certificate.is_some() {
        "https"
    } else {
        "http"
    };
    let url = format!("{scheme}://{}", work.authority);
    Ok(Vault::new(API_KEY, APP_ID)?.with_server_url(url)?)
}

/// What one caller has seen.
#[derive(Debug)]
pub(crate) struct Seen {
    latencies: Histogram<u32>,
    lost: u64,
    error: Option<String>,
}

impl Seen {
    pub(crate) fn new() -> Result<Self, Anything> {
        Ok(Self {
            // Up to a minute, precise to one percent.
            latencies: Histogram::new_with_bounds(1, 60_000_000_000, 2)?,
            lost: 0,
            error: None,
        })
    }

    /// Adds a call.
    pub(crate) fn add(&mut self, took: Duration, outcome: Result<usize, Anything>) {
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.latencies.saturating_record(nanoseconds);
        // The response is used, so that the compiler cannot leave out any part of it.
        if let Err(error) = outcome.map(std::hint::black_box) {
            self.lost += 1;
            self.error = Some(chain(&*error));
        }
    }

    pub(crate) fn merge(&mut self, other: &mut Self) -> Result<(), Anything> {
        self.latencies.add(&other.latencies)?;
        self.lost += other.lost;
        self.error = other.error.take().or(self.error.take());
        Ok(())
    }
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text = format!("{text}: {source}");
        next = source.source();
    }
    text
}

/// A slice that has begun.
#[derive(Debug)]
pub(crate) struct Begun {
    at: Instant,
    cpu_seconds: f64,
}

impl Begun {
    pub(crate) fn now() -> Result<Self, Anything> {
        Ok(Self {
            at: Instant::now(),
            cpu_seconds: process::cpu_seconds()?,
        })
    }

    pub(crate) fn at(&self) -> Instant {
        self.at
    }

    pub(crate) fn end(&self) -> Result<Slice, Anything> {
        Ok(Slice {
            cpu_seconds: process::cpu_seconds()? - self.cpu_seconds,
            seconds: self.at.elapsed().as_secs_f64(),
            ..Slice::default()
        })
    }
}

impl Slice {
    pub(crate) fn with(self, seen: Seen) -> Result<Self, Anything> {
        let latency = |part| seen.latencies.value_at_quantile(part) as f64 / 1e3;
        Ok(Self {
            calls: seen.latencies.len(),
            lost: seen.lost,
            latencies: [0.5, 0.95, 0.99].map(latency),
            error: seen.error,
            peak_resident_bytes: process::peak_resident_bytes()?,
            ..self
        })
    }
}
