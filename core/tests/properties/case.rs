//! A case: a policy, what comes of each attempt, and what the clock shows.

use apideck_vault_core::error::{CallError, CallErrorKind, Failure, FailureKind};
use apideck_vault_core::http::Response;
use apideck_vault_core::retry::{
    ExponentialBackoff, FailedAttempt, RetryBudget, RetryPolicy, Verdict, WhenEmpty,
};
use apideck_vault_core::{Bytes, ClientSettings, Vault};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::{option, prop_oneof};
use std::fmt;
use std::time::Duration;

const OK: &str =
    r#"{"status_code":200,"status":"OK","data":{"session_uri":"https://v/s","session_token":"t"}}"#;

/// What the server, or the way to it, makes of an attempt.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    Success,
    Broken,
    Refusal(u16, Option<String>),
    Failure(FailureKind),
}

/// An error of a stack that knows which attempt it ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ended(pub(crate) u32);

impl fmt::Display for Ended {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "attempt {}", self.0)
    }
}

impl std::error::Error for Ended {}

impl Outcome {
    /// Every answer and failure says which attempt it belongs to.
    pub(crate) fn of(&self, attempt: u32) -> Result<Response<Bytes>, Failure<Ended>> {
        let answer = Response::builder();
        let answer = match self {
            Self::Success => answer.body(OK.into()),
            Self::Broken => answer.body(format!("broken answer to attempt {attempt}").into()),
            Self::Refusal(status, retry_after) => {
                let mut answer = answer.status(*status);
                if let Some(asked) = retry_after {
                    answer = answer.header("retry-after", asked);
                }
                answer.body(format!(r#"{{"message":"attempt {attempt}"}}"#).into())
            }
            Self::Failure(kind) => return Err(Failure::new(*kind, Ended(attempt))),
        };
        Ok(answer.unwrap())
    }

    /// How long the server asks to wait.
    fn asked_for(&self) -> Duration {
        let Self::Refusal(_, Some(asked)) = self else {
            return Duration::ZERO;
        };
        let is_number = asked.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = if is_number {
            asked.parse().unwrap_or(u64::MAX)
        } else {
            0
        };
        Duration::from_secs(seconds)
    }

    /// Whether this error is the one that this outcome gave this attempt.
    pub(crate) fn is(&self, error: &CallError<Ended>, attempt: u32) -> bool {
        match (self, error.kind()) {
            (Self::Broken, CallErrorKind::Decode(error)) => {
                error.body() == format!("broken answer to attempt {attempt}").as_bytes()
            }
            (Self::Refusal(status, _), CallErrorKind::Api(error)) => {
                error.status().as_u16() == *status
                    && error.message() == Some(format!("attempt {attempt}").as_str())
            }
            (Self::Failure(kind), CallErrorKind::Transport(failure)) => {
                failure.kind() == *kind && failure.error() == Some(&Ended(attempt))
            }
            _ => false,
        }
    }
}

/// Says whatever it was made to say.
#[derive(Debug)]
struct Whatever(Vec<Verdict>);

impl RetryPolicy for Whatever {
    fn verdict(&self, failed: &FailedAttempt<'_>) -> Verdict {
        let index = usize::try_from(failed.number - 1).unwrap();
        *self.0.get(index).unwrap_or(&Verdict::Stop)
    }
}

/// How to make settings: each run of a case gets some with a fresh budget.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) policy: Policy,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) budget: Option<Budget>,
}

#[derive(Debug, Clone)]
pub(crate) enum Policy {
    Exponential {
        max_attempts: u32,
        initial_backoff: Duration,
        max_backoff: Duration,
        max_retry_after: Duration,
    },
    Whatever(Vec<Verdict>),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    pub(crate) capacity: u32,
    pub(crate) per_call: f64,
    pub(crate) per_success: f64,
    pub(crate) per_held_second: f64,
    pub(crate) fails: bool,
}

impl Budget {
    pub(crate) fn make(self) -> RetryBudget {
        let when_empty = if self.fails {
            WhenEmpty::Fail
        } else {
            WhenEmpty::Wait
        };
        RetryBudget::new()
            .capacity(self.capacity)
            .refilled(self.per_call, self.per_success, self.per_held_second)
            .when_empty(when_empty)
    }
}

impl Plan {
    pub(crate) fn make(&self) -> ClientSettings {
        let settings = ClientSettings::from(Vault::new("key", "app").unwrap())
            .attempt_timeout(self.attempt_timeout)
            .deadline(self.deadline)
            .budget(self.budget.map(Budget::make));
        match self.policy.clone() {
            Policy::Whatever(verdicts) => settings.retry(Whatever(verdicts)),
            Policy::Exponential {
                max_attempts,
                initial_backoff,
                max_backoff,
                max_retry_after,
            } => settings.retry(
                ExponentialBackoff::new()
                    .max_attempts(max_attempts)
                    .initial_backoff(initial_backoff)
                    .max_backoff(max_backoff)
                    .max_retry_after(max_retry_after),
            ),
        }
    }

