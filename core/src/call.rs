//! A whole call without I/O: attempts, waits and the deadline as one state machine.
//!
//! ```text
//!   begin ──► Send(request, Attempt) ──finish──► Done(result)
//!     │            ▲      │                        ▲   ▲
//!     │         resume  finish                     │   │
//!     │            │      ▼                        │   │
//!     │          Wait(Wait) ─────────resume────────┘   │
//!     │            ▲      │                            │
//!     │            └resume┘ held by the budget         │
//!     └──────────── input cannot be sent ──────────────┘
//! ```
//!
//! Each step consumes the state it leaves, so calling steps in the wrong order does not compile.
//! Time is passed in as the `Duration` since the call began, and randomness as a seed, so the same
//! inputs always produce the same run.

use bytes::Bytes;
use http::{Request, Response};
use std::time::Duration;

use crate::error::{CallError, CallErrorKind, Failure, GaveUp};
use crate::operation::Operation;
use crate::retry::{Hold, Verdict};
use crate::settings::ClientSettings;
use state::State;

mod attempts;
mod debug;
mod prepared;
mod state;
#[cfg_attr(not(feature = "tracing"), path = "call/no_trace.rs")]
mod trace;

pub use attempts::Attempts;
pub use prepared::PreparedCall;

impl ClientSettings {
    /// Begins a call. The first step is to send its request, or [`Step::Done`] if the input cannot
    /// be sent.
    ///
    /// `seed` is the source of the call's randomness. Use a new one for each call; otherwise the
    /// clients of a struggling service all come back at the same moment.
    ///
    /// This is all the code an HTTP stack needs around it. (This one fails once; a real one sends
    /// the request and measures time with a clock.)
    ///
    /// ```
    /// use apideck_vault_core::error::{Failure, FailureKind};
    /// use apideck_vault_core::{Bytes, ClientSettings, CreateSession, Step, Vault, http};
    /// use std::{io, time::Duration};
    ///
    /// let mut answers = vec![
    ///     Ok(http::Response::new(Bytes::from_static(
    ///         br#"{"data":{"session_uri":"https://vault.apideck.com/session/t","session_token":"t"}}"#,
    ///     ))),
    ///     Err(Failure::new(FailureKind::NotSent, io::Error::other("connection refused"))),
    /// ];
    /// let settings = ClientSettings::from(Vault::new("sk_live_1", "app")?);
    /// let mut elapsed = Duration::ZERO;
    ///
    /// let mut step = settings.begin(CreateSession::new("test-consumer"), 42);
    /// let result = loop {
    ///     step = match step {
    ///         Step::Send(request, attempt) => {
    ///             assert_eq!(request.method(), "POST");
    ///             let outcome = answers.pop().expect("two attempts are enough");
    ///             attempt.finish(outcome, elapsed)
    ///         }
    ///         Step::Wait(wait) => {
    ///             elapsed += wait.delay();
    ///             wait.resume(elapsed)
    ///         }
    ///         Step::Done(result) => break result,
    ///     };
    /// };
    /// assert_eq!(result?.body().session_uri(), "https://vault.apideck.com/session/t");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn begin<O: Operation, E>(&self, operation: O, seed: u64) -> Step<O, E> {
        self.prepare(operation, seed).begin()
    }
}

/// What to do next in a call. `E` is the HTTP stack's own error.
#[expect(
    clippy::exhaustive_enums,
    reason = "a caller that does not know a step could not continue"
)]
pub enum Step<O: Operation, E> {
    /// Send the request, then call [`finish`](Attempt::finish) with the outcome.
    Send(Request<Bytes>, Attempt<O, E>),
    /// Wait, then call [`resume`](Wait::resume).
    Wait(Wait<O, E>),
    /// The call is over.
    Done(Result<Response<O::Output>, CallError<E>>),
}

/// An attempt that is in progress.
#[must_use = "an attempt has to be finished"]
pub struct Attempt<O, E> {
    /// Boxed, because every step moves it and an adapter's future holds it.
    state: Box<State<O, E>>,
    begun: Duration,
}

/// A pause before the next attempt.
#[must_use = "a wait has to be resumed"]
pub struct Wait<O, E> {
    state: Box<State<O, E>>,
    begun: Duration,
    delay: Duration,
    /// How many pauses the budget has added so far.
    pauses: u32,
    /// Its place among the calls that the budget holds.
    hold: Option<Hold>,
    error: CallErrorKind<E>,
}

impl<O: Operation, E> Attempt<O, E> {
    /// Which attempt of the call this is, starting at 1.
    pub fn number(&self) -> u32 {
        self.state.attempts
    }

    /// How long this attempt may take, from connecting to the last byte of the answer: the attempt
    /// timeout from the settings, or the time left until the deadline if that is shorter. `None`
    /// for no limit. The first attempt leaves half of the call's time for another, if the policy
    /// would make one.
    pub fn timeout(&self) -> Option<Duration> {
        self.state.time_for_attempt(self.begun)
    }

    /// The maximum number of bytes to read from the answer's body, from the settings.
    pub fn max_response_bytes(&self) -> usize {
        self.state.settings.max_response_bytes
    }

