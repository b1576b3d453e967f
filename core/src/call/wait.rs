//! A pause before the next attempt, and what follows it.

use std::time::Duration;

use super::state::State;
use super::{Attempt, Step};
use crate::error::{CallErrorKind, GaveUp};
use crate::operation::Operation;
use crate::retry::Hold;

/// A pause before the next attempt.
///
/// ```
/// use apideck_vault_core::error::{CallErrorKind, FailureKind};
/// use apideck_vault_core::{ClientSettings, CreateSession, Step, Vault};
/// use std::io;
/// use std::time::Duration;
///
/// let settings = ClientSettings::from(Vault::new("sk_live_1", "app")?);
/// let step: Step<_, io::Error> = settings.begin(CreateSession::new("test-consumer"), 42);
/// let Step::Send(_request, attempt) = step else { panic!("nothing is wrong with the input") };
///
/// // No answer came within 10 s:
/// let elapsed = Duration::from_secs(10);
/// let step = attempt.finish(Err(FailureKind::TimedOut.into()), elapsed);
/// let Step::Wait(wait) = step else { panic!("this is retried") };
///
/// let delay = wait.delay();
/// if let CallErrorKind::Transport(failure) = wait.error() {
///     eprintln!("{failure}; the next attempt follows in {delay:?}");
/// }
/// let step = wait.resume(elapsed + delay);
/// assert!(matches!(step, Step::Send(_, attempt) if attempt.number() == 2));
/// # Ok::<(), apideck_vault_core::error::BuildError>(())
/// ```
#[must_use = "a wait has to be resumed"]
pub struct Wait<O, E> {
    pub(super) state: Box<State<O, E>>,
    begun: Duration,
    pub(super) delay: Duration,
    /// How many pauses the budget has added so far.
    pauses: u32,
    /// Its place among the calls that the budget holds.
    hold: Option<Hold>,
    error: CallErrorKind<E>,
}

impl<O: Operation, E> Wait<O, E> {
    pub(super) fn begin(
        state: Box<State<O, E>>,
        begun: Duration,
        delay: Duration,
        error: CallErrorKind<E>,
    ) -> Self {
        Self {
            state,
            begun,
            delay,
            pauses: 0,
            hold: None,
            error,
        }
    }

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
        let is_chance =
            !self.state.had_last_chance && self.is_held() && budget.is_last_chance(left);
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
