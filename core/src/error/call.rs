//! The error of a call that ended without a result.

use super::{ApiError, BuildError, ClientError, DecodeError, Failure, FailureKind, ResponseError};
use std::error::Error;
use std::fmt;

/// A call that ended without a result: the last error, and how many attempts it took.
///
/// ```
/// # use apideck_vault_core::error::{CallError, CallErrorKind};
/// fn advice(error: &CallError<std::io::Error>) -> &'static str {
///     match error.kind() {
///         CallErrorKind::Build(_) => "fix the input",
///         CallErrorKind::Api(refused) if refused.is_unauthorized() => "look at the API key",
///         CallErrorKind::Api(refused) if refused.is_payment_required() => "look at the plan",
///         _ => "try again later",
///     }
/// }
/// ```
#[derive(Debug, Clone)]
pub struct CallError<E> {
    kind: CallErrorKind<E>,
    attempts: u32,
    gave_up: GaveUp,
}

/// The error of a call's last attempt.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum CallErrorKind<E> {
    /// The operation could not be encoded: the input was wrong. Nothing was sent, unless an attempt
    /// was made before ([`CallError::attempts`]).
    Build(BuildError),
    /// The client cannot make the call; nothing was sent.
    Client(ClientError),
    /// Apideck, or something in front of it, refused the request.
    Api(ApiError),
    /// The answer claims success but breaks the contract.
    Decode(DecodeError),
    /// No complete answer came.
    Transport(Failure<E>),
}

/// Why a call made no more attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GaveUp {
    /// The policy does not retry this error, or the call used up the attempts that it allows.
    Policy,
    /// The call's deadline passed, or would have passed before the next attempt.
    Deadline,
    /// The [`RetryBudget`](crate::retry::RetryBudget) that the call shares with others was empty,
    /// and the call did not wait for it.
    Budget,
    /// The budget was empty, and stayed empty for as long as the call could wait.
    Held,
}

impl<E> CallError<E> {
    pub(crate) fn new(kind: CallErrorKind<E>, attempts: u32, gave_up: GaveUp) -> Self {
        Self {
            kind,
            attempts,
            gave_up,
        }
    }

    /// The error of the last attempt.
    pub fn kind(&self) -> &CallErrorKind<E> {
        &self.kind
    }

    /// The error of the last attempt, by value.
    pub fn into_kind(self) -> CallErrorKind<E> {
        self.kind
    }

    /// How many attempts were made: 0 if the input was wrong or the client cannot send.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Why there were no more attempts.
    pub fn gave_up(&self) -> GaveUp {
        self.gave_up
    }

    /// Apideck's refusal, if the call ended with one.
    pub fn api_error(&self) -> Option<&ApiError> {
        match &self.kind {
            CallErrorKind::Api(error) => Some(error),
            _ => None,
        }
    }

    /// The kind of transport failure, if the call ended with one.
    pub fn failure_kind(&self) -> Option<FailureKind> {
        match &self.kind {
            CallErrorKind::Transport(failure) => Some(failure.kind()),
            _ => None,
        }
    }

    /// Whether the call ran out of time.
    pub fn is_deadline(&self) -> bool {
        self.gave_up == GaveUp::Deadline
    }

    /// Whether the retry budget that the call shares with others had nothing left for its next
    /// attempt.
    pub fn is_budget(&self) -> bool {
        matches!(self.gave_up, GaveUp::Budget | GaveUp::Held)
    }
}

impl<E> From<BuildError> for CallError<E> {
    fn from(error: BuildError) -> Self {
        Self::new(CallErrorKind::Build(error), 0, GaveUp::Policy)
    }
}

impl<E> From<ClientError> for CallError<E> {
    fn from(error: ClientError) -> Self {
        Self::new(CallErrorKind::Client(error), 0, GaveUp::Policy)
    }
}

/// For tests of code that takes an error: as if the first attempt had ended with it.
impl<E> From<ResponseError> for CallError<E> {
    fn from(error: ResponseError) -> Self {
        Self::new(error.into(), 1, GaveUp::Policy)
    }
}

/// For tests of code that takes an error: as if the first attempt had ended with it.
impl<E> From<Failure<E>> for CallError<E> {
    fn from(failure: Failure<E>) -> Self {
        Self::new(CallErrorKind::Transport(failure), 1, GaveUp::Policy)
    }
}

impl<E> From<ResponseError> for CallErrorKind<E> {
    fn from(error: ResponseError) -> Self {
        match error {
            ResponseError::Api(error) => Self::Api(error),
            ResponseError::Decode(error) => Self::Decode(error),
        }
    }
}

impl<E> CallErrorKind<E> {
    pub(crate) fn is_timeout(&self) -> bool {
        matches!(self, Self::Transport(failure) if failure.kind() == FailureKind::TimedOut)
    }
}

impl<E: Error + 'static> fmt::Display for CallError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            CallErrorKind::Build(error) => fmt::Display::fmt(error, formatter)?,
            CallErrorKind::Client(error) => fmt::Display::fmt(error, formatter)?,
            CallErrorKind::Api(error) => fmt::Display::fmt(error, formatter)?,
            CallErrorKind::Decode(error) => fmt::Display::fmt(error, formatter)?,
            CallErrorKind::Transport(error) => fmt::Display::fmt(error, formatter)?,
        }
        let reason = match self.gave_up {
            GaveUp::Policy if self.attempts <= 1 => return Ok(()),
            GaveUp::Policy => "",
            GaveUp::Deadline => ", out of time",
            GaveUp::Budget => ", the retry budget is empty",
            GaveUp::Held => ", held by the retry budget",
        };
        let plural = if self.attempts == 1 { "" } else { "s" };
        write!(formatter, " ({} attempt{plural}{reason})", self.attempts)
    }
}

/// The text already includes that of [`kind`](CallError::kind), so the source is the error behind
/// that: the HTTP stack's own error, if there is one.
impl<E: Error + 'static> Error for CallError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.kind {
            CallErrorKind::Build(error) => error.source(),
            CallErrorKind::Client(error) => error.source(),
            CallErrorKind::Api(error) => error.source(),
            CallErrorKind::Decode(error) => error.source(),
            CallErrorKind::Transport(failure) => failure.source(),
        }
    }
}
