//! How others limit the retries of all calls of a client together. None of them holds a call: what
//! finds no token ends.

use super::events::{SECOND, Time};
use super::service::Outcome;

/// What the calls of one client share.
#[derive(Debug)]
pub(super) enum Limit {
    /// The AWS SDKs' [standard mode](https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html),
    /// before 2026 and since [its update](https://aws.amazon.com/blogs/developer/announcing-updated-retry-behavior-for-aws-sdks-and-tools/):
    /// 500 tokens. A success gives back what the last retry of its call took, or 1 if there was none.
    Aws { tokens: u32, is_updated: bool },
    /// gRPC's [retry throttling](https://github.com/grpc/proposal/blob/master/A6-client-retries.md),
    /// with the values of its example: 10 tokens. A failed attempt takes 1, a success brings 0.1, and
    /// nothing is retried with 5 or less. Counted in tenths.
    Grpc { tenths: u32 },
    /// Finagle's [`RetryBudget`](https://finagle.github.io/blog/2016/02/08/retry-budgets/), which
    /// Linkerd and tower have, too: over the last 10 s, a fifth of the calls and 10 retries per second.
    Finagle(Window),
}

const AWS_TOKENS: u32 = 500;
const GRPC_TENTHS: u32 = 100;
/// What a call brings is one of these.
const FINAGLE_RETRY: i64 = 5;
const FINAGLE_RESERVE: i64 = 10 * SLICES as i64 * FINAGLE_RETRY;
const SLICES: usize = 10;

impl Limit {
    pub(super) fn aws(is_updated: bool) -> Self {
        Self::Aws {
            tokens: AWS_TOKENS,
            is_updated,
        }
    }

    pub(super) fn grpc() -> Self {
        Self::Grpc {
            tenths: GRPC_TENTHS,
        }
    }

    pub(super) fn finagle() -> Self {
        Self::Finagle(Window::default())
    }

    pub(super) fn call_begins(&mut self, now: Time) {
        if let Self::Finagle(window) = self {
            *window.slice(now) += 1;
        }
    }

    /// `paid` is what the last retry of the call took.
    pub(super) fn call_succeeds(&mut self, paid: u32) {
        match self {
            Self::Aws { tokens, .. } => *tokens = (*tokens + paid.max(1)).min(AWS_TOKENS),
            Self::Grpc { tenths } => *tenths = (*tenths + 1).min(GRPC_TENTHS),
            Self::Finagle(_) => {}
        }
    }

    pub(super) fn attempt_fails(&mut self, outcome: Outcome) {
        if let (Self::Grpc { tenths }, false) = (self, outcome == Outcome::TimedOut) {
            *tenths = tenths.saturating_sub(10);
        }
    }

    /// What a retry takes, if there is enough.
    pub(super) fn take(&mut self, outcome: Outcome, now: Time) -> Option<u32> {
        match self {
            Self::Aws { tokens, is_updated } => {
                let cost = match (outcome, *is_updated) {
                    (Outcome::Status(429, _), _) => 5,
                    (_, true) => 14,
                    (Outcome::TimedOut, false) => 10,
                    (_, false) => 5,
                };
                *tokens = tokens.checked_sub(cost)?;
                Some(cost)
            }
            Self::Grpc { tenths } => (*tenths > GRPC_TENTHS / 2).then_some(0),
            Self::Finagle(window) => {
                let is_enough = window.sum(now) + FINAGLE_RESERVE >= FINAGLE_RETRY;
                is_enough.then(|| {
                    *window.slice(now) -= FINAGLE_RETRY;
                    0
                })
            }
        }
    }
}

/// What was put in and taken in each of the last 10 s.
#[derive(Debug, Default)]
pub(super) struct Window {
    slices: [i64; SLICES],
    second: u64,
}

impl Window {
    fn slice(&mut self, now: Time) -> &mut i64 {
        let second = now / SECOND;
        for passed in (self.second + 1..=second).take(SLICES) {
            self.slices[passed as usize % SLICES] = 0;
        }
        if second > self.second + SLICES as u64 {
            self.slices = [0; SLICES];
        }
        self.second = second;
        &mut self.slices[second as usize % SLICES]
    }

    fn sum(&mut self, now: Time) -> i64 {
        self.slice(now);
        self.slices.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: Outcome = Outcome::Status(503, None);

    fn retries(mut limit: Limit) -> usize {
        let failed = || {
            limit.attempt_fails(REFUSED);
            limit.take(REFUSED, 0)
        };
        std::iter::from_fn(failed).count()
    }

    #[test]
    fn a_full_limit_allows_as_many_retries_as_its_source_says() {
        assert_eq!(retries(Limit::aws(false)), 100);
        assert_eq!(retries(Limit::aws(true)), 35);
        assert_eq!(retries(Limit::grpc()), 4);
        assert_eq!(retries(Limit::finagle()), 100);
    }

    #[test]
    fn aws_gives_back_what_the_retry_took_that_succeeded() {
        let mut limit = Limit::aws(true);
        let paid = limit.take(REFUSED, 0).unwrap();
        limit.call_succeeds(paid);
        assert_eq!(retries(limit), 35);
    }

    #[test]
    fn what_finagle_counts_is_forgotten_after_10_seconds() {
        let mut limit = Limit::finagle();
        for _ in 0..10 {
            limit.call_begins(0);
        }
        for _ in 0..102 {
            assert!(limit.take(REFUSED, 0).is_some());
        }
        assert!(limit.take(REFUSED, 9 * SECOND).is_none());
        assert!(limit.take(REFUSED, 10 * SECOND).is_some());
        assert!(limit.take(REFUSED, 1000 * SECOND).is_some());
    }
}
