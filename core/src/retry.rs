//! When to try again and when to stop: pure decisions.

mod budget;
mod exponential;

pub(crate) use budget::Hold;
pub use budget::{RetryBudget, WhenEmpty};
pub use exponential::ExponentialBackoff;
use exponential::may_pass;

use http::StatusCode;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{ApiError, CallError, CallErrorKind, DecodeError, FailureKind};

/// Decides whether a failed attempt is retried, and when: one pure function.
///
/// Before a call's first attempt, it may be asked about a timeout that has not happened, to divide a short
/// deadline: count in an [observer](crate::ClientSettings::observer), not here.
///
/// Time limits and the [`RetryBudget`] are not part of the policy; they belong to the client's
/// settings. A new policy for each call therefore does not bring a new budget.
///
/// Use [`ExponentialBackoff`] unless it cannot express what you need. A policy of your own:
///
/// ```
/// use apideck_vault_core::error::FailureKind;
/// use apideck_vault_core::retry::{Cause, FailedAttempt, RetryPolicy, Verdict};
/// use std::time::Duration;
///
/// /// Resends only what certainly did not arrive: no second token is ever issued.
/// #[derive(Debug)]
/// struct OnlyWhatWasNotSent;
///
/// impl RetryPolicy for OnlyWhatWasNotSent {
///     fn verdict(&self, failed: &FailedAttempt<'_>) -> Verdict {
///         match failed.cause {
///             Cause::Transport(kind) if kind.is_not_sent() && failed.number < 3 => {
///                 Verdict::RetryAfter(failed.jitter(Duration::from_millis(500)))
///             }
///             _ => Verdict::Stop,
///         }
///     }
/// }
///
/// let failed = FailedAttempt::new(1, Cause::Transport(FailureKind::Unanswered));
/// assert_eq!(OnlyWhatWasNotSent.verdict(&failed), Verdict::Stop);
/// ```
pub trait RetryPolicy: fmt::Debug + Send + Sync {
    /// What to do after this attempt. If the wait does not fit the deadline, the call ends at once.
    fn verdict(&self, failed: &FailedAttempt<'_>) -> Verdict;
}

/// What to do after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Wait this long, then try again.
    RetryAfter(Duration),
    /// End the call with its last error.
    Stop,
}

/// An attempt that failed, as a policy sees it.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct FailedAttempt<'a> {
    /// Which attempt of the call this was, starting at 1.
    pub number: u32,
    /// Why it failed.
    pub cause: Cause<'a>,
    /// How long ago the call began.
    pub elapsed: Duration,
    /// How long the whole call may take; `None` for no limit.
    pub deadline: Option<Duration>,
    /// 64 random bits, different for each attempt.
    pub random: u64,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Cause<'a> {
    /// An answer that is not a success.
    Api(&'a ApiError),
    /// An answer that breaks the contract.
    Decode(&'a DecodeError),
    /// No complete answer.
    Transport(FailureKind),
}

impl<'a> FailedAttempt<'a> {
    /// A failed attempt at the start of a call without a deadline and without randomness, for
    /// testing a policy.
    pub fn new(number: u32, cause: Cause<'a>) -> Self {
        Self {
            number,
            cause,
            elapsed: Duration::ZERO,
            deadline: None,
            random: 0,
        }
    }

    /// The status of the answer, if an answer came that is not a success.
    pub fn status(&self) -> Option<StatusCode> {
        match self.cause {
            Cause::Api(error) => Some(error.status()),
            _ => None,
        }
    }

    /// How long the server asked the client to wait, if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.cause {
            Cause::Api(error) => error.retry_after(),
            _ => None,
        }
    }

    /// A random duration, uniformly distributed from zero up to (not including) `limit`: full
    /// jitter.
    pub fn jitter(&self, limit: Duration) -> Duration {
        jitter(limit, self.random)
    }
}

/// Scales 64 random bits to a duration below `limit`.
fn jitter(limit: Duration, random: u64) -> Duration {
    let nanoseconds = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
    let product = u128::from(nanoseconds).wrapping_mul(u128::from(random));
    Duration::from_nanos(u64::try_from(product >> 64).unwrap_or(u64::MAX))
}

impl<'a> Cause<'a> {
    /// `None` if the call could not be made: no attempt failed.
    pub(crate) fn of<E>(kind: &'a CallErrorKind<E>) -> Option<Self> {
        match kind {
            CallErrorKind::Build(_) | CallErrorKind::Client(_) => None,
            CallErrorKind::Api(error) => Some(Self::Api(error)),
            CallErrorKind::Decode(error) => Some(Self::Decode(error)),
            CallErrorKind::Transport(failure) => Some(Self::Transport(failure.kind())),
        }
    }
}

/// A policy that is shared by several clients.
impl<P: RetryPolicy + ?Sized> RetryPolicy for Arc<P> {
    fn verdict(&self, failed: &FailedAttempt<'_>) -> Verdict {
        (**self).verdict(failed)
    }
}

impl<E> CallError<E> {
    /// Whether the same call may work later, without a change: whether its error is one that
    /// [`ExponentialBackoff`] retries by default. Use it to decide whether a job goes back to its
    /// queue.
    pub fn is_retryable(&self) -> bool {
        Cause::of(self.kind()).is_some_and(may_pass)
    }
}
