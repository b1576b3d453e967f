//! A call that has not begun.

use std::time::Duration;

use super::state::{First, State};
use super::trace::Trace;
use super::{Attempt, Step};
use crate::error::{BuildError, CallError, ClientError, GaveUp};
use crate::observe::Event;
use crate::operation::Operation;
use crate::settings::ClientSettings;

/// A call whose first request is ready, and that has not begun.
///
/// It counts toward no budget yet, and may be dropped. It is for a client whose calls are futures:
///
/// ```
/// use apideck_vault_core::{ClientSettings, CreateSession, Step, Vault};
///
/// let settings = ClientSettings::from(Vault::new("sk_live_1", "app")?);
/// let call = settings.prepare(CreateSession::new("test-consumer"), 42);
/// let future = async move {
///     let step: Step<_, std::io::Error> = call.begin();
///     // The loop around the steps is in `ClientSettings::begin`.
///     assert!(matches!(step, Step::Send(..)));
/// };
/// // It was never polled, so nothing has happened.
/// drop(future);
/// # Ok::<(), apideck_vault_core::error::BuildError>(())
/// ```
#[must_use = "a call has to be begun"]
pub struct PreparedCall<O, E>(Result<First<O, E>, BuildError>);

impl ClientSettings {
    /// Prepares a call, for a stack whose calls are futures: it is prepared when the future is made, and
    /// begins when that is first polled. `seed` is as for [`begin`](Self::begin).
    pub fn prepare<O: Operation, E>(&self, operation: O, seed: u64) -> PreparedCall<O, E> {
        let prepared = State::prepare(self, operation, seed);
        if prepared.is_err() {
            Trace::without_request().tell(&NEVER_BEGUN);
            self.tell(&NEVER_BEGUN);
        }
        PreparedCall(prepared)
    }
}

const NEVER_BEGUN: Event<'static> = Event::CallEnded {
    attempts: 0,
    elapsed: Duration::ZERO,
    outcome: Err(GaveUp::Policy),
    cause: None,
};

impl<O: Operation, E> PreparedCall<O, E> {
    /// Begins the call. The first step is to send its request, or [`Step::Done`] if the input cannot
    /// be sent.
    pub fn begin(self) -> Step<O, E> {
        let (request, state) = match self.0 {
            Ok(prepared) => prepared,
            Err(error) => return Step::Done(Err(error.into())),
        };
        Step::Send(request, Attempt::at(Duration::ZERO, state))
    }

    /// Ends the call before it begins, because the client cannot send it. If the input is wrong as well, the error is
    /// about that.
    pub fn cannot_send(self, error: ClientError) -> CallError<E> {
        match self.0 {
            Ok((_, state)) => {
                state.tell(&NEVER_BEGUN);
                error.into()
            }
            Err(error) => error.into(),
        }
    }
}
