//! The modeled service.

use super::Settings;
use super::events::{MILLISECOND, SECOND, Time};
use super::random::Random;
use super::scenario::Scenario;

/// When the cause begins: by then queue and budgets are as on a good day.
pub(super) const CAUSE_BEGINS: Time = 20 * SECOND;

/// How much work may wait: what comes on top is refused.
const QUEUE: Time = SECOND;
/// How far refusing can fall behind.
const REFUSALS_BEHIND: Time = 5 * SECOND;
const REFUSED_AFTER: Time = 20 * MILLISECOND;
const RESET_AFTER: Time = 5 * MILLISECOND;
const HUNG_UNTIL: Time = 15 * SECOND;
const LIMIT_WINDOW: Time = 10 * SECOND;

/// What the service makes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Success,
    /// With this `Retry-After` in seconds.
    Status(u16, Option<u64>),
    Reset,
    TimedOut,
}

/// One queue, worked on in order at a known rate; what does not fit is refused, which costs work,
/// too.
#[derive(Debug)]
pub(super) struct Service {
    scenario: Scenario,
    /// Requests per second, on a good day.
    capacity: f64,
    /// Calls per second of all clients.
    load: f64,
    refusal_cost: f64,
    retry_after: Option<u64>,
    /// When all that was admitted will be done.
    busy_until: Time,
    /// How many requests of each client the current window has seen.
    seen: Vec<u16>,
    window: u64,
    limit: u16,
    random: Random,
    /// When a request was last refused.
    pub(super) last_refusal: Time,
    /// How many were since the end of the cause.
    pub(super) refused_after: u64,
}

impl Service {
    pub(super) fn new(
        scenario: Scenario,
        clients: u32,
        settings: &Settings,
        random: Random,
    ) -> Self {
        let load = f64::from(clients) * settings.calls_per_second;
        let window = LIMIT_WINDOW as f64 / SECOND as f64;
        Self {
            scenario,
            capacity: load * settings.capacity,
            load,
            refusal_cost: settings.refusal_cost,
            retry_after: settings.retry_after,
            busy_until: 0,
            seen: match scenario {
                Scenario::RateLimit => vec![0; clients as usize],
                _ => Vec::new(),
            },
            window: 0,
            limit: (0.8 * settings.calls_per_second * window).floor().max(1.0) as u16,
            random,
            last_refusal: 0,
            refused_after: 0,
        }
    }

    /// What comes of a request of this client, and when.
    pub(super) fn ask(&mut self, client: u32, now: Time) -> (Outcome, Time) {
        let answer = self.answer(client, now);
        if answer.0 != Outcome::Success {
            self.last_refusal = now;
            self.refused_after += u64::from(now >= CAUSE_BEGINS + self.scenario.lasts());
        }
        answer
    }

    fn answer(&mut self, client: u32, now: Time) -> (Outcome, Time) {
        let is_in_cause = (CAUSE_BEGINS..CAUSE_BEGINS + self.scenario.lasts()).contains(&now);
        let capacity = self.capacity(is_in_cause);
        if is_in_cause {
            match self.scenario {
                Scenario::Healthy | Scenario::Overload120 | Scenario::Overload200 => {}
                Scenario::BriefOutage | Scenario::LongOutage => {
                    return self.refused(now);
                }
                Scenario::RateLimit => {
                    if let Some(wait) = self.limited(client, now) {
                        let seconds = wait.div_ceil(SECOND);
                        return (Outcome::Status(429, Some(seconds)), now + REFUSED_AFTER);
                    }
                }
                Scenario::Slow => {
                    if self.random.part() < 0.5 {
                        return (Outcome::Status(504, None), now + HUNG_UNTIL);
                    }
                }
                Scenario::RollingRestart => {
                    if self.random.part() < 0.1 {
                        return (Outcome::Reset, now + RESET_AFTER);
                    }
                }
            }
        }
        let work = SECOND as f64 / capacity;
        let begins = self.busy_until.max(now);
        if begins - now > QUEUE {
            if begins - now < REFUSALS_BEHIND {
                self.busy_until = begins + (work * self.refusal_cost) as Time;
            }
            return self.refused(now);
        }
        self.busy_until = begins + work as Time;
        let travels = 40.0 + self.random.exponential(40.0);
        let at = self.busy_until + (travels * MILLISECOND as f64) as Time;
        (Outcome::Success, at)
    }

    /// How many requests it can answer in a second.
    pub(super) fn capacity(&self, is_in_cause: bool) -> f64 {
        match self.scenario {
            Scenario::BriefOutage | Scenario::LongOutage if is_in_cause => 0.0,
            Scenario::Overload120 if is_in_cause => self.load / 1.2,
            Scenario::Overload200 if is_in_cause => self.load / 2.0,
            Scenario::RollingRestart if is_in_cause => self.capacity * 0.9,
            _ => self.capacity,
        }
    }

    fn refused(&self, now: Time) -> (Outcome, Time) {
        (Outcome::Status(503, self.retry_after), now + REFUSED_AFTER)
    }

    /// How long a client that has used up its limit has to wait.
    fn limited(&mut self, client: u32, now: Time) -> Option<Time> {
        let window = now / LIMIT_WINDOW;
        if window != self.window {
            self.window = window;
            self.seen.fill(0);
        }
        let seen = &mut self.seen[client as usize];
        if *seen < self.limit {
            *seen += 1;
            return None;
        }
        Some((window + 1) * LIMIT_WINDOW - now)
    }
}
