//! What a call tells while it runs, for metrics and logs.

use http::StatusCode;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{GaveUp, PastCause};

/// A function that is told what happens in the calls of a client.
///
/// It is set with [`ClientSettings::observer`](crate::ClientSettings::observer). It runs inside the call, so
/// it must be quick and must not block: count, record, or send to a channel.
///
/// Clients can share one:
///
/// ```
/// use apideck_vault_core::{ClientSettings, Vault};
///
/// let first = ClientSettings::from(Vault::new("sk_live_1", "app")?)
///     .observer(|event| println!("{event:?}"));
/// let mut second = ClientSettings::from(Vault::new("sk_live_2", "other-app")?);
/// second.observer = first.observer.clone();
/// # Ok::<(), apideck_vault_core::error::BuildError>(())
/// ```
#[derive(Clone)]
pub struct Observer(Arc<dyn Fn(&Event<'_>) + Send + Sync>);

/// Something that happened in a call.
///
/// No event contains a secret, an id of a consumer, or anything from a body. A call whose future is dropped,
/// or whose step is, tells nothing more.
///
/// ```
/// use apideck_vault_core::Event;
///
/// /// Lines for a log.
/// fn log(event: &Event<'_>) {
///     match event {
///         Event::AttemptEnded { number, outcome: Err(cause), took, .. } => {
///             println!("attempt {number} failed after {took:?}: {cause}");
///         }
///         Event::WaitBegan { delay, is_held: true, .. } => {
///             println!("no token for a retry, looking again in {delay:?}");
///         }
///         Event::CallEnded { attempts, elapsed, outcome, .. } => {
///             let end = if outcome.is_ok() { "succeeded" } else { "failed" };
///             println!("the call {end} after {attempts} attempts in {elapsed:?}");
///         }
///         _ => {}
///     }
/// }
///
/// # use apideck_vault_core::{ClientSettings, Vault};
/// let settings = ClientSettings::from(Vault::new("sk_live_1", "app")?).observer(log);
/// # Ok::<(), apideck_vault_core::error::BuildError>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Event<'a> {
    /// An attempt is over.
    #[non_exhaustive]
    AttemptEnded {
        /// Which attempt of the call it was, starting at 1.
        number: u32,
        /// The status of a success, or what went wrong.
        outcome: Result<StatusCode, PastCause>,
        /// When it began, counted from the beginning of the call.
        begun: Duration,
        /// How long it took.
        took: Duration,
        /// The `x-apideck-request-id` of the answer, at most 300 characters of it.
        request_id: Option<&'a str>,
    },
    /// The call waits before its next attempt, or before it asks the retry budget again.
    #[non_exhaustive]
    WaitBegan {
        /// How many attempts were made.
        attempts: u32,
        /// How long it waits.
        delay: Duration,
        /// How long the server asked to wait, if it did.
        retry_after: Option<Duration>,
        /// Whether it waits because it found the retry budget empty.
        is_held: bool,
    },
    /// The call is over.
    #[non_exhaustive]
    CallEnded {
        /// How many attempts were made: 0 if the input was wrong, or the client cannot send.
        attempts: u32,
        /// How long the call took, waits included.
        elapsed: Duration,
        /// The status of the success, or why there were no more attempts.
        outcome: Result<StatusCode, GaveUp>,
        /// What went wrong; `None` after a success, and if there was no attempt.
        cause: Option<PastCause>,
    },
}

impl Observer {
    pub(crate) fn new(observe: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(observe))
    }

    pub(crate) fn tell(&self, event: &Event<'_>) {
        (self.0)(event);
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Observer")
    }
}
