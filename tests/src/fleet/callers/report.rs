//! What is told of the callers.

use serde_json::{Value, json};
use std::fmt;

use super::super::Policy;
use super::super::events::{MILLISECOND, Time};
use super::super::report::rounded;
use super::round::Tally;
use super::{Caller, Trouble};

/// What a caller gets with a policy.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CallerRow {
    /// Who calls.
    pub caller: Caller,
    /// What goes wrong.
    pub trouble: Trouble,
    /// The policy's name.
    pub policy: String,
    /// How many calls were counted.
    pub calls: usize,
    /// The share of them that succeed.
    pub success_rate: f64,
    /// Attempts for each call.
    pub attempts_per_call: f64,
    /// The share of calls that wait for a token at some time.
    pub held_rate: f64,
    /// For how many seconds the work of the workers was lost, if it is they who call.
    pub seconds_lost: Option<f64>,
    /// How long the calls take that succeed, and those that fail, in ascending order.
    successes: Vec<Time>,
    failures: Vec<Time>,
    attempts: u64,
}

impl CallerRow {
    /// The head of the table that the rows make.
    pub const HEAD: &str = "caller           trouble     policy                  success  attempts    held | to success: p50       p99 | to failure: p50       p99 | lost";

    pub(super) fn new(caller: Caller, trouble: Trouble, policy: &Policy, tally: Tally) -> Self {
        let calls = tally.calls();
        let seconds_lost = (caller == Caller::FourWorkers).then(|| tally.seconds_lost());
        let Tally {
            mut successes,
            mut failures,
            attempts,
            held,
            ..
        } = tally;
        successes.sort_unstable();
        failures.sort_unstable();
        Self {
            caller,
            trouble,
            policy: policy.name(),
            calls,
            success_rate: successes.len() as f64 / calls as f64,
            attempts_per_call: attempts as f64 / calls as f64,
            held_rate: held as f64 / calls as f64,
            seconds_lost,
            successes,
            failures,
            attempts,
        }
    }

    /// The time in milliseconds in which this part of the calls that succeed have done so.
    pub fn time_to_success(&self, part: f64) -> Option<f64> {
        percentile(&self.successes, part)
    }

    /// The time in milliseconds in which this part of the calls that fail have done so.
    pub fn time_to_failure(&self, part: f64) -> Option<f64> {
        percentile(&self.failures, part)
    }

    /// The row as one JSON object.
    pub fn to_json(&self) -> Value {
        let time = |time: Option<f64>| time.map(|milliseconds| rounded(milliseconds, 1));
        json!({
            "caller": self.caller.name(),
            "trouble": self.trouble.name(),
            "policy": self.policy,
            "calls": self.calls,
            "success_rate": rounded(self.success_rate, 5),
            "attempts_per_call": rounded(self.attempts_per_call, 4),
            "held_rate": rounded(self.held_rate, 5),
            "success_p50_ms": time(self.time_to_success(0.5)),
            "success_p99_ms": time(self.time_to_success(0.99)),
            "failure_p50_ms": time(self.time_to_failure(0.5)),
            "failure_p99_ms": time(self.time_to_failure(0.99)),
            "seconds_lost": self.seconds_lost.map(|seconds| rounded(seconds, 2)),
        })
    }
}

/// Where the default is behind a policy that puts at most 10 % more load on the service.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Behind {
    /// Who calls.
    pub caller: Caller,
    /// What goes wrong.
    pub trouble: Trouble,
    /// The other policy's name.
    pub policy: String,
    /// In what.
    pub what: &'static str,
    /// What the default reaches, as a share or in milliseconds.
    pub ours: f64,
    /// What the other reaches.
    pub theirs: f64,
}

/// A policy with which fewer calls succeed is compared by that alone.
const LEAST_SUCCESS: f64 = 0.5;
/// What is within this is called the same.
const SAME_SHARE: f64 = 0.005;
const SAME_TIME: (f64, f64) = (1.05, 5.0);

