//! What the callers of one client get, with each policy, from a service that has room for all of them.

mod report;
mod round;

pub use report::{Behind, CallerRow, behind};

use round::{Round, Tally};

use super::{Policy, Settings, threads};

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Caller {
    /// One call of a client that makes no other.
    Alone,
    /// Calls at random, one in 10 minutes on average.
    OncePerTenMinutes,
    /// One in a minute.
    OncePerMinute,
    /// One in a second.
    OncePerSecond,
    /// A hundred in a second.
    HundredPerSecond,
    /// Four workers, each of which begins its next call when one is over.
    FourWorkers,
    /// 64 calls that begin at the same moment.
    SixtyFourAtOnce,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trouble {
    /// Of all requests, so many in a hundred are refused with 503, at random.
    Failing(u32),
    /// For so many seconds every request is refused with 503. The calls that count are those that begin
    /// then; for the workers, all that begin in the minute from its beginning on.
    Outage(u32),
    /// The first connection of each call is reset.
    ResetOnce,
}

impl Caller {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Alone,
        Self::OncePerTenMinutes,
        Self::OncePerMinute,
        Self::OncePerSecond,
        Self::HundredPerSecond,
        Self::FourWorkers,
        Self::SixtyFourAtOnce,
    ];

    /// As it is called in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::OncePerTenMinutes => "1-per-10-minutes",
            Self::OncePerMinute => "1-per-minute",
            Self::OncePerSecond => "1-per-second",
            Self::HundredPerSecond => "100-per-second",
            Self::FourWorkers => "4-workers",
            Self::SixtyFourAtOnce => "64-at-once",
        }
    }

    /// The trouble that it is played with.
    pub fn troubles(self) -> &'static [Trouble] {
        match self {
            Self::FourWorkers => &[Trouble::Outage(1)],
            Self::SixtyFourAtOnce => &[Trouble::Outage(1), Trouble::ResetOnce],
            _ => &[
                Trouble::Failing(1),
                Trouble::Failing(5),
                Trouble::Failing(20),
                Trouble::Failing(30),
                Trouble::Outage(1),
                Trouble::Outage(3),
                Trouble::Outage(10),
                Trouble::Outage(30),
            ],
        }
    }

    /// Of calls that come at random, how many in a second.
    fn per_second(self) -> Option<f64> {
        match self {
            Self::OncePerTenMinutes => Some(1.0 / 600.0),
            Self::OncePerMinute => Some(1.0 / 60.0),
            Self::OncePerSecond => Some(1.0),
            Self::HundredPerSecond => Some(100.0),
            Self::Alone | Self::FourWorkers | Self::SixtyFourAtOnce => None,
        }
    }
}

impl Trouble {
    /// As it is called in the report.
    pub fn name(self) -> String {
        match self {
            Self::Failing(percent) => format!("{percent}%-fail"),
            Self::Outage(seconds) => format!("outage-{seconds}s"),
            Self::ResetOnce => "reset-once".to_owned(),
        }
    }
}

/// Plays each policy with each caller and its trouble, with at least this many calls that count, ten
/// times as many if failures are single ones. Of the settings, patience, seed and threads matter.
///
/// # Panics
///
/// If `progress` does.
pub fn play(
    settings: &Settings,
    calls: usize,
    callers: &[Caller],
    policies: &[Policy],
    progress: impl Fn(f64) + Sync,
) -> Vec<CallerRow> {
    let situations = callers
        .iter()
        .flat_map(|caller| caller.troubles().iter().map(move |it| (*caller, *it)));
    let runs: Vec<_> = situations
        .flat_map(|(caller, trouble)| policies.iter().map(move |it| (caller, trouble, it)))
        .collect();
    threads::run(settings.threads, runs.len(), progress, |run, _| {
        let (caller, trouble, policy) = runs[run];
        let calls = match trouble {
            Trouble::Failing(_) => 10 * calls,
            Trouble::Outage(_) | Trouble::ResetOnce => calls,
        };
        let tally = tally(caller, trouble, policy, settings, calls);
        CallerRow::new(caller, trouble, policy, tally)
    })
}

fn tally(
    caller: Caller,
    trouble: Trouble,
    policy: &Policy,
    settings: &Settings,
    calls: usize,
) -> Tally {
    let mut tally = Tally::default();
    // How many calls the workers make is a result. The same rounds are the same for all.
    let is_enough = |tally: &Tally| match caller {
        Caller::FourWorkers => tally.rounds * 100 >= calls,
        _ => tally.calls() >= calls,
    };
    while !is_enough(&tally) {
        Round::play(caller, trouble, policy, settings, calls, &mut tally);
    }
    tally
}
