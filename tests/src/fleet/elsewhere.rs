//! What well-known libraries do, for comparison: when they retry. How they limit it is in `limit`.

use apideck_vault_core::error::FailureKind;
use apideck_vault_core::retry::{Cause, FailedAttempt, RetryPolicy, Verdict};
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);
const S: Duration = Duration::from_secs(1);

/// The waits of another library. Its sources are named where its [limit](super::limit) is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Elsewhere {
    /// AWS, standard mode, before 2026: at most 3 attempts, full jitter up to 1 s, 2 s.
    Aws,
    /// The same, since its update: up to 50 ms, 100 ms, but up to 1 s, 2 s if it was throttled.
    Aws2026,
    /// gRPC, with the values of the design's example: at most 4 attempts, 100 ms, 200 ms, 400 ms ± 20 %.
    /// It retries what means `UNAVAILABLE`.
    Grpc,
}

impl RetryPolicy for Elsewhere {
    fn verdict(&self, failed: &FailedAttempt<'_>) -> Verdict {
        if failed.number >= self.most_attempts() || !self.is_retried(failed.cause) {
            return Verdict::Stop;
        }
        let growth = 2_u32.saturating_pow(failed.number.saturating_sub(1));
        Verdict::RetryAfter(match self {
            Self::Aws => failed.jitter(S * growth).min(20 * S),
            Self::Aws2026 if is_throttled(failed.cause) => failed.jitter((S * growth).min(20 * S)),
            Self::Aws2026 => failed.jitter((50 * MS * growth).min(20 * S)),
            Self::Grpc => {
                let backoff = (100 * MS * growth).min(S);
                backoff * 4 / 5 + failed.jitter(backoff * 2 / 5)
            }
        })
    }
}

impl Elsewhere {
    fn most_attempts(self) -> u32 {
        match self {
            Self::Aws | Self::Aws2026 => 3,
            Self::Grpc => 4,
        }
    }

    fn is_retried(self, cause: Cause<'_>) -> bool {
        match (self, cause) {
            (Self::Grpc, Cause::Api(error)) => {
                matches!(error.status().as_u16(), 429 | 502 | 503 | 504)
            }
            (_, Cause::Api(error)) => {
                matches!(error.status().as_u16(), 429 | 500 | 502 | 503 | 504)
            }
            (Self::Grpc, Cause::Transport(failure)) => failure != FailureKind::TimedOut,
            (_, Cause::Transport(_)) => true,
            _ => false,
        }
    }
}

fn is_throttled(cause: Cause<'_>) -> bool {
    matches!(cause, Cause::Api(error) if error.status().as_u16() == 429)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn longest_waits(policy: Elsewhere) -> Vec<u128> {
        let waits = (1..).map_while(|number| {
            let cause = Cause::Transport(FailureKind::Unanswered);
            let mut failed = FailedAttempt::new(number, cause);
            failed.random = u64::MAX;
            match policy.verdict(&failed) {
                Verdict::RetryAfter(wait) => Some((wait + MS / 2).as_millis()),
                _ => None,
            }
        });
        waits.collect()
    }

    #[test]
    fn waits_are_as_long_as_the_sources_say() {
        assert_eq!(longest_waits(Elsewhere::Aws), [1000, 2000]);
        assert_eq!(longest_waits(Elsewhere::Aws2026), [50, 100]);
        assert_eq!(longest_waits(Elsewhere::Grpc), [120, 240, 480]);
    }
}
