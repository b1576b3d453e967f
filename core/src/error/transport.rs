//! The error of a stack that has more than one error type.

use std::error::Error;
use std::fmt;

/// An HTTP stack's own error of any type, for stacks that have more than one.
///
/// (The `E` of a [`Failure`](super::Failure) and a [`CallError`](super::CallError) must be an [`Error`], which
/// `Box<dyn Error>` is not.)
///
/// The text and [`source`](Error::source) are those of the inner error. Use
/// [`get_ref`](Self::get_ref) to inspect its type.
///
/// ```
/// use apideck_vault_core::error::{Failure, FailureKind, TransportError};
///
/// let error = TransportError::new("the pool is closed");
/// let failure = Failure::new(FailureKind::Other, error);
/// assert_eq!(failure.to_string(), "the HTTP client failed: the pool is closed");
/// ```
pub struct TransportError(Box<dyn Error + Send + Sync>);

impl TransportError {
    /// Wraps an error of any type, or a message.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(error.into())
    }

    /// The inner error.
    pub fn get_ref(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Error for TransportError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
