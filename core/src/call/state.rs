//! State that all steps of a call share.

use bytes::Bytes;
use http::{Request, Response};
use std::time::Duration;

use super::Step;
use super::trace::Trace;
use crate::error::{
    BuildError, CallError, CallErrorKind, FailureKind, GaveUp, PastAttempt, PastCause,
    ResponseError, loggable_request_id,
};
use crate::observe::Event;
use crate::operation::Operation;
use crate::retry::{Cause, FailedAttempt, RetryBudget, Verdict};
use crate::settings::ClientSettings;

pub(super) struct State<O, E> {
    pub(super) settings: ClientSettings,
    pub(super) operation: O,
    pub(super) seed: u64,
    pub(super) attempts: u32,
    /// Whether the budget held the current attempt before it let it through.
    pub(super) is_probe: bool,
    /// Whether it was let through once without a token.
    pub(super) had_last_chance: bool,
    history: Vec<PastAttempt>,
    trace: Trace,
    /// What the attempt before the current one ended with.
    pub(super) previous: Option<CallErrorKind<E>>,
}

/// The first attempt's request, and the state that all attempts share.
pub(super) type First<O, E> = (Request<Bytes>, Box<State<O, E>>);

impl<O: Operation, E> State<O, E> {
    /// What a call begins with.
    pub(super) fn prepare(
        settings: &ClientSettings,
        operation: O,
        seed: u64,
    ) -> Result<First<O, E>, BuildError> {
        for (field, time) in [
            ("deadline", settings.deadline),
            ("attempt_timeout", settings.attempt_timeout),
        ] {
            if time.is_some_and(|time| time.is_zero()) {
                let expected = "it must leave time for an attempt";
                return Err(BuildError::new(field, "is zero", expected));
            }
        }
        let mut request = operation.encode(&settings.vault)?;
        let state = Box::new(Self {
            trace: Trace::begin(&mut request),
            settings: settings.clone(),
            operation,
            seed,
            attempts: 1,
            is_probe: false,
            had_last_chance: false,
            history: Vec::new(),
            previous: None,
        });
        Ok((request, state))
    }

    /// Tells whoever watches the call.
    pub(super) fn tell(&self, event: &Event<'_>) {
        self.trace.tell(event);
        self.settings.tell(event);
    }

