//! A case: a policy, what comes of each attempt, and what the clock shows.

use apideck_vault_core::Bytes;
use apideck_vault_core::error::{CallError, CallErrorKind, Failure, FailureKind};
use apideck_vault_core::http::Response;
use apideck_vault_core::retry::{
    ExponentialBackoff, FailedAttempt, OfficialBackoff, RetryBudget, RetryPolicy, Verdict,
    WhenEmpty,
};
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
pub(crate) struct Whatever {
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) budget: Option<RetryBudget>,
}

impl RetryPolicy for Whatever {
    fn verdict(&self, failed: &FailedAttempt<'_>) -> Verdict {
        let index = usize::try_from(failed.number - 1).unwrap();
        *self.verdicts.get(index).unwrap_or(&Verdict::Stop)
    }

    fn attempt_timeout(&self) -> Option<Duration> {
        self.attempt_timeout
    }

    fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    fn budget(&self) -> Option<&RetryBudget> {
        self.budget.as_ref()
    }
}

/// How to make a policy: each run of a case gets one with a fresh budget.
#[derive(Debug, Clone)]
pub(crate) enum Plan {
    Exponential {
        max_attempts: u32,
        initial_backoff: Duration,
        max_backoff: Duration,
        max_retry_after: Duration,
        attempt_timeout: Option<Duration>,
        deadline: Option<Duration>,
        budget: Option<Budget>,
    },
    Whatever {
        verdicts: Vec<Verdict>,
        attempt_timeout: Option<Duration>,
        deadline: Option<Duration>,
        budget: Option<Budget>,
    },
    Official,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    pub(crate) capacity: u32,
    pub(crate) per_call: f64,
    pub(crate) per_success: f64,
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
            .per_call(self.per_call)
            .per_success(self.per_success)
            .when_empty(when_empty)
    }
}

impl Plan {
    pub(crate) fn make(&self) -> Box<dyn RetryPolicy> {
        match self.clone() {
            Self::Exponential {
                max_attempts,
                initial_backoff,
                max_backoff,
                max_retry_after,
                attempt_timeout,
                deadline,
                budget,
            } => Box::new(
                ExponentialBackoff::new()
                    .max_attempts(max_attempts)
                    .initial_backoff(initial_backoff)
                    .max_backoff(max_backoff)
                    .max_retry_after(max_retry_after)
                    .attempt_timeout(attempt_timeout)
                    .deadline(deadline)
                    .budget(budget.map(Budget::make)),
            ),
            Self::Whatever {
                verdicts,
                attempt_timeout,
                deadline,
                budget,
            } => Box::new(Whatever {
                verdicts,
                attempt_timeout,
                deadline,
                budget: budget.map(Budget::make),
            }),
            Self::Official => Box::new(OfficialBackoff::new()),
        }
    }

    /// How many attempts it allows; the official policy is bound by its deadline alone.
    pub(crate) fn max_attempts(&self) -> usize {
        match self {
            Self::Exponential { max_attempts, .. } => (*max_attempts).max(1) as usize,
            Self::Whatever { verdicts, .. } => verdicts.len() + 1,
            Self::Official => usize::MAX,
        }
    }

    /// The longest wait it can come to by itself or at a server's wish.
    pub(crate) fn longest_wait(&self) -> Duration {
        match self {
            Self::Exponential {
                max_backoff,
                max_retry_after,
                ..
            } => max_retry_after.saturating_add(*max_backoff.max(&(*max_retry_after / 2))),
            Self::Whatever { .. } => Duration::MAX,
            Self::Official => Duration::from_secs(60),
        }
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
    pub(crate) deadline: Option<Duration>,
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

pub(crate) fn plan() -> impl Strategy<Value = Plan> {
    let budget = || {
        let budget = (0_u32..6, 0.0..1.5, -0.5..1.5, any::<bool>());
        option::of(
            budget.prop_map(|(capacity, per_call, per_success, fails)| Budget {
                capacity,
                per_call,
                per_success,
                fails,
            }),
        )
    };
    let verdict = prop_oneof![
        6 => duration().prop_map(Verdict::RetryAfter),
        1 => Just(Verdict::Stop),
    ];
    let backoff = (0_u32..12, duration(), duration(), duration());
    let times = || (option::of(duration()), option::weighted(0.8, duration()));
    prop_oneof![
        6 => (backoff, times(), budget()).prop_map(|(backoff, times, budget)| Plan::Exponential {
            max_attempts: backoff.0,
            initial_backoff: backoff.1,
            max_backoff: backoff.2,
            max_retry_after: backoff.3,
            attempt_timeout: times.0,
            deadline: times.1,
            budget,
        }),
        3 => (vec(verdict, 0..12), times(), budget()).prop_map(|(verdicts, times, budget)| {
            Plan::Whatever {
                verdicts,
                attempt_timeout: times.0,
                deadline: times.1,
                budget,
            }
        }),
        1 => Just(Plan::Official),
    ]
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
        option::weighted(0.2, duration()),
        any::<u64>(),
        vec((outcome(), 0.0..=1.0), 1..8),
        vec(clock, 1..6),
        0_u8..10,
    )
        .prop_map(|(plan, deadline, seed, attempts, clock, before)| Case {
            // Its attempts have no other bound: a deadline of years would be a run of years.
            deadline: deadline.filter(|_| !matches!(plan, Plan::Official)),
            plan,
            seed,
            attempts,
            clock,
            before,
        })
}
