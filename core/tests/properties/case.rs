//! A case: the settings, the outcome of each attempt, and what the clock shows.

use apideck_vault_core::Bytes;
use apideck_vault_core::error::{CallError, CallErrorKind, Failure, FailureKind};
use apideck_vault_core::http::Response;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::{option, prop_oneof};
use std::fmt;
use std::time::Duration;

use crate::plan::{Plan, plan};

const OK: &str =
    r#"{"status_code":200,"status":"OK","data":{"session_uri":"https://v/s","session_token":"t"}}"#;

/// What the server, or the network, makes of an attempt.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    Success,
    Broken,
    Refusal(u16, Option<String>),
    Failure(FailureKind),
}

/// A stack's error that knows which attempt it ended.
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

    /// How long the server asks the client to wait.
    pub(crate) fn asked_for(&self) -> Duration {
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

    /// Whether this error is the one that this outcome caused in this attempt.
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

/// What a clock shows next, relative to what it should show.
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
    /// For each attempt: its outcome, and what fraction of its timeout it takes.
    pub(crate) attempts: Vec<(Outcome, f64)>,
    pub(crate) clock: Vec<Clock>,
    /// How many calls of the same client failed before this one began.
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
        Just(FailureKind::NameNotResolved),
        Just(FailureKind::Refused),
        Just(FailureKind::Untrusted),
        Just(FailureKind::ClientUntrusted),
        Just(FailureKind::NotTls),
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
