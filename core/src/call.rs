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
use crate::retry::Verdict;
use crate::settings::ClientSettings;
use state::State;

mod attempts;
mod debug;
mod prepared;
mod state;
#[cfg_attr(not(feature = "tracing"), path = "call/no_trace.rs")]
mod trace;
mod wait;

pub use attempts::Attempts;
pub use prepared::PreparedCall;
pub use wait::Wait;

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
    ///         br#"{"data":{
    ///             "session_uri":"https://vault.apideck.com/session/t",
    ///             "session_token":"t"}}"#,
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
///
/// The loop around it is in [`ClientSettings::begin`]. A call that cannot be made is over before anything is
/// sent:
///
/// ```
/// use apideck_vault_core::{ClientSettings, CreateSession, Step, Vault};
///
/// let settings = ClientSettings::from(Vault::new("sk_live_1", "app")?);
/// let step: Step<_, std::io::Error> = settings.begin(CreateSession::new(""), 42);
/// let Step::Done(Err(error)) = step else { panic!("a consumer has an id") };
/// assert_eq!(error.attempts(), 0);
/// assert!(error.to_string().starts_with("consumer_id is empty"));
/// # Ok::<(), apideck_vault_core::error::BuildError>(())
/// ```
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
///
/// ```
/// use apideck_vault_core::{Bytes, ClientSettings, CreateSession, Step, Vault, http};
/// use std::io;
/// use std::time::Duration;
///
/// let settings = ClientSettings::from(Vault::new("sk_live_1", "app")?);
/// let step: Step<_, io::Error> = settings.begin(CreateSession::new("test-consumer"), 42);
/// let Step::Send(_request, attempt) = step else { panic!("nothing is wrong with the input") };
///
/// // What your HTTP stack has to keep to while it sends the request and reads the answer:
/// assert_eq!(attempt.timeout(), Some(Duration::from_secs(10)));
/// assert_eq!(attempt.max_response_bytes(), 1024 * 1024);
///
/// // Whatever comes of it, the attempt knows what to do next:
/// let answer = http::Response::builder().status(503).body(Bytes::new())?;
/// let step = attempt.finish(Ok(answer), Duration::from_millis(80));
/// assert!(matches!(step, Step::Wait(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "an attempt has to be finished"]
pub struct Attempt<O, E> {
    /// Boxed, because every step moves it and an adapter's future holds it.
    state: Box<State<O, E>>,
    begun: Duration,
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
                state.succeeds(&answer, self.begun, elapsed);
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
                Step::Wait(Wait::begin(state, elapsed, delay, error))
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
