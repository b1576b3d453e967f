//! Some clients and their share of the service, in virtual time.

use apideck_vault_core::Attempt;
use std::time::Duration;

use super::Settings;
use super::ask::{Ask, Reset};
use super::calls::{Call, Calls, Stage};
use super::client::{Client, Next};
use super::events::{Events, SECOND, Time};
use super::memory::Memory;
use super::policy::Policy;
use super::random::Random;
use super::record::{Record, Sum};
use super::scenario::Scenario;
use super::service::{CAUSE_BEGINS, Outcome, Service};

/// For how long nothing may be refused before the service counts as healthy.
const QUIET: Time = 10 * SECOND;
/// How long after the cause calls count as those that felt it.
const AFTERMATH: Time = 60 * SECOND;
/// How long after the cause a service that does not recover is watched at least; and if callers are
/// more patient, twice as long as they are.
const GIVEN_UP_AFTER: Time = 600 * SECOND;
const ARRIVAL: u32 = u32::MAX;

/// What came of a cell.
#[derive(Debug)]
pub(super) struct CellResult {
    /// The calls that began while the cause lasted, followed to their end.
    pub(super) cause: Sum,
    /// The calls that began then or in the minute after it.
    pub(super) with_aftermath: Sum,
    /// From the end of the cause until the service refuses nothing any more, if it gets there.
    pub(super) recovers_after: Option<Time>,
    /// Requests that were refused after the cause.
    pub(super) refused_after: u64,
    /// Calls that succeeded while the cause lasted, and what the service could have answered then.
    pub(super) goodput_in_cause: (u64, f64),
    /// The same in the minute after it.
    pub(super) goodput_after: (u64, f64),
    /// Attempts in each second since the cause began.
    pub(super) attempts: Vec<u64>,
}

struct Cell {
    events: Events,
    service: Service,
    record: Record,
    memory: Option<Memory>,
    /// What a call's time may be.
    patience: Time,
    calls: Calls,
}

/// Simulates `clients` clients; `progress` hears how much is done, from 0 to 1.
pub(super) fn simulate(
    scenario: Scenario,
    policy: &Policy,
    settings: &Settings,
    clients: u32,
    stream: u64,
    progress: &dyn Fn(f64),
) -> CellResult {
    let patience = Duration::from_secs_f64(settings.patience);
    let mut of_clients = policy.of_clients(clients, patience);
    let gap = SECOND as f64 / (f64::from(clients) * settings.calls_per_second);
    // The same calls for every policy.
    let mut arrivals = Random::new(settings.seed, 3 * stream);
    let mut seeds = Random::new(settings.seed, 3 * stream + 1);
    let mut cell = Cell {
        events: Events::new(),
        service: Service::new(
            scenario,
            clients,
            settings,
            Random::new(settings.seed, 3 * stream + 2),
        ),
        record: Record::default(),
        memory: policy.remembers().map(|holds| {
            // The other streams are the same for every policy.
            Memory::new(clients, holds, Random::new(!settings.seed, stream))
        }),
        patience: nanoseconds(patience),
        calls: Calls::default(),
    };
    let cause_ends = CAUSE_BEGINS + scenario.lasts();
    let last_moment = cause_ends + GIVEN_UP_AFTER.max(2 * nanoseconds(patience));
    let expected_end = cause_ends + QUIET + nanoseconds(patience);
    let mut next_report = 0;
    let mut recovered = None;
    // The second until which calls count, once the service has recovered or is given up.
    let mut window = None;
    // The calls that began until then, and are not over.
    let mut counted: u64 = 0;
    let mut next_arrival = 0.0;
    cell.events.put(0, ARRIVAL);
    loop {
        let calls = &cell.calls;
        let (now, slot) = cell.events.take(|slot| calls.fetch(&of_clients, slot));
        if now >= next_report {
            progress((now as f64 / expected_end as f64).min(1.0));
            next_report = now + SECOND;
        }
        let healthy_since = cell.service.last_refusal.max(cause_ends);
        if recovered.is_none() && now >= healthy_since + QUIET {
            recovered = Some(healthy_since);
        }
        let is_known = recovered.is_some() || now >= last_moment;
        if window.is_none() && is_known && now >= cause_ends + AFTERMATH {
            let second = (cause_ends + AFTERMATH) / SECOND;
            window = Some(second);
            counted = cell.calls.unfinished(second);
        }
        if window.is_some() && counted == 0 {
            break;
        }
        let slot = if slot == ARRIVAL {
            next_arrival += arrivals.exponential(gap);
            cell.events.put(next_arrival as Time, ARRIVAL);
            let client = arrivals.below(clients);
            let settings = client_of(&mut of_clients, client);
            let attempt = settings.begin(seeds.next(), now);
            cell.record.begin(now);
            cell.calls.add(Call {
                stage: Stage::Begins(attempt),
                begun: now,
                client,
                paid: 0,
            })
        } else {
            slot
        };
        if let Some(again) = cell.is_held(slot, now) {
            cell.events.put(again, slot);
            continue;
        }
        let call = cell.calls.get(slot);
        let (begun, client) = (call.begun, call.client);
        let elapsed = Duration::from_nanos(now - begun);
        let next = match std::mem::replace(&mut call.stage, Stage::Over) {
            Stage::Begins(attempt) => {
                cell.send(attempt, begun, now, slot);
                continue;
            }
            Stage::Sent(attempt, outcome) => {
                if let (Some(memory), Outcome::Status(_, Some(seconds))) =
                    (&mut cell.memory, outcome)
                {
                    memory.hear(client, seconds, now);
                }
                let settings = client_of(&mut of_clients, client);
                settings.finish(attempt, outcome, elapsed, now, &mut call.paid)
            }
            Stage::Waiting(wait) => wait.resume(elapsed).into(),
            Stage::Over => unreachable!("a call that is over has no further event"),
        };
        if cell.go_on(next, begun, now, slot) {
            counted -= u64::from(window.is_some_and(|second| begun / SECOND < second));
        }
    }
    // The last second is not over.
    cell.record.attempts.pop();
    let seconds = |time: Time| (time / SECOND) as usize;
    let (from, to) = (seconds(CAUSE_BEGINS), seconds(cause_ends));
    let last = to + seconds(AFTERMATH);
    let goodput = |seconds: std::ops::Range<usize>, is_in_cause| {
        let possible = cell.service.capacity(is_in_cause) * seconds.len() as f64;
        (cell.record.answered(seconds), possible)
    };
    CellResult {
        cause: cell.record.sum(from..to),
        with_aftermath: cell.record.sum(from..last),
        recovers_after: recovered.map(|healthy_since| healthy_since - cause_ends),
        refused_after: cell.service.refused_after,
        goodput_in_cause: goodput(from..to, true),
        goodput_after: goodput(to..last, false),
        attempts: cell.record.attempts.split_off(from),
    }
}

