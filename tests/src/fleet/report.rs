//! What is told of a run.

use serde_json::{Value, json};
use std::fmt;

use super::cell::CellResult;
use super::events::SECOND;
use super::record::Sum;
use super::{Policy, Scenario, Settings};

/// What came of one policy in one scenario, for the calls that began while the cause lasted, followed to
/// their end: the same calls for every policy.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Row {
    /// The scenario's name.
    pub scenario: &'static str,
    /// The policy's name.
    pub policy: String,
    /// Attempts for each call.
    pub attempts_per_call: f64,
    /// The attempts of the worst second, for each call that begins in a mean second.
    pub attempts_per_call_worst_second: f64,
    /// The share of calls that succeed.
    pub rescued_rate: f64,
    /// From the end of the cause until the service refuses nothing for 10 s in a row.
    pub seconds_to_recover: f64,
    /// The time in which half of the calls are over, in milliseconds.
    pub p50_ms: f64,
    /// The time in which 95 % of the calls are over, in milliseconds.
    pub p95_ms: f64,
    /// The time in which 99 % of the calls are over, in milliseconds.
    pub p99_ms: f64,
}

/// The load of a run: attempts per call in each second since the cause began.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Load {
    /// Whose load it is.
    pub policy: String,
    /// Attempts in each second, for each call that begins in a mean second.
    pub attempts_per_call: Vec<f64>,
}

pub(super) fn summarize(
    settings: &Settings,
    scenario: Scenario,
    policy: &Policy,
    cells: &[CellResult],
) -> (Row, Load) {
    let mut cause = Sum::default();
    let mut attempts: Vec<u64> = Vec::new();
    // What a cell is seen for, all are: the last seconds of the longest would seem quiet.
    let seconds = cells.iter().map(|cell| cell.attempts.len()).min();
    attempts.resize(seconds.unwrap_or_default(), 0);
    for cell in cells {
        cause.add(&cell.cause);
        for (all, some) in attempts.iter_mut().zip(&cell.attempts) {
            *all += some;
        }
    }
    let calls_of_a_second = f64::from(settings.clients) * settings.calls_per_second;
    let attempts_per_call: Vec<f64> = attempts
        .iter()
        .map(|attempts| *attempts as f64 / calls_of_a_second)
        .collect();
    let recovers_after = cells.iter().map(|cell| cell.recovers_after).max();
    let row = Row {
        scenario: scenario.name(),
        policy: policy.name().to_owned(),
        attempts_per_call: cause.attempts_per_call(),
        attempts_per_call_worst_second: attempts_per_call.iter().copied().fold(0.0, f64::max),
        rescued_rate: cause.success_rate(),
        seconds_to_recover: recovers_after.unwrap_or_default() as f64 / SECOND as f64,
        p50_ms: cause.percentile(0.5),
        p95_ms: cause.percentile(0.95),
        p99_ms: cause.percentile(0.99),
    };
    let load = Load {
        policy: policy.name().to_owned(),
        attempts_per_call,
    };
    (row, load)
}

impl Row {
    /// The head of the table that the rows make.
    pub const HEAD: &str = "scenario         policy                  attempts/call  worst second  rescued  recovers      p50      p95      p99";

    /// The row as one JSON object.
    pub fn to_json(&self) -> Value {
        let rounded = |value: f64, digits: i32| {
            let factor = 10_f64.powi(digits);
            (value * factor).round() / factor
        };
        json!({
            "scenario": self.scenario,
            "policy": self.policy,
            "attempts_per_call": rounded(self.attempts_per_call, 4),
            "attempts_per_call_worst_second": rounded(self.attempts_per_call_worst_second, 4),
            "rescued_rate": rounded(self.rescued_rate, 5),
            "seconds_to_recover": rounded(self.seconds_to_recover, 3),
            "p50_ms": rounded(self.p50_ms, 1),
            "p95_ms": rounded(self.p95_ms, 1),
            "p99_ms": rounded(self.p99_ms, 1),
        })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:<16} {:<23} {:>13.3} {:>13.2} {:>8.4} {:>7.1} s {:>5.0} ms {:>5.0} ms {:>5.0} ms",
            self.scenario,
            self.policy,
            self.attempts_per_call,
            self.attempts_per_call_worst_second,
            self.rescued_rate,
            self.seconds_to_recover,
            self.p50_ms,
            self.p95_ms,
            self.p99_ms,
        )
    }
}
