//! One client, its calls, and the trouble that they meet.

use apideck_vault_core::Attempt;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use super::super::ask::{Ask, Reset};
use super::super::calls::Stage;
use super::super::client::{Client, Next};
use super::super::events::{MILLISECOND, SECOND, Time};
use super::super::random::Random;
use super::super::service::Outcome;
use super::super::{Policy, Settings};
use super::{Caller, Trouble};

/// When an outage begins: by then budgets are as on a good day.
const BEGINS: Time = 10 * SECOND;
/// For how long after that the workers go on.
const WORKED: Time = 60 * SECOND;
const ANSWERED_AFTER: Time = 80 * MILLISECOND;
const REFUSED_AFTER: Time = 20 * MILLISECOND;
const RESET_AFTER: Time = 5 * MILLISECOND;

/// What came of the calls that count.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) rounds: usize,
    pub(super) attempts: u64,
    pub(super) held: usize,
    /// How long it took those that succeeded, and those that failed.
    pub(super) successes: Vec<Time>,
    pub(super) failures: Vec<Time>,
}

impl Tally {
    pub(super) fn calls(&self) -> usize {
        self.successes.len() + self.failures.len()
    }

    /// For how many seconds of a round the workers' work was lost.
    pub(super) fn seconds_lost(&self) -> f64 {
        let answers_per_second = (4 * SECOND / ANSWERED_AFTER) as f64;
        let answers = self.successes.len() as f64 / self.rounds as f64;
        (WORKED / SECOND) as f64 - answers / answers_per_second
    }
}

struct Call {
    stage: Stage,
    begun: Time,
    paid: u32,
    was_held: bool,
}

pub(super) struct Round<'a> {
    caller: Caller,
    trouble: Trouble,
    client: Client,
    seed: u64,
    calls: Vec<Call>,
    /// When something happens to which call.
    events: BinaryHeap<Reverse<(Time, usize)>>,
    arrivals: VecDeque<Time>,
    gaps: Random,
    /// Of single failures, how many calls count.
    counted: usize,
    /// How many calls that count are under way.
    open: usize,
    tally: &'a mut Tally,
}

impl<'a> Round<'a> {
    /// Plays the next round; `calls` is how many count if failures are single ones.
    pub(super) fn play(
        caller: Caller,
        trouble: Trouble,
        policy: &Policy,
        settings: &Settings,
        calls: usize,
        tally: &'a mut Tally,
    ) {
        let seed = Random::new(settings.seed, tally.rounds as u64).next();
        tally.rounds += 1;
        let mut gaps = Random::new(seed, 0);
        let arrivals = first_arrivals(caller, trouble, &mut gaps);
        if arrivals.front().is_none_or(|at| *at >= ends(trouble)) {
            // Nobody called.
            return;
        }
        let patience = Duration::from_secs_f64(settings.patience);
        let client = policy.of_clients(1, patience).remove(0);
        let mut round = Self {
            caller,
            trouble,
            client,
            seed,
            calls: Vec::new(),
            events: BinaryHeap::new(),
            arrivals,
            gaps,
            counted: calls,
            open: 0,
            tally,
        };
        loop {
            let event = round.events.peek().map(|Reverse((at, _))| *at);
            match (round.arrivals.front().copied(), event) {
                (Some(arrival), event) if event.is_none_or(|event| arrival <= event) => {
                    round.arrivals.pop_front();
                    round.begin(arrival);
                    round.next_arrival(arrival);
                }
                (_, Some(_)) => round.go_on(),
                (_, None) => break,
            }
        }
    }

    /// Of calls that come at random, the one after this. Those that come when no more count still bring
    /// tokens to those that do.
    fn next_arrival(&mut self, now: Time) {
        let Some(per_second) = self.caller.per_second() else {
            return;
        };
        let is_next = match self.trouble {
            Trouble::Failing(_) | Trouble::ResetOnce => self.calls.len() < self.counted,
            Trouble::Outage(_) => now < ends(self.trouble),
        };
        if is_next || self.open > 0 {
            let gap = self.gaps.exponential(SECOND as f64 / per_second) as Time;
            self.arrivals.push_back(now + gap);
        }
    }

    fn begin(&mut self, now: Time) {
        let call = self.calls.len();
        let seed = Random::new(!self.seed, call as u64).next();
        let attempt = self.client.begin(seed, now);
        self.calls.push(Call {
            stage: Stage::Over,
            begun: now,
            paid: 0,
            was_held: false,
        });
        self.open += usize::from(self.counts(call));
        self.send(call, attempt, now);
    }