    /// The request of a further attempt.
    pub(super) fn request(&self) -> Result<Request<Bytes>, BuildError> {
        let mut request = self.operation.encode(&self.settings.vault)?;
        self.trace.continue_with(&mut request);
        Ok(request)
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

    /// How long an attempt may take that begins now. This is the one place that divides a call's time.
    pub(super) fn time_for_attempt(&self, elapsed: Duration) -> Option<Duration> {
        let timeout = self.settings.attempt_timeout;
        let Some(left) = self.left(elapsed) else {
            return timeout;
        };
        let longest = timeout.map_or(left, |timeout| timeout.min(left));
        let half = left.checked_div(2).unwrap_or(left);
        let is_first = self.attempts == 1;
        if is_first && longest > half && self.would_follow_a_timeout(half) {
            return Some(half);
        }
        Some(longest)
    }

    /// Whether the policy makes another attempt after one that timed out at this time.
    fn would_follow_a_timeout(&self, elapsed: Duration) -> bool {
        let cause = Cause::Transport(FailureKind::TimedOut);
        let can_have_a_token = !self.budget().is_some_and(RetryBudget::allows_none);
        can_have_a_token && matches!(self.verdict_on(cause, elapsed), Verdict::RetryAfter(_))
    }

    pub(super) fn verdict(&self, error: &CallErrorKind<E>, elapsed: Duration) -> Verdict {
        Cause::of(error).map_or(Verdict::Stop, |cause| self.verdict_on(cause, elapsed))
    }

    fn verdict_on(&self, cause: Cause<'_>, elapsed: Duration) -> Verdict {
        self.settings.retry.verdict(&FailedAttempt {
            number: self.attempts,
            cause,
            elapsed,
            deadline: self.settings.deadline,
            random: random(self.seed, self.attempts),
        })
    }

    /// Whether a retry after this error takes a token. What never reached the service cost it nothing.
    /// After a broken connection, a call's first retry is free as well: usually, the server had closed
    /// an idle connection.
    pub(super) fn needs_token(&self, error: &CallErrorKind<E>) -> bool {
        let CallErrorKind::Transport(failure) = error else {
            return true;
        };
        let is_first_break = failure.kind() == FailureKind::Unanswered && self.attempts == 1;
        !failure.kind().is_not_sent() && !is_first_break
    }

    /// Whether a retry would end at once for lack of a token.
    pub(super) fn fails_now(&self) -> bool {
        self.budget().is_some_and(RetryBudget::is_empty) && self.fails_when_empty()
    }

    /// Whether a call ends when it finds no token.
    pub(super) fn fails_when_empty(&self) -> bool {
        let deadline = self.settings.deadline;
        self.budget()
            .is_some_and(|budget| budget.fails_when_empty(deadline))
    }

    /// The current attempt has failed: the history keeps with what.
    pub(super) fn fails(&mut self, error: &CallErrorKind<E>, begun: Duration, elapsed: Duration) {
        if let (true, Some(budget)) = (self.is_probe, self.budget()) {
            budget.probe_fails();
        }
        let took = elapsed.saturating_sub(begun);
        if let Some(cause) = PastCause::of(error) {
            self.tell(&Event::AttemptEnded {
                number: self.attempts,
                outcome: Err(cause),
                begun,
                took,
                request_id: error.request_id(),
            });
            self.history.push(PastAttempt { cause, begun, took });
        }
    }

    /// The current attempt, and with it the call, has succeeded.
    pub(super) fn succeeds(
        &self,
        answer: &Response<O::Output>,
        begun: Duration,
        elapsed: Duration,
    ) {
        let status = answer.status();
        // To an operation such as `Connect`, even a 503 may be a success. It is no sign of a service that is up.
        if let (false, Some(budget)) = (status.is_server_error(), self.budget()) {
            budget.call_succeeds(self.is_probe);
        }
        let is_told = self.settings.observer.is_some();
        let is_told = is_told || Trace::IS_READ;
        let request_id = is_told
            .then(|| loggable_request_id(answer.headers(), self.settings.vault.secret()))
            .flatten();
        self.tell(&Event::AttemptEnded {
            number: self.attempts,
            outcome: Ok(status),
            begun,
            took: elapsed.saturating_sub(begun),
            request_id,
        });
        self.tell(&Event::CallEnded {
            attempts: self.attempts,
            elapsed,
            outcome: Ok(status),
            cause: None,
        });
    }

    /// The call waits.
    pub(super) fn waits(&self, error: &CallErrorKind<E>, delay: Duration, is_held: bool) {
        self.tell(&Event::WaitBegan {
            attempts: self.attempts,
            delay,
            retry_after: error.retry_after(),
            is_held,
        });
    }

    /// From a different sequence than the verdicts, so that a call has the same backoffs whether or
    /// not it is held.
    pub(super) fn random_for_pause(&self, held: u32) -> u64 {
        random(!self.seed, held)
    }

    pub(super) fn done(
        self,
        error: CallErrorKind<E>,
        gave_up: GaveUp,
        elapsed: Duration,
    ) -> Step<O, E> {
        self.tell(&Event::CallEnded {
            attempts: self.attempts,
            elapsed,
            outcome: Err(gave_up),
            cause: PastCause::of(&error),
        });
        let error = CallError::new(error, self.attempts, gave_up, elapsed, self.history);
        Step::Done(Err(error))
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

#[cfg(test)]
mod tests {
    use super::random;

    #[test]
    fn the_random_numbers_are_those_of_splitmix64() {
        let numbers = [1, 2, 3].map(|n| random(1_234_567, n));
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(numbers, published);
    }
}
