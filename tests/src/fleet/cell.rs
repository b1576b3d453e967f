//! Some clients and their share of the service, in virtual time.

use apideck_vault_core::error::{ApiError, BuildError, Failure, FailureKind, ResponseError};
use apideck_vault_core::http::{HeaderValue, Request, Response, StatusCode};
use apideck_vault_core::retry::RetryPolicy;
use apideck_vault_core::{Attempt, Bytes, Call, CallOptions, Operation, Step, Vault, Wait};
use std::time::Duration;

use super::Settings;
use super::events::{Events, SECOND, Time};
use super::memory::Memory;
use super::policy::Policy;
use super::random::Random;
use super::record::{Record, Sum};
use super::scenario::Scenario;
use super::service::{CAUSE_BEGINS, Outcome, Service};

/// For how long nothing may be refused before the service counts as healthy.
const QUIET: Time = 5 * SECOND;
/// How long after the cause a service that does not recover is watched.
const GIVEN_UP_AFTER: Time = 600 * SECOND;
const ARRIVAL: u32 = u32::MAX;

/// What came of a cell.
#[derive(Debug)]
pub(super) struct CellResult {
    /// The calls that began before the service had recovered.
    pub(super) sum: Sum,
    /// The calls that began while the cause lasted.
    pub(super) cause: Sum,
    /// From the end of the cause until the service refuses nothing any more.
    pub(super) recovers_after: Time,
    /// Attempts in each second since the cause began.
    pub(super) attempts: Vec<u64>,
}

/// An operation that costs the simulation little: the state machine around it is the real one.
#[derive(Debug)]
struct Ask {
    patience: Duration,
}

impl Operation for Ask {
    type Output = ();

    fn encode(&self, _: &Vault, body: Bytes) -> Result<Request<Bytes>, BuildError> {
        Ok(Request::new(body))
    }

    fn decode(&self, answer: Response<Bytes>) -> Result<Response<()>, ResponseError> {
        match answer.status() {
            StatusCode::OK => Ok(answer.map(|_| ())),
            _ => Err(ApiError::from_response(answer).into()),
        }
    }

    fn options(&self) -> CallOptions {
        let mut options = CallOptions::default();
        options.deadline = Some(self.patience);
        options
    }
}

/// A connection was reset.
#[derive(Debug, Clone, Copy)]
struct Reset;

