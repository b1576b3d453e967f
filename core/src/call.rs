//! A whole call without I/O: attempts, waits and the deadline as one state machine.
//!
//! ```text
//!   Call::begin ──► Send(Attempt) ──finish──► Done(result)
//!        │            ▲      │                  ▲   ▲
//!        │         resume  finish               │   │
//!        │            │      ▼                  │   │
//!        │          Wait(Wait) ─────resume──────┘   │
//!        └────────── input cannot be sent ──────────┘
//! ```
//!
//! Each state is consumed by the step that leaves it, so a wrong order does not compile. Time comes
//! in as the `Duration` since the call began, randomness as a seed: the same inputs give the same
//! run.

use bytes::Bytes;
use http::{Request, Response};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{CallError, CallErrorKind, Failure, GaveUp, ResponseError};
use crate::retry::{Cause, FailedAttempt, RetryPolicy, Verdict};
use crate::{Operation, Vault};

/// Where a call begins.
///
/// This is all that an HTTP stack needs around it (here one that fails once; a real one sends, and
/// measures the time with a clock):
///
/// ```
/// use apideck_vault_core::{Bytes, Call, CreateSession, Step, Vault, http};
/// use apideck_vault_core::error::{Failure, FailureKind};
/// use apideck_vault_core::retry::ExponentialBackoff;
/// use std::{io, time::Duration};
///
/// let mut answers = vec![
///     Ok(http::Response::new(Bytes::from_static(
///         br#"{"status_code":200,"status":"OK","data":{"session_uri":"https://vault.apideck.com/session/t","session_token":"t"}}"#,
///     ))),
///     Err(Failure::new(FailureKind::NotSent, io::Error::other("connection refused"))),
/// ];
/// let vault = Vault::new("sk_live_1", "app")?;
/// let policy = ExponentialBackoff::new();
/// let mut elapsed = Duration::ZERO;
///
/// let mut step = Call::begin(&vault, CreateSession::new("test-consumer"), &policy, 42);
/// let result = loop {
///     step = match step {
///         Step::Send(attempt) => {
///             let request = attempt.request();
///             assert_eq!(request.method(), "POST");
///             let outcome = answers.pop().expect("two attempts are enough");
///             attempt.finish(outcome, elapsed)
///         }
///         Step::Wait(wait) => {
///             elapsed += wait.delay();
///             wait.resume(elapsed)
///         }
///         Step::Done(result) => break result,
///     };
/// };
/// assert_eq!(result?.body().session_uri(), "https://vault.apideck.com/session/t");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Call;

impl Call {
    /// Encodes the request, once for all attempts. The first step is to send it, or
    /// [`Step::Done`] if the input cannot be sent.
    ///
    /// `seed` is where the policy's randomness comes from: take a new one for each call, or the
    /// clients of a service in trouble come back all at the same time.
    pub fn begin<'p, O: Operation, E>(
        vault: &Vault,
        operation: O,
        policy: &'p dyn RetryPolicy,
        seed: u64,
    ) -> Step<'p, O, E> {
        let request = match operation.encode(vault) {
            Ok(request) => request,
            Err(error) => return Step::Done(Err(error.into())),
        };
        let options = operation.options();
        let policy = match options.retry {
            Some(policy) => Policy::OfCall(policy),
            None => Policy::OfClient(policy),
        };
        let deadline = options.deadline.or_else(|| policy.get().deadline());
        Step::Send(Attempt {
            state: State {
                vault: vault.clone(),
                operation,
                request,
                policy,
                deadline,
                seed,
                attempts: 1,
            },
            begun: Duration::ZERO,
        })
    }
}

/// What to do next in a call. `E` is the HTTP stack's own error.
#[expect(
    clippy::exhaustive_enums,
    reason = "a caller that does not know a step could not go on"
)]
pub enum Step<'p, O: Operation, E> {
    /// Send the request, then [`finish`](Attempt::finish) with what came of it.
    Send(Attempt<'p, O>),
    /// Let time pass, then [`resume`](Wait::resume).
    Wait(Wait<'p, O, E>),
    /// The call is over.
    Done(Result<Response<O::Output>, CallError<E>>),
}

/// An attempt that is to be sent.
#[must_use = "an attempt has to be sent and finished"]
pub struct Attempt<'p, O> {
    state: State<'p, O>,
    begun: Duration,
}

/// A pause before the next attempt.
#[must_use = "a wait has to be resumed"]
pub struct Wait<'p, O, E> {
    state: State<'p, O>,
    delay: Duration,
    error: CallErrorKind<E>,
}

impl<'p, O: Operation> Attempt<'p, O> {
    /// The request to send: the same for every attempt. Its body is shared, not copied.
    pub fn request(&self) -> Request<Bytes> {
        self.state.request.clone()
    }

    /// Which attempt of the call this is, beginning with 1.
    pub fn number(&self) -> u32 {
        self.state.attempts
    }

    /// How long this attempt may take, from connecting to the last byte of the answer: the
    /// policy's attempt timeout, or what is left until the deadline if that is less.
    pub fn timeout(&self) -> Option<Duration> {
        let left = self
            .state
            .deadline
            .map(|deadline| deadline.saturating_sub(self.begun));
        match (self.state.policy.get().attempt_timeout(), left) {
            (Some(timeout), Some(left)) => Some(timeout.min(left)),
            (timeout, left) => timeout.or(left),
        }
    }

