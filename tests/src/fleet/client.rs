//! One client: the core's settings, and what limits the retries of others.

use apideck_vault_core::{Attempt, Attempts, ClientSettings, Step, Wait};
use std::time::Duration;

use super::ask::{Ask, Reset, answer};
use super::events::Time;
use super::limit::Limit;
use super::service::Outcome;

/// What all calls of a client share.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) settings: ClientSettings,
    pub(super) limit: Option<Limit>,
}

/// What a call does next.
pub(super) enum Next {
    Send(Attempt<Ask, Reset>),
    Wait(Wait<Ask, Reset>),
    Over { is_success: bool, attempts: u32 },
}

impl Client {
    pub(super) fn begin(&mut self, seed: u64, now: Time) -> Attempt<Ask, Reset> {
        if let Some(limit) = &mut self.limit {
            limit.call_begins(now);
        }
        let Step::Send(_, attempt) = self.settings.begin(Ask, seed) else {
            unreachable!("the input can be sent");
        };
        attempt
    }

    /// Ends an attempt. `paid` is what the last retry of its call took.
    pub(super) fn finish(
        &mut self,
        attempt: Attempt<Ask, Reset>,
        outcome: Outcome,
        elapsed: Duration,
        now: Time,
        paid: &mut u32,
    ) -> Next {
        let attempts = attempt.number();
        let next = Next::from(attempt.finish(answer(outcome), elapsed));
        let Some(limit) = &mut self.limit else {
            return next;
        };
        match &next {
            Next::Over { is_success, .. } if *is_success => limit.call_succeeds(*paid),
            Next::Over { .. } => limit.attempt_fails(outcome),
            Next::Send(_) | Next::Wait(_) => {
                limit.attempt_fails(outcome);
                let Some(cost) = limit.take(outcome, now) else {
                    return Next::Over {
                        is_success: false,
                        attempts,
                    };
                };
                *paid = cost;
            }
        }
        next
    }
}

impl From<Step<Ask, Reset>> for Next {
    fn from(step: Step<Ask, Reset>) -> Self {
        match step {
            Step::Send(_, attempt) => Self::Send(attempt),
            Step::Wait(wait) => Self::Wait(wait),
            Step::Done(result) => Self::Over {
                is_success: result.is_ok(),
                attempts: match &result {
                    Ok(answer) => Attempts::of(answer),
                    Err(error) => error.attempts(),
                },
            },
        }
    }
}
