//! Telling an error of connecting from one of the request.

use std::fmt;
use ureq::Error;

/// The error of a request that found no connection, so that nothing of it was sent: ureq's errors do
/// not tell.
#[derive(Debug)]
pub(crate) struct NotConnected(Error);

impl NotConnected {
    /// Marks this error.
    pub(crate) fn around(error: Error) -> Error {
        Error::Other(Box::new(Self(error)))
    }

    /// The error that it wraps, or the one that is something else.
    pub(crate) fn within(error: Error) -> Result<Error, Error> {
        match error {
            Error::Other(other) => match other.downcast::<Self>() {
                Ok(error) => Ok(error.0),
                Err(other) => Err(Error::Other(other)),
            },
            error => Err(error),
        }
    }
}

impl fmt::Display for NotConnected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for NotConnected {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_error_of_connecting_is_taken_for_one() {
        let error = NotConnected(Error::ConnectionFailed);
        assert_eq!(error.to_string(), Error::ConnectionFailed.to_string());
        let error = NotConnected::within(NotConnected::around(error.0));
        assert!(matches!(error, Ok(Error::ConnectionFailed)), "{error:?}");
        for error in [Error::Other("a layer's".into()), Error::BodyStalled] {
            let text = error.to_string();
            assert_eq!(NotConnected::within(error).unwrap_err().to_string(), text);
        }
    }
}