enum Live<'p> {
    Over,
    Begins(Attempt<Ask, &'p dyn RetryPolicy, Reset>),
    Sent(Attempt<Ask, &'p dyn RetryPolicy, Reset>, Outcome),
    Waiting(Wait<Ask, &'p dyn RetryPolicy, Reset>),
}

struct Cell<'p> {
    events: Events,
    service: Service,
    record: Record,
    memory: Option<Memory>,
    /// What a call's time may be.
    patience: Time,
    /// The calls that are under way, when each began, and whose it is.
    live: Vec<(Live<'p>, Time, u32)>,
    free: Vec<u32>,
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
    let vault = Vault::new("key", "app").expect("they are visible ASCII characters");
    let policies = policy.of_clients(clients);
    let patience = Duration::from_secs_f64(settings.patience);
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
        live: Vec::new(),
        free: Vec::new(),
    };
    let cause_ends = CAUSE_BEGINS + scenario.lasts();
    let last_moment = cause_ends + GIVEN_UP_AFTER;
    let expected_end = cause_ends + QUIET + nanoseconds(patience);
    let mut next_report = 0;
    let mut recovered = None;
    // The calls that began while the service was not well, and are not over.
    let mut counted: u64 = 0;
    let mut next_arrival = 0.0;
    cell.events.put(0, ARRIVAL);
    loop {
        let live = &cell.live;
        let (now, slot) = cell.events.take(|slot| fetch(live, &policies, slot));
        if now >= next_report {
            progress((now as f64 / expected_end as f64).min(1.0));
            next_report = now + SECOND;
        }
        if recovered.is_none() {
            let healthy_since = cell.service.last_refusal.max(cause_ends);
            if now >= healthy_since + QUIET {
                recovered = Some(healthy_since);
                let window = seconds_until(healthy_since);
                counted = cell.unfinished(window);
            } else if now >= last_moment {
                recovered = Some(last_moment);
                counted = cell.unfinished(seconds_until(last_moment));
            }
        }
        if recovered.is_some() && counted == 0 {
            break;
        }
        let slot = if slot == ARRIVAL {
            next_arrival += arrivals.exponential(gap);
            cell.events.put(next_arrival as Time, ARRIVAL);
            let client = arrivals.below(clients);
            let policy = policies
                .get(client as usize)
                .or(policies.first())
                .expect("there is one at least");
            let ask = Ask { patience };
            let step = Call::begin(&vault, ask, policy.as_ref(), seeds.next());
            let Step::Send(_, attempt) = step else {
                unreachable!("the input can be sent");
            };
            cell.record.begin(now);
            cell.slot(Live::Begins(attempt), now, client)
        } else {
            slot
        };
        if let Some(again) = cell.is_held(slot, now) {
            cell.events.put(again, slot);
            continue;
        }
        let (live, begun, client) = &mut cell.live[slot as usize];
        let begun = *begun;
        let elapsed = Duration::from_nanos(now - begun);
        let step = match std::mem::replace(live, Live::Over) {
            Live::Begins(attempt) => {
                cell.send(attempt, begun, now, slot);
                continue;
            }
            Live::Sent(attempt, outcome) => {
                if let (Some(memory), Outcome::Status(_, Some(seconds))) =
                    (&mut cell.memory, outcome)
                {
                    memory.hear(*client, seconds, now);
                }
                attempt.finish(answer(outcome), elapsed)
            }
            Live::Waiting(wait) => wait.resume(elapsed),
            Live::Over => unreachable!("a call that is over has no further event"),
        };
        if cell.go_on(step, begun, now, slot) {
            let window = recovered.map_or(0, seconds_until);
            counted -= u64::from(recovered.is_some() && begun / SECOND < window);
        }
    }
    let healthy_since = recovered.unwrap_or(last_moment);
    let from = (CAUSE_BEGINS / SECOND) as usize;
    CellResult {
        sum: cell.record.sum(from..seconds_until(healthy_since) as usize),
        cause: cell.record.sum(from..(cause_ends / SECOND) as usize),
        recovers_after: healthy_since - cause_ends,
        attempts: cell.record.attempts.split_off(from),
    }
}

/// Reads what a call's next step needs. The calls of 10,000 clients do not fit a cache: read at once,
/// what the next of them need comes from the memory together, not one after the other.
fn fetch(live: &[(Live<'_>, Time, u32)], policies: &[Box<dyn RetryPolicy>], slot: u32) {
    let Some((live, begun, client)) = live.get(slot as usize) else {
        return;
    };
    let delay = match live {
        Live::Waiting(wait) => Some(wait.delay()),
        _ => None,
    };
    let policy = policies.get(*client as usize);
    let tokens = policy.and_then(|policy| Some(policy.budget()?.available()));
    std::hint::black_box((begun, delay, tokens));
}

/// The whole seconds in which the service was not well.
fn seconds_until(healthy_since: Time) -> u64 {
    healthy_since.div_ceil(SECOND)
}

impl<'p> Cell<'p> {
    fn slot(&mut self, live: Live<'p>, now: Time, client: u32) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.live[slot as usize] = (live, now, client);
            return slot;
        }
        self.live.push((live, now, client));
        u32::try_from(self.live.len() - 1).expect("fewer live calls than slots have numbers")
    }

    /// When a call looks again that its client's memory holds now.
    fn is_held(&mut self, slot: u32, now: Time) -> Option<Time> {
        let memory = self.memory.as_mut()?;
        let (live, begun, client) = &self.live[slot as usize];
        let is_first_attempt = match live {
            Live::Begins(_) => true,
            Live::Waiting(_) => false,
            Live::Sent(..) | Live::Over => return None,
        };
        memory.holds(*client, is_first_attempt, now, begun + self.patience)
    }

    /// How many calls that began before this second are under way.
    fn unfinished(&self, second: u64) -> u64 {
        let is_free: std::collections::HashSet<_> = self.free.iter().copied().collect();
        let live = self.live.iter().zip(0_u32..);
        live.filter(|((_, begun, _), slot)| begun / SECOND < second && !is_free.contains(slot))
            .count() as u64
    }

    /// Takes a step of a call, and says whether it was the last.
    fn go_on(
        &mut self,
        step: Step<Ask, &'p dyn RetryPolicy, Reset>,
        begun: Time,
        now: Time,
        slot: u32,
    ) -> bool {
        match step {
            Step::Send(_, attempt) => {
                self.send(attempt, begun, now, slot);
                false
            }
            Step::Wait(wait) => {
                self.events.put(now + nanoseconds(wait.delay()), slot);
                self.live[slot as usize].0 = Live::Waiting(wait);
                false
            }
            Step::Done(result) => {
                self.record.end(begun, now, result.is_ok());
                self.free.push(slot);
                true
            }
        }
    }

    fn send(
        &mut self,
        attempt: Attempt<Ask, &'p dyn RetryPolicy, Reset>,
        begun: Time,
        now: Time,
        slot: u32,
    ) {
        self.record.attempt(now);
        let (live, _, client) = &mut self.live[slot as usize];
        let (outcome, at) = self.service.ask(*client, now);
        let timeout = attempt.timeout().map_or(Time::MAX, nanoseconds);
        // A first attempt that was held has less time than it knows.
        let timeout = timeout.min(begun + self.patience - now);
        let (outcome, at) = if at - now > timeout {
            (Outcome::TimedOut, now + timeout)
        } else {
            (outcome, at)
        };
        *live = Live::Sent(attempt, outcome);
        self.events.put(at, slot);
    }
}

fn nanoseconds(time: Duration) -> Time {
    Time::try_from(time.as_nanos()).unwrap_or(Time::MAX)
}

fn answer(outcome: Outcome) -> Result<Response<Bytes>, Failure<Reset>> {
    let mut answer = Response::new(Bytes::new());
    match outcome {
        Outcome::Success => {}
        Outcome::Status(status, retry_after) => {
            *answer.status_mut() = StatusCode::from_u16(status).expect("it is one of a few");
            if let Some(seconds) = retry_after {
                let seconds = HeaderValue::from(seconds);
                answer.headers_mut().insert("retry-after", seconds);
            }
        }
        Outcome::Reset => return Err(Failure::new(FailureKind::Unanswered, Reset)),
        Outcome::TimedOut => return Err(FailureKind::TimedOut.into()),
    }
    Ok(answer)
}
