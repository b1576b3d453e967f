//! What the official Go and Python SDKs do, for comparison. What the TypeScript SDK does is in the
//! core.

use apideck_vault_core::error::FailureKind;
use apideck_vault_core::retry::{Cause, FailedAttempt, RetryPolicy, Verdict};
use std::time::Duration;

const INITIAL: f64 = 0.5;
const EXPONENT: f64 = 1.5;
const LONGEST: Duration = Duration::from_secs(60);
const DEADLINE: Duration = Duration::from_secs(15 * 60);

fn is_retried(cause: Cause<'_>) -> bool {
    match cause {
        Cause::Api(error) => matches!(error.status().as_u16(), 408 | 500 | 502 | 503 | 504),
        Cause::Transport(failure) => matches!(
            failure,
            FailureKind::NotSent | FailureKind::TimedOut | FailureKind::Unanswered
        ),
        _ => false,
    }
}

/// Up to 60 s; what does not fit a duration is longer.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).map_or(LONGEST, |wait| wait.min(LONGEST))
}

/// Evenly spread over `0..1`.
fn part(failed: &FailedAttempt<'_>) -> f64 {
    failed.jitter(Duration::from_secs(1)).as_secs_f64()
}

/// Go (0.27): `500 ms · (n+1)^1.5` ± 25 %, `Retry-After` without a cap, 60 s for an attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfficialGo;

impl RetryPolicy for OfficialGo {
    fn verdict(&self, failed: &FailedAttempt<'_>) -> Verdict {
        if !is_retried(failed.cause) {
            return Verdict::Stop;
        }
        // The n-th retry, beginning with 0, follows attempt n + 1.
        let growth = INITIAL * f64::from(failed.number).powf(EXPONENT);
        let own = seconds(growth * (0.75 + 0.5 * part(failed)));
        Verdict::RetryAfter(failed.retry_after().unwrap_or(own))
    }

    fn attempt_timeout(&self) -> Option<Duration> {
        Some(Duration::from_secs(60))
    }

    fn deadline(&self) -> Option<Duration> {
        Some(DEADLINE)
    }
}

/// Python (0.52): `500 ms · 1.5^n` and up to 1 s of jitter, `Retry-After` ignored, no timeout for an
/// attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfficialPython;

impl RetryPolicy for OfficialPython {
    fn verdict(&self, failed: &FailedAttempt<'_>) -> Verdict {
        if !is_retried(failed.cause) {
            return Verdict::Stop;
        }
        let retries = f64::from(failed.number - 1);
        Verdict::RetryAfter(seconds(INITIAL * EXPONENT.powf(retries) + part(failed)))
    }

    fn attempt_timeout(&self) -> Option<Duration> {
        None
    }

    fn deadline(&self) -> Option<Duration> {
        Some(DEADLINE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(policy: &dyn RetryPolicy, number: u32, random: u64) -> f64 {
        let mut failed = FailedAttempt::new(number, Cause::Transport(FailureKind::NotSent));
        failed.random = random;
        match policy.verdict(&failed) {
            Verdict::RetryAfter(wait) => wait.as_secs_f64(),
            verdict => panic!("{verdict:?}"),
        }
    }

    #[test]
    fn waits_follow_the_sdks_formulas() {
        assert_eq!(wait(&OfficialGo, 1, 0), 0.375);
        assert!((wait(&OfficialGo, 4, u64::MAX) - 5.0).abs() < 1e-6);
        assert_eq!(wait(&OfficialGo, u32::MAX, 0), 60.0);
        assert_eq!(wait(&OfficialPython, 1, 0), 0.5);
        assert!((wait(&OfficialPython, 3, u64::MAX) - 2.125).abs() < 1e-6);
        assert_eq!(wait(&OfficialPython, u32::MAX, 0), 60.0);
    }
}
