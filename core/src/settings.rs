//! All that a client is, its HTTP stack aside.

use std::sync::Arc;
use std::time::Duration;

use crate::retry::{ExponentialBackoff, RetryBudget, RetryPolicy};
use crate::vault::Vault;

/// All that a client is, its HTTP stack aside: a plain value with the defaults that protect.
///
/// | | default |
/// | --- | --- |
/// | [`retry`](Self::retry) | [`ExponentialBackoff::new`]: at most 8 attempts |
/// | [`budget`](Self::budget) | the vault's [`RetryBudget`]: whatever is made of one vault shares it |
/// | [`attempt_timeout`](Self::attempt_timeout) | 10 s |
/// | [`deadline`](Self::deadline) | 30 s |
/// | [`max_response_bytes`](Self::max_response_bytes) | 1 MiB |
///
/// A clone is cheap and shares the budget.
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
/// With an HTTP stack of your own, [`begin`](Self::begin) is where a call begins.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ClientSettings {
    /// Where requests go and who asks.
    pub vault: Vault,
    /// Whether a failed attempt is followed by another, and when.
    pub retry: Arc<dyn RetryPolicy>,
    /// What the retries of all calls have to fit in; `None` for no bound.
    pub budget: Option<RetryBudget>,
    /// How long one attempt may take, from connecting to the last byte of the answer; `None` for no
    /// limit but the deadline.
    pub attempt_timeout: Option<Duration>,
    /// How long a whole call may take, waits included; `None` for no limit.
    pub deadline: Option<Duration>,
    /// How many bytes of an answer's body are read at most.
    pub max_response_bytes: usize,
}

impl From<Vault> for ClientSettings {
    /// The defaults, for this vault.
    fn from(vault: Vault) -> Self {
        Self {
            retry: Arc::new(ExponentialBackoff::new()),
            budget: Some(vault.budget().clone()),
            attempt_timeout: Some(Duration::from_secs(10)),
            deadline: Some(Duration::from_secs(30)),
            max_response_bytes: 1024 * 1024,
            vault,
        }
    }
}

impl ClientSettings {
    /// Where requests go and who asks; the budget stays the same.
    pub fn vault(mut self, vault: Vault) -> Self {
        self.vault = vault;
        self
    }

    /// Whether a failed attempt is followed by another, and when. Default:
    /// [`ExponentialBackoff::new`].
    pub fn retry(mut self, policy: impl RetryPolicy + 'static) -> Self {
        self.retry = Arc::new(policy);
        self
    }

    /// What the retries of all calls have to fit in; `None` for no bound. Default: the budget that
    /// came with the vault.
    pub fn budget(mut self, budget: impl Into<Option<RetryBudget>>) -> Self {
        self.budget = budget.into();
        self
    }

    /// How long one attempt may take, from connecting to the last byte of the answer; `None` for no
    /// limit but the deadline. Default: 10 s.
    pub fn attempt_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.attempt_timeout = timeout.into();
        self
    }

    /// How long a whole call may take, waits included; `None` for no limit. Default: 30 s.
    pub fn deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.deadline = deadline.into();
        self
    }

    /// How many bytes of an answer's body are read at most. Default: 1 MiB.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }
}
