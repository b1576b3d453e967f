//! The settings of a case: a policy, time limits and a budget.

use apideck_vault_core::retry::{
    ExponentialBackoff, FailedAttempt, RetryBudget, RetryPolicy, Verdict, WhenEmpty,
};
use apideck_vault_core::{ClientSettings, Vault};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::{option, prop_oneof};
use std::time::Duration;

use crate::case::{Outcome, duration};

/// A policy that returns whatever it was told to return.
#[derive(Debug)]
struct Whatever(Vec<Verdict>);

impl RetryPolicy for Whatever {
    fn verdict(&self, failed: &FailedAttempt<'_>) -> Verdict {
        let index = usize::try_from(failed.number - 1).unwrap();
        *self.0.get(index).unwrap_or(&Verdict::Stop)
    }
}

/// How to make settings, so that each run of a case gets its own with a fresh budget.
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
    pub(crate) per_success: f64,
    pub(crate) per_slow_success: f64,
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
            .refilled(
                self.per_success,
                self.per_slow_success,
                self.per_held_second,
            )
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

    /// How many attempts the policy allows.
    pub(crate) fn max_attempts(&self) -> usize {
        match &self.policy {
            Policy::Exponential { max_attempts, .. } => (*max_attempts).max(1) as usize,
            Policy::Whatever(verdicts) => verdicts.len() + 1,
        }
    }

    /// How many attempts a call makes if each is refused in a way that is retried.
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

    /// The shortest and longest wait that may follow an attempt: at least what the server asked
    /// for, as far as the policy honors it, and at most that plus its jitter.
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

pub(crate) fn plan() -> impl Strategy<Value = Plan> {
    let budget = (0_u32..6, 0.0..1.5, -0.5..1.5, 0.05..2.0, any::<bool>());
    let budget = budget.prop_map(
        |(capacity, per_success, per_slow_success, per_held_second, fails)| Budget {
            capacity,
            per_success,
            per_slow_success,
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
