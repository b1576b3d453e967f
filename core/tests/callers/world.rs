//! A few callers in virtual time, in front of a service that does what a test says.

use apideck_vault_core::error::{CallError, Failure, FailureKind};
use apideck_vault_core::http::Response;
use apideck_vault_core::{Attempt, Bytes, ClientSettings, CreateSession, Step, Vault, Wait};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::convert::Infallible;
use std::time::Duration;

pub(crate) const S: Duration = Duration::from_secs(1);
pub(crate) const MS: Duration = Duration::from_millis(1);

const OK: &str = r#"{"data":{"session_uri":"https://v/s","session_token":"t"}}"#;

/// What the service makes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success,
    Status(u16),
    Reset,
    TimedOut,
}

/// A call that is over.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) took: Duration,
    pub(crate) was_held: bool,
    pub(crate) error: Option<CallError<Infallible>>,
}

enum Live {
    Sent(Attempt<CreateSession, Infallible>, Outcome),
    Waiting(Wait<CreateSession, Infallible>),
}

struct Call {
    live: Live,
    begun: Duration,
    was_held: bool,
}

/// One client, and the calls that it has under way.
pub(crate) struct World<'a> {
    pub(crate) settings: ClientSettings,
    /// What comes of an attempt: when it is sent, and which attempt of its call it is.
    service: Box<dyn FnMut(Duration, u32) -> (Outcome, Duration) + 'a>,
    events: BinaryHeap<Reverse<(Duration, u64)>>,
    calls: BTreeMap<u64, Call>,
    next: u64,
    pub(crate) now: Duration,
}

impl<'a> World<'a> {
    pub(crate) fn new(
        seed: u64,
        service: impl FnMut(Duration, u32) -> (Outcome, Duration) + 'a,
    ) -> Self {
        Self {
            settings: ClientSettings::from(Vault::new("key", "app").unwrap()),
            service: Box::new(service),
            events: BinaryHeap::new(),
            calls: BTreeMap::new(),
            next: seed << 32,
            now: Duration::ZERO,
        }
    }

    /// Begins a call now.
    pub(crate) fn call(&mut self) {
        let id = self.next;
        self.next += 1;
        let seed = id.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (id >> 7);
        let step = self.settings.begin(CreateSession::new("c"), seed);
        let Step::Send(_, attempt) = step else {
            panic!("{step:?}")
        };
        let call = |live| Call {
            live,
            begun: self.now,
            was_held: false,
        };
        let (outcome, took) = (self.service)(self.now, 1);
        self.calls.insert(id, call(Live::Sent(attempt, outcome)));
        self.events.push(Reverse((self.now + took, id)));
    }

    /// When something happens next.
    pub(crate) fn next_event(&self) -> Option<Duration> {
        self.events.peek().map(|Reverse((at, _))| *at)
    }

    /// Lets the next thing happen; gives the call that it ends.
    pub(crate) fn go_on(&mut self) -> Option<Ended> {
        let Reverse((now, id)) = self.events.pop()?;
        self.now = now;
        let mut call = self.calls.remove(&id).unwrap();
        let elapsed = now - call.begun;
        let step = match call.live {
            Live::Sent(attempt, outcome) => attempt.finish(answer(outcome), elapsed),
            Live::Waiting(wait) => wait.resume(elapsed),
        };
        let (live, at) = match step {
            Step::Send(_, attempt) => {
                let timeout = attempt.timeout().unwrap();
                let (outcome, took) = (self.service)(now, attempt.number());
                let (outcome, took) = match took < timeout {
                    true => (outcome, took),
                    false => (Outcome::TimedOut, timeout),
                };
                (Live::Sent(attempt, outcome), now + took)
            }
            Step::Wait(wait) => {
                call.was_held |= wait.is_held();
                let at = now + wait.delay();
                (Live::Waiting(wait), at)
            }
            Step::Done(result) => {
                return Some(Ended {
                    took: elapsed,
                    was_held: call.was_held,
                    error: result.err(),
                });
            }
        };
        call.live = live;
        self.calls.insert(id, call);
        self.events.push(Reverse((at, id)));
        None
    }

    /// Runs until no call is under way.
    pub(crate) fn run(&mut self) -> Vec<Ended> {
        let mut ended = Vec::new();
        while self.next_event().is_some() {
            ended.extend(self.go_on());
        }
        ended
    }
}

fn answer(outcome: Outcome) -> Result<Response<Bytes>, Failure<Infallible>> {
    let answer = |status, body: &'static str| {
        let answer = Response::builder().status(status);
        Ok(answer.body(Bytes::from_static(body.as_bytes())).unwrap())
    };
    match outcome {
        Outcome::Success => answer(200, OK),
        Outcome::Status(status) => answer(status, ""),
        Outcome::Reset => Err(FailureKind::Unanswered.into()),
        Outcome::TimedOut => Err(FailureKind::TimedOut.into()),
    }
}

/// A number between 0 and 1 that looks random.
pub(crate) fn part(n: u64) -> f64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}
