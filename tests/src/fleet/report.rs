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
    /// What was simulated.
    pub settings: Settings,
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
    /// The same of the calls that began then or in the minute after it.
    pub rescued_rate_with_minute_after: f64,
    /// From the end of the cause until the service refuses nothing for 10 s in a row, if it gets there
    /// within 10 minutes and twice the callers' patience.
    pub seconds_to_recover: Option<f64>,
    /// How many requests are refused after the end of the cause, for each call that begins in a mean
    /// second.
    pub refusals_after: f64,
    /// Calls that succeed while the cause lasts, as a share of the capacity that it leaves, if it does.
    pub goodput_in_cause: Option<f64>,
    /// Calls that succeed in the minute after the cause, as a share of the capacity.
    pub goodput_after: f64,
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
    let (mut cause, mut with_aftermath) = (Sum::default(), Sum::default());
    let mut attempts: Vec<u64> = Vec::new();
    // What a cell is seen for, all are: the last seconds of the longest would seem quiet.
    let seconds = cells.iter().map(|cell| cell.attempts.len()).min();
    attempts.resize(seconds.unwrap_or_default(), 0);
    for cell in cells {
        cause.add(&cell.cause);
        with_aftermath.add(&cell.with_aftermath);
        for (all, some) in attempts.iter_mut().zip(&cell.attempts) {
            *all += some;
        }
    }
    let calls_of_a_second = f64::from(settings.clients) * settings.calls_per_second;
    let attempts_per_call: Vec<f64> = attempts
        .iter()
        .map(|attempts| *attempts as f64 / calls_of_a_second)
        .collect();
    let recovers_after: Option<Vec<_>> = cells.iter().map(|cell| cell.recovers_after).collect();
    let recovers_after = recovers_after.and_then(|cells| cells.into_iter().max());
    let refused_after: u64 = cells.iter().map(|cell| cell.refused_after).sum();
    let goodput = |of: fn(&CellResult) -> (u64, f64)| {
        let (answered, possible) = cells
            .iter()
            .map(of)
            .fold((0, 0.0), |sum, cell| (sum.0 + cell.0, sum.1 + cell.1));
        (possible > 0.0).then(|| answered as f64 / possible)
    };
    let row = Row {
        settings: settings.clone(),
        scenario: scenario.name(),
        policy: policy.name(),
        attempts_per_call: cause.attempts_per_call(),
        attempts_per_call_worst_second: attempts_per_call.iter().copied().fold(0.0, f64::max),
        rescued_rate: cause.success_rate(),
        rescued_rate_with_minute_after: with_aftermath.success_rate(),
        seconds_to_recover: recovers_after.map(|after| after as f64 / SECOND as f64),
        refusals_after: refused_after as f64 / calls_of_a_second,
        goodput_in_cause: goodput(|cell| cell.goodput_in_cause),
        goodput_after: goodput(|cell| cell.goodput_after).unwrap_or_default(),
        p50_ms: cause.percentile(0.5),
        p95_ms: cause.percentile(0.95),
        p99_ms: cause.percentile(0.99),
    };
    let load = Load {
        policy: policy.name(),
        attempts_per_call,
    };
    (row, load)
}

impl Row {
    /// The head of the table that the rows make.
    pub const HEAD: &str = "scenario         policy                  attempts/call  worst second  rescued  + 1 min  recovers  refusals after  goodput  after      p50      p95      p99";

    /// The row as one JSON object.
    pub fn to_json(&self) -> Value {
        json!({
            "clients": self.settings.clients,
            "calls_per_second": self.settings.calls_per_second,
            "capacity": self.settings.capacity,
            "refusal_cost": self.settings.refusal_cost,
            "patience": self.settings.patience,
            "scenario": self.scenario,
            "policy": self.policy,
            "attempts_per_call": rounded(self.attempts_per_call, 4),
            "attempts_per_call_worst_second": rounded(self.attempts_per_call_worst_second, 4),
            "rescued_rate": rounded(self.rescued_rate, 5),
            "rescued_rate_with_minute_after": rounded(self.rescued_rate_with_minute_after, 5),
            "seconds_to_recover": self.seconds_to_recover.map(|seconds| rounded(seconds, 3)),
            "refusals_after": rounded(self.refusals_after, 3),
            "goodput_in_cause": self.goodput_in_cause.map(|share| rounded(share, 4)),
            "goodput_after": rounded(self.goodput_after, 4),
            "p50_ms": rounded(self.p50_ms, 1),
            "p95_ms": rounded(self.p95_ms, 1),
            "p99_ms": rounded(self.p99_ms, 1),
        })
    }
}

pub(super) fn rounded(value: f64, digits: i32) -> f64 {
    let factor = 10_f64.powi(digits);
    (value * factor).round() / factor
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let recovers = self.seconds_to_recover;
        let recovers = recovers.map_or("never".to_owned(), |seconds| format!("{seconds:.1} s"));
        let goodput = self.goodput_in_cause;
        let goodput = goodput.map_or("-".to_owned(), |share| format!("{share:.2}"));
        write!(
            formatter,
            "{:<16} {:<23} {:>13.3} {:>13.2} {:>8.4} {:>8.4} {recovers:>9} {:>15.1} {goodput:>8} {:>6.2} {:>5.0} ms {:>5.0} ms {:>5.0} ms",
            self.scenario,
            self.policy,
            self.attempts_per_call,
            self.attempts_per_call_worst_second,
            self.rescued_rate,
            self.rescued_rate_with_minute_after,
            self.refusals_after,
            self.goodput_after,
            self.p50_ms,
            self.p95_ms,
            self.p99_ms,
        )
    }
}
