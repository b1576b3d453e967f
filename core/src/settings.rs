//! Everything that defines a client except its HTTP stack.

use std::sync::Arc;
use std::time::Duration;

use crate::observe::{Event, Observer};
use crate::retry::{ExponentialBackoff, RetryBudget, RetryPolicy};
use crate::vault::Vault;

/// Everything that defines a client except its HTTP stack.
///
/// It is a plain value with protective defaults:
///
/// | setting | default |
/// | --- | --- |
/// | [`retry`](Self::retry) | [`ExponentialBackoff::new`]: at most 8 attempts |
/// | [`budget`](Self::budget) | the vault's [`RetryBudget`], shared by all that use the vault |
/// | [`attempt_timeout`](Self::attempt_timeout) | 10 s |
/// | [`deadline`](Self::deadline) | 30 s |
/// | [`max_response_bytes`](Self::max_response_bytes) | 1 MiB |
/// | [`observer`](Self::observer) | none |
///
/// Cloning is cheap, and clones share the budget.
///
/// ```
/// use apideck_vault_core::retry::ExponentialBackoff;
/// use apideck_vault_core::{ClientSettings, Vault};
/// use std::time::Duration;
///
/// let settings = ClientSettings::from(Vault::new("sk_live_1", "app")?)
///     .retry(ExponentialBackoff::new().max_attempts(3))
///     .deadline(Duration::from_secs(10));
///
/// assert_eq!(settings.deadline, Some(Duration::from_secs(10)));
/// # Ok::<(), apideck_vault_core::error::BuildError>(())
/// ```
///
/// If you bring your own HTTP stack, start a call with [`begin`](Self::begin).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ClientSettings {
    /// Where requests go and with which credentials.
    pub vault: Vault,
    /// Decides whether a failed attempt is retried, and when.
    pub retry: Arc<dyn RetryPolicy>,
    /// Limits the retries of all calls together; `None` for no limit.
    pub budget: Option<RetryBudget>,
    /// How long one attempt may take, from connecting to the last byte of the answer; `None` for no
    /// limit except the deadline. The first attempt gets at most half of the deadline if another one
    /// would follow it.
    pub attempt_timeout: Option<Duration>,
    /// How long a whole call may take, including waits; `None` for no limit.
    pub deadline: Option<Duration>,
    /// The maximum number of bytes to read from an answer's body.
    pub max_response_bytes: usize,
    /// Told what happens in each call, for metrics.
    pub observer: Option<Observer>,
}

impl From<Vault> for ClientSettings {
    /// The default settings for this vault.
    fn from(vault: Vault) -> Self {
        Self {
            retry: Arc::new(ExponentialBackoff::new()),
            budget: Some(vault.budget().clone()),
            attempt_timeout: Some(Duration::from_secs(10)),
            deadline: Some(Duration::from_secs(30)),
            max_response_bytes: 1024 * 1024,
            observer: None,
            vault,
        }
    }
}

impl ClientSettings {
    /// Sets where requests go and with which credentials. The budget stays the same.
    pub fn vault(mut self, vault: Vault) -> Self {
        self.vault = vault;
        self
    }

    /// Sets the policy that decides whether a failed attempt is retried, and when. Default:
    /// [`ExponentialBackoff::new`].
    pub fn retry(mut self, policy: impl RetryPolicy + 'static) -> Self {
        self.retry = Arc::new(policy);
        self
    }

    /// Sets the budget that limits the retries of all calls together; `None` for no limit. Default:
    /// the budget that came with the vault.
    pub fn budget(mut self, budget: impl Into<Option<RetryBudget>>) -> Self {
        self.budget = budget.into();
        self
    }

    /// Sets how long one attempt may take, from connecting to the last byte of the answer; `None`
    /// for no limit except the deadline. Default: 10 s. The first attempt gets at most half of the
    /// deadline if another one would follow it.
    pub fn attempt_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.attempt_timeout = timeout.into();
        self
    }

    /// Sets how long a whole call may take, including waits; `None` for no limit. Default: 30 s.
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.deadline = deadline.into();
        self
    }

    /// Sets the maximum number of bytes to read from an answer's body. Default: 1 MiB.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Sets a function that is told what happens in each call, for metrics. Default: none.
    ///
    /// ```
    /// use apideck_vault_core::{ClientSettings, Event, Vault};
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// let waits = Arc::new(AtomicU64::new(0));
    /// let counter = waits.clone();
    /// let settings = ClientSettings::from(Vault::new("sk_live_1", "app")?).observer(move |event| {
    ///     if let Event::WaitBegan { .. } = event {
    ///         counter.fetch_add(1, Ordering::Relaxed);
    ///     }
    /// });
    /// # Ok::<(), apideck_vault_core::error::BuildError>(())
    /// ```
    pub fn observer(mut self, observe: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Some(Observer::new(observe));
        self
    }

    pub(crate) fn tell(&self, event: &Event<'_>) {
        if let Some(observer) = &self.observer {
            observer.tell(event);
        }
    }
}
