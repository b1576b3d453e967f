//! State that all steps of a call share.

use bytes::Bytes;
use http::{Request, Response};
use std::time::Duration;

use super::Step;
use crate::error::{BuildError, CallError, CallErrorKind, GaveUp, ResponseError};
use crate::operation::Operation;
use crate::retry::RetryBudget;
use crate::settings::ClientSettings;

pub(super) struct State<O> {
    pub(super) settings: ClientSettings,
    pub(super) operation: O,
    pub(super) seed: u64,
    pub(super) attempts: u32,
}

impl<O: Operation> State<O> {
    /// The first attempt's request, and the state that all attempts share. From here on, the call
    /// counts toward the budget.
    pub(super) fn begin(
        settings: &ClientSettings,
        operation: O,
        seed: u64,
    ) -> Result<(Request<Bytes>, Box<Self>), BuildError> {
        for (field, time) in [
            ("deadline", settings.deadline),
            ("attempt_timeout", settings.attempt_timeout),
        ] {
            if time.is_some_and(|time| time.is_zero()) {
                let expected = "it must leave time for an attempt";
                return Err(BuildError::new(field, "is zero", expected));
            }
        }
        let state = Box::new(Self {
            settings: settings.clone(),
            operation,
            seed,
            attempts: 1,
        });
        let request = state.request()?;
        if let Some(budget) = state.budget() {
            budget.call_begins();
        }
        Ok((request, state))
    }

    /// The request of an attempt.
    pub(super) fn request(&self) -> Result<Request<Bytes>, BuildError> {
        self.operation.encode(&self.settings.vault)
    }

    pub(super) fn decode(
        &self,
        answer: Response<Bytes>,
    ) -> Result<Response<O::Output>, ResponseError> {
        self.operation.decode(&self.settings.vault, answer)
    }

    /// Whether an attempt may still begin at this time.
    pub(super) fn is_open(&self, elapsed: Duration) -> bool {
        self.settings
            .deadline
            .is_none_or(|deadline| elapsed < deadline)
    }

    /// The time left until the deadline.
    pub(super) fn left(&self, elapsed: Duration) -> Option<Duration> {
        self.settings
            .deadline
            .map(|deadline| deadline.saturating_sub(elapsed))
    }

    pub(super) fn budget(&self) -> Option<&RetryBudget> {
        self.settings.budget.as_ref()
    }

    pub(super) fn random_for_verdict(&self) -> u64 {
        random(self.seed, self.attempts)
    }

    /// From a different sequence than the verdicts, so that a call has the same backoffs whether or
    /// not it is held.
    pub(super) fn random_for_pause(&self, held: u32) -> u64 {
        random(!self.seed, held)
    }

    pub(super) fn done<E>(self, error: CallErrorKind<E>, gave_up: GaveUp) -> Step<O, E> {
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