    /// Ends the attempt with its outcome and returns the next step. `elapsed` is the time since the
    /// call began.
    pub fn finish(
        self,
        outcome: Result<Response<Bytes>, Failure<E>>,
        elapsed: Duration,
    ) -> Step<O, E> {
        let mut state = self.state;
        // Ignore a clock that goes backward.
        let elapsed = elapsed.max(self.begun);
        let decoded = outcome.map(|answer| state.decode(answer));
        let error = match decoded {
            Ok(Ok(mut answer)) => {
                state.succeeds(answer.status(), self.begun, elapsed);
                // The usual answer is to the first attempt, and needs no mark.
                if state.attempts > 1 {
                    answer.extensions_mut().insert(Attempts(state.attempts));
                }
                return Step::Done(Ok(answer));
            }
            Ok(Err(error)) => error.into(),
            Err(failure) => CallErrorKind::Transport(failure),
        };
        state.fails(&error, self.begun, elapsed);
        let verdict = state.verdict(&error, elapsed);
        // An attempt that the deadline cut short says less than the one before it.
        let was_cut_short = error.is_timeout() && !state.is_open(elapsed);
        let error = match state.previous.take() {
            Some(previous) if was_cut_short => previous,
            _ => error,
        };
        match verdict {
            Verdict::RetryAfter(delay) if state.is_open(elapsed.saturating_add(delay)) => {
                if state.needs_token(&error) && state.fails_now() {
                    return state.done(error, GaveUp::Budget, elapsed);
                }
                state.waits(&error, delay, false);
                Step::Wait(Wait {
                    state,
                    begun: elapsed,
                    delay,
                    pauses: 0,
                    hold: None,
                    error,
                })
            }
            Verdict::RetryAfter(_) => state.done(error, GaveUp::Deadline, elapsed),
            Verdict::Stop if was_cut_short => state.done(error, GaveUp::Deadline, elapsed),
            Verdict::Stop => state.done(error, GaveUp::Policy, elapsed),
        }
    }

    fn at(begun: Duration, state: Box<State<O, E>>) -> Self {
        Self { state, begun }
    }
}

impl<O: Operation, E> Wait<O, E> {
    /// How long to wait.
    pub fn delay(&self) -> Duration {
        self.delay
    }

    /// The error of the last attempt, for example to log it.
    pub fn error(&self) -> &CallErrorKind<E> {
        &self.error
    }

    /// Whether the call is waiting because it found the retry budget empty.
    pub fn is_held(&self) -> bool {
        self.hold.is_some()
    }

    /// Continues after the wait. `elapsed` is the time since the call began.
    ///
    /// The next step is usually to send. If the [retry budget](crate::retry::RetryBudget) is empty,
    /// it is another wait or the end of the call, depending on the budget. If the wait took so long
    /// that the deadline has passed, or the operation cannot be encoded again, the call is over.
    pub fn resume(mut self, elapsed: Duration) -> Step<O, E> {
        // The full delay counts as elapsed, so a stopped clock cannot keep a call alive.
        let elapsed = elapsed.max(self.begun.saturating_add(self.delay));
        if !self.state.is_open(elapsed) {
            let gave_up = match self.hold {
                None => GaveUp::Deadline,
                Some(_) => GaveUp::Held,
            };
            return self.state.done(self.error, gave_up, elapsed);
        }
        let request = match self.state.request() {
            Ok(request) => request,
            Err(error) => {
                let error = CallErrorKind::Build(error);
                return self.state.done(error, GaveUp::Policy, elapsed);
            }
        };
        if !self.is_let_through(elapsed) {
            if self.state.fails_when_empty() {
                return self.state.done(self.error, GaveUp::Budget, elapsed);
            }
            return self.hold(elapsed);
        }
        self.state.attempts = self.state.attempts.saturating_add(1);
        self.state.is_probe = self.is_held();
        self.state.previous = Some(self.error);
        Step::Send(request, Attempt::at(elapsed, self.state))
    }

    /// Whether the budget has a token for the next attempt, or lets it go without one.
    fn is_let_through(&mut self, elapsed: Duration) -> bool {
        let Some(budget) = self.state.budget() else {
            return true;
        };
        if !self.state.needs_token(&self.error) {
            return true;
        }
        if let Some(hold) = &self.hold {
            hold.has_waited(self.delay);
        }
        if budget.take() {
            return true;
        }
        let left = self.state.left(elapsed);
        let is_chance = !self.state.had_last_chance
            && !self.state.fails_when_empty()
            && budget.is_last_chance(left, self.is_held());
        self.state.had_last_chance |= is_chance;
        is_chance
    }

    /// The budget is empty: pauses again if there is time before the deadline.
    fn hold(mut self, elapsed: Duration) -> Step<O, E> {
        let gave_up = match self.hold {
            None => GaveUp::Budget,
            Some(_) => GaveUp::Held,
        };
        self.pauses = self.pauses.saturating_add(1);
        let left = self.state.left(elapsed);
        let random = self.state.random_for_pause(self.pauses);
        if let Some(budget) = self.state.budget() {
            self.hold.get_or_insert_with(|| Hold::begin(budget));
            self.delay = budget.pause(left, random);
        }
        self.begun = elapsed;
        if self.state.is_open(elapsed.saturating_add(self.delay)) {
            self.state.waits(&self.error, self.delay, true);
            Step::Wait(self)
        } else {
            self.state.done(self.error, gave_up, elapsed)
        }
    }
}
