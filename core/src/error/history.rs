//! What the attempts of a call ended with.

use http::StatusCode;
use std::fmt;
use std::time::Duration;

use super::{CallErrorKind, FailureKind};

/// An attempt of a call that failed: small, and without anything that a server or a caller wrote.
///
/// Its text is a line for a log:
///
/// ```
/// use apideck_vault_core::error::{CallError, FailureKind};
/// use apideck_vault_core::{ClientSettings, CreateSession, Step, Vault};
/// use std::{io, time::Duration};
///
/// fn lines<E>(error: &CallError<E>) -> Vec<String> {
///     error.history().iter().map(ToString::to_string).collect()
/// }
///
/// // As if the certificate of the server were not trusted:
/// let settings = ClientSettings::from(Vault::new("sk_live_1", "app")?);
/// let step: Step<_, io::Error> = settings.begin(CreateSession::new("test-consumer"), 42);
/// let Step::Send(_request, attempt) = step else { panic!("nothing is wrong with the input") };
/// let step = attempt.finish(Err(FailureKind::Untrusted.into()), Duration::from_millis(12));
/// let Step::Done(Err(error)) = step else { panic!("no retry helps") };
///
/// let line = "the server's certificate is not trusted after 0.012 s, begun at 0.000 s";
/// assert_eq!(lines(&error), [line]);
/// # Ok::<(), apideck_vault_core::error::BuildError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PastAttempt {
    /// What it ended with.
    pub cause: PastCause,
    /// When it began, counted from the beginning of the call.
    pub begun: Duration,
    /// How long it took.
    pub took: Duration,
}

/// What an attempt ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PastCause {
    /// An answer with this status, which is not a success.
    Refused(StatusCode),
    /// An answer that claims success and breaks the contract.
    Broken,
    /// No complete answer.
    Failed(FailureKind),
}

impl PastCause {
    /// The status of a refusal.
    pub fn status(self) -> Option<StatusCode> {
        match self {
            Self::Refused(status) => Some(status),
            _ => None,
        }
    }

    /// Nothing, if the call could not be made.
    pub(crate) fn of<E>(kind: &CallErrorKind<E>) -> Option<Self> {
        match kind {
            CallErrorKind::Build(_) | CallErrorKind::Client(_) => None,
            CallErrorKind::Api(error) => Some(Self::Refused(error.status())),
            CallErrorKind::Decode(_) => Some(Self::Broken),
            CallErrorKind::Transport(failure) => Some(Self::Failed(failure.kind())),
        }
    }
}

impl fmt::Display for PastCause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(status) => status.fmt(formatter),
            Self::Broken => formatter.write_str("an answer that breaks the contract"),
            Self::Failed(kind) => formatter.write_str(kind.text()),
        }
    }
}

impl fmt::Display for PastAttempt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (took, begun) = (self.took.as_secs_f64(), self.begun.as_secs_f64());
        write!(
            formatter,
            "{} after {took:.3} s, begun at {begun:.3} s",
            self.cause
        )
    }
}