/// Those whose calls share nothing are one for all.
fn client_of(clients: &mut [Client], client: u32) -> &mut Client {
    let index = (client as usize).min(clients.len() - 1);
    &mut clients[index]
}

impl Cell {
    /// When a call looks again that its client's memory holds now.
    fn is_held(&mut self, slot: u32, now: Time) -> Option<Time> {
        let memory = self.memory.as_mut()?;
        let call = self.calls.get(slot);
        let is_first_attempt = match &call.stage {
            Stage::Begins(_) => true,
            Stage::Waiting(_) => false,
            Stage::Sent(..) | Stage::Over => return None,
        };
        memory.holds(
            call.client,
            is_first_attempt,
            now,
            call.begun + self.patience,
        )
    }

    /// Takes a step of a call, and says whether it was the last.
    fn go_on(&mut self, next: Next, begun: Time, now: Time, slot: u32) -> bool {
        match next {
            Next::Send(attempt) => {
                self.send(attempt, begun, now, slot);
                false
            }
            Next::Wait(wait) => {
                self.events.put(now + nanoseconds(wait.delay()), slot);
                self.calls.get(slot).stage = Stage::Waiting(wait);
                false
            }
            Next::Over {
                is_success,
                attempts,
            } => {
                self.record.end(begun, now, is_success, attempts);
                self.calls.remove(slot);
                true
            }
        }
    }

    fn send(&mut self, attempt: Attempt<Ask, Reset>, begun: Time, now: Time, slot: u32) {
        self.record.attempt(now);
        let call = self.calls.get(slot);
        let (outcome, at) = self.service.ask(call.client, now);
        let timeout = attempt.timeout().map_or(Time::MAX, nanoseconds);
        // A first attempt that was held has less time than it knows.
        let timeout = timeout.min(begun + self.patience - now);
        let (outcome, at) = if at - now > timeout {
            (Outcome::TimedOut, now + timeout)
        } else {
            (outcome, at)
        };
        call.stage = Stage::Sent(attempt, outcome);
        self.events.put(at, slot);
    }
}

fn nanoseconds(time: Duration) -> Time {
    Time::try_from(time.as_nanos()).unwrap_or(Time::MAX)
}