    fn go_on(&mut self) {
        let Some(Reverse((now, number))) = self.events.pop() else {
            return;
        };
        let call = &mut self.calls[number];
        let elapsed = Duration::from_nanos(now - call.begun);
        let next = match std::mem::replace(&mut call.stage, Stage::Over) {
            Stage::Sent(attempt, outcome) => {
                self.client
                    .finish(attempt, outcome, elapsed, now, &mut call.paid)
            }
            Stage::Waiting(wait) => wait.resume(elapsed).into(),
            Stage::Begins(_) | Stage::Over => unreachable!("nothing happens to such a call"),
        };
        match next {
            Next::Send(attempt) => self.send(number, attempt, now),
            Next::Wait(wait) => {
                call.was_held |= wait.is_held();
                let at = now + wait.delay().as_nanos() as Time;
                call.stage = Stage::Waiting(wait);
                self.events.push(Reverse((at, number)));
            }
            Next::Over {
                is_success,
                attempts,
            } => self.end(number, is_success, attempts, now),
        }
    }

    fn send(&mut self, call: usize, attempt: Attempt<Ask, Reset>, now: Time) {
        let (mut outcome, mut took) = self.ask(call, attempt.number(), now);
        let timeout = attempt.timeout().map(|timeout| timeout.as_nanos() as Time);
        if let Some(timeout) = timeout.filter(|timeout| *timeout < took) {
            (outcome, took) = (Outcome::TimedOut, timeout);
        }
        self.calls[call].stage = Stage::Sent(attempt, outcome);
        self.events.push(Reverse((now + took, call)));
    }

    fn end(&mut self, number: usize, is_success: bool, attempts: u32, now: Time) {
        let call = &self.calls[number];
        let (took, was_held) = (now - call.begun, call.was_held);
        if self.counts(number) {
            self.open -= 1;
            self.tally.attempts += u64::from(attempts);
            self.tally.held += usize::from(was_held);
            match is_success {
                true => self.tally.successes.push(took),
                false => self.tally.failures.push(took),
            }
        }
        if self.caller == Caller::FourWorkers && now < BEGINS + WORKED {
            self.begin(now);
        }
    }

    /// What comes of a request, and after what time: the same for every policy.
    fn ask(&self, call: usize, attempt: u32, now: Time) -> (Outcome, Time) {
        let is_refused = match self.trouble {
            Trouble::Failing(percent) => {
                let mut fate = Random::new(self.seed, (call as u64) << 8 | u64::from(attempt));
                fate.part() < f64::from(percent) / 100.0
            }
            Trouble::Outage(_) => (BEGINS..ends(self.trouble)).contains(&now),
            Trouble::ResetOnce if attempt == 1 => return (Outcome::Reset, RESET_AFTER),
            Trouble::ResetOnce => false,
        };
        match is_refused {
            true => (Outcome::Status(503, None), REFUSED_AFTER),
            false => (Outcome::Success, ANSWERED_AFTER),
        }
    }

    fn counts(&self, call: usize) -> bool {
        let begun = self.calls[call].begun;
        match self.trouble {
            Trouble::Failing(_) | Trouble::ResetOnce => call < self.counted,
            Trouble::Outage(_) if self.caller == Caller::FourWorkers => begun >= BEGINS,
            Trouble::Outage(_) => (BEGINS..ends(self.trouble)).contains(&begun),
        }
    }
}

/// The calls that are known beforehand.
fn first_arrivals(caller: Caller, trouble: Trouble, gaps: &mut Random) -> VecDeque<Time> {
    let somewhere = match trouble {
        Trouble::Outage(seconds) => gaps.part() * f64::from(seconds) * SECOND as f64,
        Trouble::Failing(_) | Trouble::ResetOnce => 0.0,
    };
    let somewhere = BEGINS + somewhere as Time;
    match (caller, caller.per_second()) {
        (_, Some(per_second)) => [gaps.exponential(SECOND as f64 / per_second) as Time].into(),
        (Caller::FourWorkers, _) => (0..4).map(|it| it * ANSWERED_AFTER / 4).collect(),
        (Caller::SixtyFourAtOnce, _) => [somewhere; 64].into(),
        _ => [somewhere].into(),
    }
}

/// When an outage is over.
fn ends(trouble: Trouble) -> Time {
    match trouble {
        Trouble::Outage(seconds) => BEGINS + Time::from(seconds) * SECOND,
        Trouble::Failing(_) | Trouble::ResetOnce => Time::MAX,
    }
}