/// Where the default is behind: in the share of calls that succeed, or in the time in which as many of
/// them have done so as with the other policy. (Of a policy that gives up early, only the calls succeed
/// that were lucky at once; so many were as quick with the default.)
pub fn behind(rows: &[CallerRow]) -> Vec<Behind> {
    let ours = rows.iter().filter(|row| row.policy == "default");
    let others = |ours: &CallerRow| {
        let situation = (ours.caller, ours.trouble);
        let most = ours.attempts as f64 * 1.1;
        rows.iter().filter(move |row| {
            (row.caller, row.trouble) == situation
                && row.policy != "default"
                && row.attempts as f64 <= most
        })
    };
    ours.flat_map(|ours| others(ours).flat_map(|theirs| compare(ours, theirs)))
        .collect()
}

fn compare(ours: &CallerRow, theirs: &CallerRow) -> Vec<Behind> {
    let behind = |what, ours_reach, theirs_reach| Behind {
        caller: ours.caller,
        trouble: ours.trouble,
        policy: theirs.policy.clone(),
        what,
        ours: ours_reach,
        theirs: theirs_reach,
    };
    let mut found = Vec::new();
    if ours.success_rate + SAME_SHARE < theirs.success_rate {
        found.push(behind("success", ours.success_rate, theirs.success_rate));
    }
    if theirs.success_rate < LEAST_SUCCESS {
        return found;
    }
    let as_many = ours.successes.len().min(theirs.successes.len());
    for (what, part) in [("success p50", 0.5), ("success p99", 0.99)] {
        let times = (
            percentile(&ours.successes[..as_many], part),
            percentile(&theirs.successes[..as_many], part),
        );
        if let (Some(ours_take), Some(theirs_take)) = times
            && ours_take > SAME_TIME.0 * theirs_take + SAME_TIME.1
        {
            found.push(behind(what, ours_take, theirs_take));
        }
    }
    found
}

impl Behind {
    /// The finding as one JSON object.
    pub fn to_json(&self) -> Value {
        json!({
            "caller": self.caller.name(),
            "trouble": self.trouble.name(),
            "policy": self.policy,
            "what": self.what,
            "ours": rounded(self.ours, 4),
            "theirs": rounded(self.theirs, 4),
        })
    }
}

impl fmt::Display for Behind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = |value: f64| match self.what {
            "success" => format!("{:.1} %", 100.0 * value),
            _ => format!("{value:.0} ms"),
        };
        write!(
            formatter,
            "{:<16} {:<11} {:<11} ours {:>8}, {} {}",
            self.caller.name(),
            self.trouble.name(),
            self.what,
            value(self.ours),
            self.policy,
            value(self.theirs),
        )
    }
}

impl fmt::Display for CallerRow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |time: Option<f64>| {
            time.map_or("-".to_owned(), |milliseconds| {
                format!("{milliseconds:.0} ms")
            })
        };
        let lost = self.seconds_lost;
        write!(
            formatter,
            "{:<16} {:<11} {:<23} {:>7.4} {:>9.3} {:>7.4} | {:>15} {:>9} | {:>15} {:>9} | {}",
            self.caller.name(),
            self.trouble.name(),
            self.policy,
            self.success_rate,
            self.attempts_per_call,
            self.held_rate,
            time(self.time_to_success(0.5)),
            time(self.time_to_success(0.99)),
            time(self.time_to_failure(0.5)),
            time(self.time_to_failure(0.99)),
            lost.map_or("-".to_owned(), |seconds| format!("{seconds:.1} s")),
        )
    }
}

fn percentile(ascending: &[Time], part: f64) -> Option<f64> {
    let index = (ascending.len() as f64 * part).ceil() as usize;
    let time = ascending.get(index.saturating_sub(1))?;
    Some(*time as f64 / MILLISECOND as f64)
}
