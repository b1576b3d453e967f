//! The error of a call that ended without a result.

use super::request_id::cut;
use super::{
    ApiError, BuildError, ClientError, DecodeError, Failure, FailureKind, PastAttempt, PastCause,
    ResponseError,
};
use std::error::Error;
use std::fmt;
use std::time::Duration;

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
///
/// Its text tells the whole call in one line, such as
///
/// ```text
/// 503 Service Unavailable: no body (4 attempts in 12.3 s, out of time; also: no answer in time)
/// ```
///
/// `{:?}` is the same line of text as `{}`, because that is what `unwrap` prints, and what a `main` that
/// returns the error prints. `{:#?}` shows the parts.
#[derive(Clone)]
pub struct CallError<E> {
    kind: CallErrorKind<E>,
    /// Boxed, so that a `Result` with this error stays small.
    course: Box<Course>,
}

const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How the call went.
#[derive(Debug, Clone)]
struct Course {
    attempts: u32,
    gave_up: GaveUp,
    elapsed: Duration,
    history: Vec<PastAttempt>,
}

/// The error of a call's last attempt ([example](crate#errors)).
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
    pub(crate) fn new(
        kind: CallErrorKind<E>,
        attempts: u32,
        gave_up: GaveUp,
        elapsed: Duration,
        history: Vec<PastAttempt>,
    ) -> Self {
        let course = Course {
            attempts,
            gave_up,
            elapsed,
            history,
        };
        Self {
            kind,
            course: Box::new(course),
        }
    }

    /// A call that ended with its first attempt, or before it.
    fn at_once(kind: CallErrorKind<E>, attempts: u32) -> Self {
        Self::new(kind, attempts, GaveUp::Policy, Duration::ZERO, Vec::new())
    }

    /// The error of the last attempt, or of the one before if the deadline cut the last one short.
    pub fn kind(&self) -> &CallErrorKind<E> {
        &self.kind
    }

    /// The error of the last attempt, by value.
    pub fn into_kind(self) -> CallErrorKind<E> {
        self.kind
    }

    /// How many attempts were made: 0 if the input was wrong or the client cannot send.
    pub fn attempts(&self) -> u32 {
        self.course.attempts
    }

    /// How long the call took, waits included.
    pub fn elapsed(&self) -> Duration {
        self.course.elapsed
    }

    /// All attempts, the first one first, for a log: what each ended with, when it began and how long
    /// it took.
    pub fn history(&self) -> &[PastAttempt] {
        &self.course.history
    }

    /// Why there were no more attempts.
    pub fn gave_up(&self) -> GaveUp {
        self.course.gave_up
    }

    /// Apideck's refusal, if the call ended with one.
    pub fn api_error(&self) -> Option<&ApiError> {
        match &self.kind {
            CallErrorKind::Api(error) => Some(error),
            _ => None,
        }
    }

    /// How long the server asks to wait, if [`kind`](Self::kind) is a refusal that says so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.kind.retry_after()
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
        self.course.gave_up == GaveUp::Deadline
    }

    /// Whether the retry budget that the call shares with others had nothing left for its next
    /// attempt.
    pub fn is_budget(&self) -> bool {
        matches!(self.course.gave_up, GaveUp::Budget | GaveUp::Held)
    }
}

impl<E> From<BuildError> for CallError<E> {
    fn from(error: BuildError) -> Self {
        Self::at_once(CallErrorKind::Build(error), 0)
    }
}

impl<E> From<ClientError> for CallError<E> {
    fn from(error: ClientError) -> Self {
        Self::at_once(CallErrorKind::Client(error), 0)
    }
}

/// For tests of code that takes an error: as if the first attempt had ended with it.
impl<E> From<ResponseError> for CallError<E> {
    fn from(error: ResponseError) -> Self {
        Self::at_once(error.into(), 1)
    }
}

/// For tests of code that takes an error: as if the first attempt had ended with it.
impl<E> From<Failure<E>> for CallError<E> {
    fn from(failure: Failure<E>) -> Self {
        Self::at_once(CallErrorKind::Transport(failure), 1)
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
    /// The request id of the answer, to log it.
    pub(crate) fn request_id(&self) -> Option<&str> {
        let id = match self {
            Self::Api(error) => error.request_id(),
            Self::Decode(error) => error.request_id(),
            _ => None,
        };
        id.map(cut)
    }

    /// How long the server asks to wait, if it refused and says so.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Api(error) => error.retry_after(),
            _ => None,
        }
    }

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
        if self.course.attempts > 1 || self.course.gave_up != GaveUp::Policy {
            self.tell_how(formatter)?;
        }
        Ok(())
    }
}

impl<E> CallError<E> {
    /// How many attempts in how long, why there was no further one, and what else they ended with.
    fn tell_how(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.course.attempts == 1 { "" } else { "s" };
        let seconds = self.course.elapsed.as_secs_f64();
        write!(
            formatter,
            " ({} attempt{plural} in {seconds:.1} s",
            self.course.attempts
        )?;
        formatter.write_str(match self.course.gave_up {
            GaveUp::Policy => "",
            GaveUp::Deadline => ", out of time",
            GaveUp::Budget => ", the retry budget is empty",
            GaveUp::Held => ", held by the retry budget",
        })?;
        if let (GaveUp::Deadline, Some(asked)) = (self.course.gave_up, self.retry_after()) {
            if asked <= A_DAY {
                write!(formatter, ": the server asks to wait {asked:?}")?;
            } else {
                formatter.write_str(": the server asks to wait more than a day")?;
            }
        }
        let mut told = PastCause::of(&self.kind).into_iter().collect::<Vec<_>>();
        for PastAttempt { cause, .. } in &self.course.history {
            if !told.contains(cause) {
                let before = if told.len() == 1 { "; also: " } else { ", " };
                write!(formatter, "{before}{cause}")?;
                told.push(*cause);
            }
        }
        formatter.write_str(")")
    }
}

impl<E: Error + 'static> fmt::Debug for CallError<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !formatter.alternate() {
            return fmt::Display::fmt(self, formatter);
        }
        formatter
            .debug_struct("CallError")
            .field("kind", &self.kind)
            .field("course", &self.course)
            .finish()
    }
}

/// There is no source: the text has those of all sources already. What is behind it is
/// [`kind`](CallError::kind).
impl<E: Error + 'static> Error for CallError<E> {}
