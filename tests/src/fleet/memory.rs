//! An experiment that the core does not know: a client that remembers a `Retry-After`, and holds
//! its other calls until then.

use super::events::{SECOND, Time};
use super::random::Random;

/// Which of a client's calls a `Retry-After` holds that another call got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Holds {
    /// Those that wait for a retry.
    Retries,
    /// Those that have just begun, too.
    All,
}

/// What the clients remember: until when each is to wait, and for how long it was asked to.
#[derive(Debug)]
pub(super) struct Memory {
    asked: Vec<(Time, Time)>,
    holds: Holds,
    random: Random,
}

impl Memory {
    pub(super) fn new(clients: u32, holds: Holds, random: Random) -> Self {
        Self {
            asked: vec![(0, 0); clients as usize],
            holds,
            random,
        }
    }

    /// A client is told to wait.
    pub(super) fn hear(&mut self, client: u32, seconds: u64, now: Time) {
        let asked = &mut self.asked[client as usize];
        *asked = (*asked).max((now + seconds * SECOND, seconds * SECOND));
    }

    /// When a call of this client is to look again, if it is held: some time after the moment that
    /// the client was told, so that its calls do not all come at it. A call that has no time for
    /// that is not held, it would only be lost.
    pub(super) fn holds(
        &mut self,
        client: u32,
        is_first_attempt: bool,
        now: Time,
        deadline: Time,
    ) -> Option<Time> {
        let (until, asked) = self.asked[client as usize];
        if until <= now || (is_first_attempt && self.holds == Holds::Retries) {
            return None;
        }
        let again = until + (self.random.part() * asked as f64 / 2.0) as Time;
        (again < deadline).then_some(again)
    }
}
