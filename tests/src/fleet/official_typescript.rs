//! What the official TypeScript SDK does.

use std::time::Duration;

use super::{Cause, FailedAttempt, RetryPolicy, Verdict};
use crate::error::FailureKind;

/// What the official TypeScript SDK (0.52) does by default, for comparison and for those who have
/// to behave like it: up to 15 minutes of retries after 408, 500, 502, 503, 504 and connection
/// errors, but not after 429; before the n-th retry `500 ms · (n-1)^1.5` and up to 1 s of jitter,
/// or what the server asks for, both at most 60 s; no timeout for an attempt.
///
/// A service in trouble is better off with [`ExponentialBackoff`](super::ExponentialBackoff).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OfficialBackoff;

impl OfficialBackoff {
    const INITIAL: Duration = Duration::from_millis(500);
    const EXPONENT: f64 = 1.5;
    const JITTER: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(60);
    const DEADLINE: Duration = Duration::from_secs(15 * 60);

    /// The policy; it has no settings.
    pub fn new() -> Self {
        Self
    }

    fn is_retried(cause: Cause<'_>) -> bool {
        match cause {
            Cause::Api(error) => matches!(error.status().as_u16(), 408 | 500 | 502 | 503 | 504),
            Cause::Transport(failure) => matches!(
                failure,
                FailureKind::NotSent | FailureKind::TimedOut | FailureKind::Unanswered
            ),
            Cause::Decode(_) => false,
        }
    }
}

impl RetryPolicy for OfficialBackoff {
    fn verdict(&self, failed: &FailedAttempt<'_>) -> Verdict {
        if !Self::is_retried(failed.cause) {
            return Verdict::Stop;
        }
        let wait = match failed.retry_after() {
            Some(asked) if !asked.is_zero() => asked,
            _ => {
                let retries = f64::from(failed.number.saturating_sub(1));
                let growth = Self::INITIAL.as_secs_f64() * retries.powf(Self::EXPONENT);
                let growth = Duration::try_from_secs_f64(growth).unwrap_or(Self::LONGEST);
                growth.saturating_add(failed.jitter(Self::JITTER))
            }
        };
        Verdict::RetryAfter(wait.min(Self::LONGEST))
    }

    fn attempt_timeout(&self) -> Option<Duration> {
        None
    }

    fn deadline(&self) -> Option<Duration> {
        Some(Self::DEADLINE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_by_the_sdk_formula_and_end_at_60_seconds() {
        let wait = |number| {
            let cause = Cause::Transport(FailureKind::NotSent);
            OfficialBackoff::new().verdict(&FailedAttempt::new(number, cause))
        };
        // Without randomness the jitter is zero.
        assert_eq!(wait(1), Verdict::RetryAfter(Duration::ZERO));
        assert_eq!(wait(2), Verdict::RetryAfter(Duration::from_millis(500)));
        assert_eq!(wait(5), Verdict::RetryAfter(Duration::from_secs(4)));
        assert_eq!(wait(u32::MAX), Verdict::RetryAfter(Duration::from_secs(60)));
    }
}
