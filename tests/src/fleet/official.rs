//! What the official SDKs do, for comparison.

use apideck_vault_core::error::FailureKind;
use apideck_vault_core::retry::{Cause, FailedAttempt, RetryPolicy, Verdict};
use std::time::Duration;

const INITIAL: f64 = 0.5;
const EXPONENT: f64 = 1.5;
const JITTER: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// The default policy of an official SDK. All of them retry 408, 500, 502, 503, 504 and connection
/// errors, but not 429, for up to 15 minutes, which no caller here has the patience for. They differ
/// in the wait before the n-th retry, beginning with 0.
#[derive(Debug, Clone, Copy)]
pub(super) enum Official {
    /// 0.52: `500 ms · n^1.5` and up to 1 s of jitter, or the `Retry-After`, both at most 60 s.
    TypeScript,
    /// 0.27: `500 ms · (n+1)^1.5` ± 25 %, or the `Retry-After` without a cap.
    Go,
    /// 0.52: `500 ms · 1.5^n` and up to 1 s of jitter; `Retry-After` is ignored.
    Python,
}

impl Official {
    /// How long an attempt may take.
    pub(super) fn attempt_timeout(self) -> Option<Duration> {
        match self {
            Self::Go => Some(Duration::from_secs(60)),
            Self::TypeScript | Self::Python => None,
        }
    }
}

impl RetryPolicy for Official {
    fn verdict(&self, failed: &FailedAttempt<'_>) -> Verdict {
        if !is_retried(failed.cause) {
            return Verdict::Stop;
        }
        let retries = f64::from(failed.number.saturating_sub(1));
        let asked = failed.retry_after();
        let wait = match self {
            Self::TypeScript => {
                let own = seconds(INITIAL * retries.powf(EXPONENT)) + failed.jitter(JITTER);
                let asked = asked.filter(|asked| !asked.is_zero());
                asked.unwrap_or(own).min(LONGEST)
            }
            Self::Go => {
                let growth = INITIAL * (retries + 1.0).powf(EXPONENT);
                asked.unwrap_or(seconds(growth * (0.75 + 0.5 * jitter(failed))))
            }
            Self::Python => seconds(INITIAL * EXPONENT.powf(retries) + jitter(failed)),
        };
        Verdict::RetryAfter(wait)
    }
}

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
fn jitter(failed: &FailedAttempt<'_>) -> f64 {
    failed.jitter(JITTER).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(policy: Official, number: u32, random: u64) -> f64 {
        let mut failed = FailedAttempt::new(number, Cause::Transport(FailureKind::NotSent));
        failed.random = random;
        match policy.verdict(&failed) {
            Verdict::RetryAfter(wait) => wait.as_secs_f64(),
            verdict => panic!("{verdict:?}"),
        }
    }

    #[test]
    fn waits_follow_the_sdks_formulas_and_end_at_60_seconds() {
        assert_eq!(wait(Official::TypeScript, 1, 0), 0.0);
        assert_eq!(wait(Official::TypeScript, 2, 0), 0.5);
        assert_eq!(wait(Official::TypeScript, 5, 0), 4.0);
        assert!((wait(Official::TypeScript, 5, u64::MAX) - 5.0).abs() < 1e-6);
        assert_eq!(wait(Official::TypeScript, u32::MAX, u64::MAX), 60.0);
        assert_eq!(wait(Official::Go, 1, 0), 0.375);
        assert!((wait(Official::Go, 4, u64::MAX) - 5.0).abs() < 1e-6);
        assert_eq!(wait(Official::Go, u32::MAX, 0), 60.0);
        assert_eq!(wait(Official::Python, 1, 0), 0.5);
        assert!((wait(Official::Python, 3, u64::MAX) - 2.125).abs() < 1e-6);
        assert_eq!(wait(Official::Python, u32::MAX, 0), 60.0);
    }
}