    /// Takes what came of the attempt and how long ago the call began.
    pub fn finish<E>(
        self,
        outcome: Result<Response<Bytes>, Failure<E>>,
        elapsed: Duration,
    ) -> Step<'p, O, E> {
        let state = self.state;
        let error = match outcome.map(|answer| state.operation.decode(answer)) {
            Ok(Ok(mut answer)) => {
                if state.attempts > 1 {
                    answer.extensions_mut().insert(Attempts(state.attempts));
                }
                return Step::Done(Ok(answer));
            }
            Ok(Err(ResponseError::Api(mut error))) => {
                error.redact(state.vault.api_key());
                CallErrorKind::Api(error)
            }
            Ok(Err(ResponseError::Decode(error))) => CallErrorKind::Decode(error),
            Err(failure) => CallErrorKind::Transport(failure),
        };
        let verdict = Cause::of(&error).map_or(Verdict::Stop, |cause| {
            state.policy.get().verdict(&FailedAttempt {
                number: state.attempts,
                cause,
                elapsed,
                deadline: state.deadline,
                random: random(state.seed, state.attempts),
            })
        });
        match verdict {
            Verdict::RetryAfter(delay) if state.is_open(elapsed.saturating_add(delay)) => {
                Step::Wait(Wait {
                    state,
                    delay,
                    error,
                })
            }
            Verdict::Stop if state.is_open(elapsed) => state.done(error, GaveUp::Policy),
            Verdict::Stop | Verdict::RetryAfter(_) => state.done(error, GaveUp::Deadline),
        }
    }
}

impl<'p, O: Operation, E> Wait<'p, O, E> {
    /// How long to wait.
    pub fn delay(&self) -> Duration {
        self.delay
    }

    /// What the last attempt ended with, for those who want to log it.
    pub fn error(&self) -> &CallErrorKind<E> {
        &self.error
    }

    /// Goes on after the wait; takes how long ago the call began. Usually the next step is to send.
    /// If the wait took so long that the deadline has passed, the call is over. (A step to wait on
    /// is possible as well: the loop around a call has to be ready for it.)
    pub fn resume(mut self, elapsed: Duration) -> Step<'p, O, E> {
        if !self.state.is_open(elapsed) {
            return self.state.done(self.error, GaveUp::Deadline);
        }
        self.state.attempts = self.state.attempts.saturating_add(1);
        Step::Send(Attempt {
            state: self.state,
            begun: elapsed,
        })
    }
}

/// How many attempts an answer took.
///
/// ```
/// # use apideck_vault_core::{Attempts, http};
/// let answer = http::Response::new("an answer to the first attempt");
/// assert_eq!(Attempts::of(&answer), 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts(u32);

impl Attempts {
    /// How many attempts this answer of a call took: at least 1.
    pub fn of<T>(answer: &Response<T>) -> u32 {
        // An answer to the first attempt carries no mark, which saves the usual case the cost.
        answer
            .extensions()
            .get()
            .map_or(1, |Self(attempts)| *attempts)
    }
}

/// What all steps of a call share.
struct State<'p, O> {
    vault: Vault,
    operation: O,
    request: Request<Bytes>,
    policy: Policy<'p>,
    deadline: Option<Duration>,
    seed: u64,
    attempts: u32,
}

enum Policy<'p> {
    OfClient(&'p dyn RetryPolicy),
    OfCall(Arc<dyn RetryPolicy>),
}

impl Policy<'_> {
    fn get(&self) -> &dyn RetryPolicy {
        match self {
            Self::OfClient(policy) => *policy,
            Self::OfCall(policy) => policy.as_ref(),
        }
    }
}

impl<'p, O: Operation> State<'p, O> {
    /// Whether an attempt may still begin at this time.
    fn is_open(&self, elapsed: Duration) -> bool {
        self.deadline.is_none_or(|deadline| elapsed < deadline)
    }

    fn done<E>(self, error: CallErrorKind<E>, gave_up: GaveUp) -> Step<'p, O, E> {
        Step::Done(Err(CallError::new(error, self.attempts, gave_up)))
    }
}

/// The n-th number of the SplitMix64 sequence that begins at `seed`
/// ([Steele, Lea, Flood 2014](https://doi.org/10.1145/2714064.2660195)).
fn random(seed: u64, n: u32) -> u64 {
    let z = seed.wrapping_add(u64::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl<O: Operation, E> fmt::Debug for Step<'_, O, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(attempt) => attempt.fmt(formatter),
            Self::Wait(wait) => wait.fmt(formatter),
            Self::Done(result) => match result {
                Ok(_) => formatter.write_str("Done(Ok)"),
                Err(_) => formatter.write_str("Done(Err)"),
            },
        }
    }
}

impl<O> fmt::Debug for Attempt<'_, O> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Attempt")
            .field("number", &self.state.attempts)
            .field("begun", &self.begun)
            .finish_non_exhaustive()
    }
}

impl<O, E> fmt::Debug for Wait<'_, O, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Wait")
            .field("after_attempt", &self.state.attempts)
            .field("delay", &self.delay)
            .finish_non_exhaustive()
    }
}
