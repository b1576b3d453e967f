//! What all steps of a call share.

use bytes::Bytes;
use http::Request;
use std::sync::Arc;
use std::time::Duration;

use super::Step;
use crate::error::{BuildError, CallError, CallErrorKind, GaveUp};
use crate::retry::{RetryBudget, RetryPolicy};
use crate::{Operation, Vault};

/// What all steps of a call share.
pub(super) struct State<O, P> {
    pub(super) vault: Vault,
    /// Kept for the next attempt, where the rest of the request is not: that is built anew, so that
    /// a call that needs one attempt pays for one. It stands before the operation and so is dropped
    /// before it: a large block that is freed last makes an allocator join all small ones first.
    pub(super) body: Bytes,
    pub(super) operation: O,
    pub(super) policy: Policy<P>,
    pub(super) deadline: Option<Duration>,
    pub(super) seed: u64,
    pub(super) attempts: u32,
}

pub(super) enum Policy<P> {
    OfClient(P),
    OfCall(Arc<dyn RetryPolicy>),
}

impl<P: RetryPolicy> Policy<P> {
    pub(super) fn get(&self) -> &dyn RetryPolicy {
        match self {
            Self::OfClient(policy) => policy,
            Self::OfCall(policy) => policy.as_ref(),
        }
    }
}

impl<O: Operation, P: RetryPolicy> State<O, P> {
    /// The first attempt's request, and what all attempts share. The call counts for the budget from
    /// here on.
    pub(super) fn new(
        vault: &Vault,
        operation: O,
        policy: P,
        seed: u64,
    ) -> Result<(Request<Bytes>, Box<Self>), BuildError> {
        let body = operation.body()?;
        let request = operation.encode(vault, body.clone())?;
        let options = operation.options();
        let policy = match options.retry {
            Some(policy) => Policy::OfCall(policy),
            None => Policy::OfClient(policy),
        };
        let deadline = options.deadline.or_else(|| policy.get().deadline());
        if deadline.is_some_and(|deadline| deadline.is_zero()) {
            let expected = "it must leave time for an attempt";
            return Err(BuildError::new("deadline", "is zero", expected));
        }
        if let Some(budget) = policy.get().budget() {
            budget.call_begins();
        }
        let state = Box::new(Self {
            vault: vault.clone(),
            operation,
            body,
            policy,
            deadline,
            seed,
            attempts: 1,
        });
        Ok((request, state))
    }

    /// The request of a further attempt.
    pub(super) fn request(&self) -> Result<Request<Bytes>, BuildError> {
        self.operation.encode(&self.vault, self.body.clone())
    }

    /// Whether an attempt may still begin at this time.
    pub(super) fn is_open(&self, elapsed: Duration) -> bool {
        self.deadline.is_none_or(|deadline| elapsed < deadline)
    }

    /// What is left of the call's time.
    pub(super) fn left(&self, elapsed: Duration) -> Option<Duration> {
        self.deadline
            .map(|deadline| deadline.saturating_sub(elapsed))
    }

    pub(super) fn budget(&self) -> Option<&RetryBudget> {
        self.policy.get().budget()
    }

    pub(super) fn random_for_verdict(&self) -> u64 {
        random(self.seed, self.attempts)
    }

    /// From another sequence than the verdicts': held or not, a call has the same backoffs.
    pub(super) fn random_for_pause(&self, held: u32) -> u64 {
        random(!self.seed, held)
    }

    pub(super) fn done<E>(self, error: CallErrorKind<E>, gave_up: GaveUp) -> Step<O, P, E> {
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
