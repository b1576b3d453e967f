//! The failure of an attempt that got no complete answer.

use std::error::Error;
use std::fmt;

use super::failure_kind::FailureKind;
use super::printable::Printable;

/// An attempt that got no complete answer.
///
/// It has what is known about the attempt, and the HTTP stack's own error `E`. Pass it to
/// [`Attempt::finish`](crate::Attempt::finish) for an attempt that failed. Its text includes the texts of all
/// sources of `E`, because most stacks say what happened only there.
///
/// ```
/// use apideck_vault_core::error::{Failure, FailureKind};
/// use std::io;
///
/// let failure = Failure::new(FailureKind::NotSent, io::Error::other("connection refused"));
/// assert_eq!(failure.to_string(), "the request was not sent: connection refused");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Failure<E> {
    kind: FailureKind,
    error: Option<E>,
    /// Of an answer that was too large: how many bytes would have been read.
    limit: Option<usize>,
}

impl<E> Failure<E> {
    /// A failure for which the stack reported its own error.
    pub fn new(kind: FailureKind, error: E) -> Self {
        Self {
            kind,
            error: Some(error),
            limit: None,
        }
    }

    /// The caller stopped reading an answer of more than `limit` bytes.
    pub fn too_large(limit: usize) -> Self {
        Self {
            kind: FailureKind::TooLarge,
            error: None,
            limit: Some(limit),
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

/// A failure that the stack has no error for, such as a timer of the caller's that ended the attempt.
impl<E> From<FailureKind> for Failure<E> {
    fn from(kind: FailureKind) -> Self {
        Self {
            kind,
            error: None,
            limit: None,
        }
    }
}

impl<E: Error + 'static> fmt::Display for Failure<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.limit {
            Some(limit) => write!(
                formatter,
                "the answer is larger than {limit} bytes (`max_response_bytes`; a session's token \
                 repeats its settings)"
            )?,
            None => formatter.write_str(self.kind.text())?,
        }
        let mut next = self.error.as_ref().map(|error| error as &dyn Error);
        let mut last = String::new();
        while let Some(error) = next {
            let text = error.to_string();
            // Some stacks repeat the text of their source in their own.
            if !last.contains(&text) {
                write!(formatter, ": {}", Printable(&text))?;
                last = text;
            }
            next = error.source();
        }
        Ok(())
    }
}

/// What the HTTP stack's error prints is cut after 300 characters: it may contain text from a server, such as
/// the names in a certificate.
impl<E: fmt::Debug> fmt::Debug for Failure<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = format!("{:?}", self.error);
        formatter
            .debug_struct("Failure")
            .field("kind", &self.kind)
            .field("error", &format_args!("{}", Printable(&error)))
            .field("limit", &self.limit)
            .finish()
    }
}

/// There is no source: the text has those of all sources already, and whoever prints an error with its
/// sources would see each twice. The HTTP stack's own error, with its sources, is
/// [`error`](Failure::error).
impl<E: Error + 'static> Error for Failure<E> {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

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
        assert!(failure.source().is_none());
        assert!(failure.error().unwrap().source().is_some());
    }

    #[test]
    fn a_source_whose_text_is_in_the_text_before_it_is_not_repeated() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot connect: {0}")]
        struct Repeats(#[source] io::Error);

        let failure = Failure::new(FailureKind::NotSent, Repeats(io::Error::other("reset")));
        assert_eq!(
            failure.to_string(),
            "the request was not sent: cannot connect: reset"
        );
        assert_eq!(failure.into_error().unwrap().0.to_string(), "reset");
    }

    #[test]
    fn debug_is_as_short_as_the_text() {
        let failure = Failure::new(FailureKind::NotSent, Outer(io::Error::other("reset")));
        let debug = concat!(
            r#"Failure { kind: NotSent, error: Some(Outer(Custom { kind: Other, error: "reset" })), "#,
            "limit: None }"
        );
        assert_eq!(format!("{failure:?}"), debug);
        let failure = Failure::new(FailureKind::NotSent, io::Error::other("ä".repeat(1_000)));
        for debug in [format!("{failure:?}"), format!("{failure:#?}")] {
            assert!(debug.chars().count() < 400, "{}", debug.len());
            assert!(debug.contains('…'), "{debug}");
        }
    }

    #[test]
    fn a_failure_without_an_error_from_the_stack_says_what_happened() {
        let failure = Failure::<io::Error>::from(FailureKind::TimedOut);
        assert_eq!(failure.to_string(), "no answer in time");
        assert!(failure.source().is_none());
    }
}