    /// How many attempts it allows.
    pub(crate) fn max_attempts(&self) -> usize {
        match &self.policy {
            Policy::Exponential { max_attempts, .. } => (*max_attempts).max(1) as usize,
            Policy::Whatever(verdicts) => verdicts.len() + 1,
        }
    }

    /// How many attempts it makes if each is refused in a way that is retried.
    pub(crate) fn stops_after(&self) -> usize {
        match &self.policy {
            Policy::Exponential { .. } => self.max_attempts(),
            Policy::Whatever(verdicts) => {
                let stop = verdicts
                    .iter()
                    .position(|verdict| *verdict == Verdict::Stop);
                stop.unwrap_or(verdicts.len()) + 1
            }
        }
    }

    /// The shortest and the longest wait that may follow an attempt: at least what the server asked
    /// for, as far as the policy listens, and at most that and the jitter on it.
    pub(crate) fn waits_after(&self, attempt: usize, outcome: &Outcome) -> (Duration, Duration) {
        let (max_backoff, max_retry_after) = match &self.policy {
            Policy::Whatever(verdicts) => {
                return match verdicts[attempt - 1] {
                    Verdict::RetryAfter(wait) => (wait, wait),
                    verdict => panic!("{verdict:?} is not followed by a wait"),
                };
            }
            Policy::Exponential {
                max_backoff,
                max_retry_after,
                ..
            } => (*max_backoff, *max_retry_after),
        };
        let asked = outcome.asked_for().min(max_retry_after);
        (asked, asked.saturating_add(max_backoff.max(asked / 2)))
    }
}

/// What a clock shows next, seen from what it should show.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Clock {
    Right,
    Still,
    Jumps(Duration),
    GoesBack(Duration),
}

#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) plan: Plan,
    pub(crate) seed: u64,
    /// For each attempt: what comes of it, and what part of its timeout it takes.
    pub(crate) attempts: Vec<(Outcome, f64)>,
    pub(crate) clock: Vec<Clock>,
    /// Calls of the same client that failed before this one began.
    pub(crate) before: u8,
}

pub(crate) fn duration() -> impl Strategy<Value = Duration> {
    prop_oneof![
        4 => (0_u64..40_000).prop_map(Duration::from_millis),
        1 => Just(Duration::ZERO),
        1 => any::<u64>().prop_map(Duration::from_nanos),
        1 => Just(Duration::MAX),
    ]
}

pub(crate) fn outcome() -> impl Strategy<Value = Outcome> {
    let asked = option::of(prop_oneof![
        (0_u32..100).prop_map(|seconds| seconds.to_string()),
        Just("99999999999999999999".to_owned()),
        Just("soon".to_owned()),
    ]);
    let kind = prop_oneof![
        Just(FailureKind::NotSent),
        Just(FailureKind::TimedOut),
        Just(FailureKind::Unanswered),
        Just(FailureKind::TooLarge),
        Just(FailureKind::Other),
    ];
    let status = prop_oneof![
        4 => prop_oneof![Just(408_u16), Just(429), Just(500), Just(502), Just(503), Just(504)],
        1 => 201_u16..600,
    ];
    prop_oneof![
        1 => Just(Outcome::Success),
        1 => Just(Outcome::Broken),
        8 => (status, asked).prop_map(|(status, asked)| Outcome::Refusal(status, asked)),
        4 => kind.prop_map(Outcome::Failure),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    let budget = (0_u32..6, 0.0..1.5, -0.5..1.5, 0.0..0.1, any::<bool>());
    let budget = budget.prop_map(
        |(capacity, per_call, per_success, per_held_second, fails)| Budget {
            capacity,
            per_call,
            per_success,
            per_held_second,
            fails,
        },
    );
    let verdict = prop_oneof![
        6 => duration().prop_map(Verdict::RetryAfter),
        1 => Just(Verdict::Stop),
    ];
    let backoff = (0_u32..12, duration(), duration(), duration());
    let policy = prop_oneof![
        2 => backoff.prop_map(|backoff| Policy::Exponential {
            max_attempts: backoff.0,
            initial_backoff: backoff.1,
            max_backoff: backoff.2,
            max_retry_after: backoff.3,
        }),
        1 => vec(verdict, 0..12).prop_map(Policy::Whatever),
    ];
    let times = (option::of(duration()), option::weighted(0.8, duration()));
    (policy, times, option::of(budget)).prop_map(|(policy, times, budget)| Plan {
        policy,
        attempt_timeout: times.0,
        deadline: times.1,
        budget,
    })
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    let clock = prop_oneof![
        2 => Just(Clock::Right),
        2 => Just(Clock::Still),
        1 => duration().prop_map(Clock::Jumps),
        1 => duration().prop_map(Clock::GoesBack),
    ];
    (
        plan(),
        any::<u64>(),
        vec((outcome(), 0.0..=1.0), 1..8),
        vec(clock, 1..6),
        0_u8..10,
    )
        .prop_map(|(plan, seed, attempts, clock, before)| Case {
            plan,
            seed,
            attempts,
            clock,
            before,
        })
}
