//! `Debug` for the steps of a call. It shows neither the request, which holds the key, nor the
//! answer.

use std::fmt;

use super::{Attempt, PreparedCall, Step, Wait};
use crate::operation::Operation;

impl<O: Operation, E> fmt::Debug for Step<O, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Send(_, attempt) => attempt.fmt(formatter),
            Self::Wait(wait) => wait.fmt(formatter),
            Self::Done(result) => match result {
                Ok(_) => formatter.write_str("Done(Ok)"),
                Err(_) => formatter.write_str("Done(Err)"),
            },
        }
    }
}

impl<O, E> fmt::Debug for PreparedCall<O, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PreparedCall")
            .finish_non_exhaustive()
    }
}

impl<O, E> fmt::Debug for Attempt<O, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Attempt")
            .field("number", &self.state.attempts)
            .field("begun", &self.begun)
            .finish_non_exhaustive()
    }
}

impl<O, E> fmt::Debug for Wait<O, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Wait")
            .field("after_attempt", &self.state.attempts)
            .field("delay", &self.delay)
            .finish_non_exhaustive()
    }
}
