//! A call and its outcome.

use apideck_vault_core::Attempts;
use apideck_vault_core::error::{
    ApiError, CallError, CallErrorKind, ClientError, FailureKind, GaveUp,
};
use apideck_vault_core::http::{HeaderMap, Response, StatusCode};
use std::any::Any;
use std::error::Error;
use std::fmt;
use std::pin::Pin;

use crate::BoxError;
use crate::any_operation::Output;

/// A call that has not begun yet.
#[expect(
    clippy::exhaustive_enums,
    reason = "a caller must know every kind of call to make it"
)]
pub enum Call<T> {
    /// A call of an async stack.
    Future(Pin<Box<dyn Future<Output = Outcome<T>> + Send>>),
    /// A call of a blocking stack.
    Blocking(Box<dyn FnOnce() -> Outcome<T> + Send>),
}

impl<T> fmt::Debug for Call<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Future(_) => "Future",
            Self::Blocking(_) => "Blocking",
        })
    }
}

impl Call<Output> {
    /// The same call with the output's real type.
    pub(crate) fn of_type<T: Any + Send>(self) -> Call<T> {
        match self {
            Self::Future(call) => Call::Future(Box::pin(async { Ok(call.await?.of_type()) })),
            Self::Blocking(call) => Call::Blocking(Box::new(|| Ok(call()?.of_type()))),
        }
    }
}

/// The outcome of a call.
pub type Outcome<T> = Result<Answered<T>, Failed>;

/// A success, with its envelope.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answered<T> {
    /// The output of the operation.
    pub value: T,
    /// The response's status.
    pub status: StatusCode,
    /// The response's headers.
    pub headers: HeaderMap,
    /// How many attempts the call took.
    pub attempts: u32,
}

impl Answered<Output> {
    fn of_type<T: Any>(self) -> Answered<T> {
        let value = self.value.downcast().map(|value| *value);
        Answered {
            value: value.unwrap_or_else(|_| unreachable!("the caller made the operation")),
            status: self.status,
            headers: self.headers,
            attempts: self.attempts,
        }
    }
}

/// A failed call, whatever the stack's own error type is.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failed {
    /// How the call failed.
    pub kind: Kind,
    /// How many attempts were made.
    pub attempts: u32,
    /// Why there was no further attempt.
    pub gave_up: GaveUp,
    /// The error's message.
    pub text: String,
    /// The error itself.
    pub error: BoxError,
}

/// How a call failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Kind {
    /// The input is invalid: the name of the field.
    Build(String),
    /// The client cannot make the call.
    Client(ClientError),
    /// Apideck rejected the request.
    Api(ApiError),
    /// The response breaks the contract: the path of the offending value.
    Decode(String),
    /// No complete response arrived.
    Transport(FailureKind),
}

impl Failed {
    /// Apideck's error.
    ///
    /// # Panics
    ///
    /// If the call failed in another way.
    pub fn api(&self) -> &ApiError {
        match &self.kind {
            Kind::Api(error) => error,
            other => panic!("Apideck should have rejected the request, not {other:?}"),
        }
    }

    /// The kind of transport failure.
    ///
    /// # Panics
    ///
    /// If the call failed in another way.
    pub fn failure(&self) -> FailureKind {
        match &self.kind {
            Kind::Transport(kind) => *kind,
            other => panic!("the transport should have failed, not {other:?}"),
        }
    }

    /// The path of the value that breaks the contract.
    ///
    /// # Panics
    ///
    /// If the call failed in another way.
    pub fn fault(&self) -> &str {
        match &self.kind {
            Kind::Decode(path) => path,
            other => panic!("the response should have been invalid, not {other:?}"),
        }
    }

    /// Whether the call's deadline ended it.
    pub fn is_deadline(&self) -> bool {
        self.gave_up == GaveUp::Deadline
    }
}

/// Converts the result of a call on any stack.
///
/// # Errors
///
/// If the call failed.
///
/// # Panics
///
/// If it failed in a way that is unknown here.
pub fn outcome<T, E>(result: Result<Response<T>, CallError<E>>) -> Outcome<T>
where
    E: Error + Send + Sync + 'static,
{
    let error = match result {
        Ok(answer) => {
            let attempts = Attempts::of(&answer);
            let (head, value) = answer.into_parts();
            return Ok(Answered {
                value,
                status: head.status,
                headers: head.headers,
                attempts,
            });
        }
        Err(error) => error,
    };
    Err(Failed {
        kind: match error.kind() {
            CallErrorKind::Build(error) => Kind::Build(error.field().to_owned()),
            CallErrorKind::Client(error) => Kind::Client(error.clone()),
            CallErrorKind::Api(error) => Kind::Api(error.clone()),
            CallErrorKind::Decode(error) => Kind::Decode(error.path().to_owned()),
            CallErrorKind::Transport(failure) => Kind::Transport(failure.kind()),
            other => panic!("unknown kind: {other:?}"),
        },
        attempts: error.attempts(),
        gave_up: error.gave_up(),
        text: error.to_string(),
        error: error.into(),
    })
}
