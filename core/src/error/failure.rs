//! The failure of an attempt that got no complete answer.

use std::error::Error;
use std::{fmt, io};

/// What is known about an attempt that got no complete answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// The request certainly did not reach the server: the name did not resolve, or the connection
    /// or its TLS handshake failed.
    NotSent,
    /// Time ran out. The server may have acted on the request.
    TimedOut,
    /// The connection broke after at least part of the request was sent. The server may have acted
    /// on the request.
    Unanswered,
    /// The answer has more bytes than the client accepts. The server has acted on the request.
    TooLarge,
    /// Anything else.
    Other,
}

impl FailureKind {
    /// Classifies an I/O error by whether it happened while connecting, happened later, or was a
    /// timeout.
    ///
    /// ```
    /// use apideck_vault_core::error::FailureKind;
    /// use std::io::{Error, ErrorKind};
    ///
    /// let refused = Error::from(ErrorKind::ConnectionRefused);
    /// assert_eq!(FailureKind::of_io(&refused), FailureKind::NotSent);
    /// let reset = Error::from(ErrorKind::ConnectionReset);
    /// assert_eq!(FailureKind::of_io(&reset), FailureKind::Unanswered);
    /// ```
    pub fn of_io(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::AddrNotAvailable => Self::NotSent,
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::TimedOut,
            _ if is_failed_lookup(error) => Self::NotSent,
            _ => Self::Unanswered,
        }
    }
}

/// The standard library has no kind for a name that does not resolve. There is only this text on
/// Unix, and the codes from WSAHOST_NOT_FOUND to WSANO_DATA on Windows.
fn is_failed_lookup(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(11001..=11004))
        || error
            .to_string()
            .starts_with("failed to lookup address information")
}

/// An attempt that got no complete answer: what is known about it, and the HTTP stack's own error
/// `E`.
///
/// Pass it to [`Attempt::finish`](crate::Attempt::finish) for an attempt that failed. Its text
/// includes the texts of all sources of `E`, because most stacks say what happened only there.
///
/// ```
/// use apideck_vault_core::error::{Failure, FailureKind};
/// use std::io;
///
/// let failure = Failure::new(FailureKind::NotSent, io::Error::other("connection refused"));
/// assert_eq!(failure.to_string(), "the request was not sent: connection refused");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure<E> {
    kind: FailureKind,
    error: Option<E>,
}

impl<E> Failure<E> {
    /// A failure for which the stack reported its own error.
    pub fn new(kind: FailureKind, error: E) -> Self {
        Self {
            kind,
            error: Some(error),
        }
    }

    /// What is known about the failure.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// The stack's own error, if there is one.
    pub fn error(&self) -> Option<&E> {
        self.error.as_ref()
    }

    /// The stack's own error, by value, if there is one.
    pub fn into_error(self) -> Option<E> {
        self.error
    }
}

/// A failure without an error from the stack: the caller's own timer ended the attempt, or the
/// caller stopped reading an answer that grew too large.
impl<E> From<FailureKind> for Failure<E> {
    fn from(kind: FailureKind) -> Self {
        Self { kind, error: None }
    }
}

impl<E: Error + 'static> fmt::Display for Failure<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            FailureKind::NotSent => "the request was not sent",
            FailureKind::TimedOut => "no answer in time",
            FailureKind::Unanswered => "the connection broke before the answer was complete",
            FailureKind::TooLarge => "the answer is larger than this client accepts",
            FailureKind::Other => "the HTTP client failed",
        })?;
        let mut next = self.error.as_ref().map(|error| error as &dyn Error);
        let mut last = String::new();
        while let Some(error) = next {
            let text = error.to_string();
            // Some stacks repeat the text of their source in their own.
            if !last.contains(&text) {
                write!(formatter, ": {}", super::printable::Printable(&text))?;
                last = text;
            }
            next = error.source();
        }
        Ok(())
    }
}

impl<E: Error + 'static> Error for Failure<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error.as_ref().map(|error| error as &dyn Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("error sending request")]
    struct Outer(#[source] io::Error);

    #[test]
    fn the_text_includes_every_source_once() {
        let failure = Failure::new(FailureKind::Unanswered, Outer(io::Error::other("reset")));
        assert_eq!(
            failure.to_string(),
            "the connection broke before the answer was complete: error sending request: reset"
        );
        assert!(failure.source().unwrap().is::<Outer>());
    }

    #[test]
    fn a_failure_without_an_error_from_the_stack_says_what_happened() {
        let failure = Failure::<io::Error>::from(FailureKind::TimedOut);
        assert_eq!(failure.to_string(), "no answer in time");
        assert!(failure.source().is_none());
    }
}
