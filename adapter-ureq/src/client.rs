//! The client: the loop around a call, with ureq's share filled in.

use apideck_vault_core::error::BuildError;
use apideck_vault_core::http::Response;
use apideck_vault_core::retry::{ExponentialBackoff, RetryPolicy};
use apideck_vault_core::{Call, CreateSession, CreatedSession, Operation, Step, Vault};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::thread::sleep;
use std::time::Instant;
use ureq::Agent;

use crate::transport::Agents;
use crate::{CallError, transport};

/// Creates Vault sessions over ureq, blocking.
///
/// A clone is cheap and shares the connections, and so are the copies that the `with_…` methods
/// make: that is how API keys are rotated and servers chosen.
///
/// ```
/// use apideck_vault_ureq::retry::ExponentialBackoff;
/// use apideck_vault_ureq::{Vault, VaultClient};
/// use std::time::Duration;
///
/// let client = VaultClient::new(Vault::new("sk_live_1", "app")?);
/// let rotated = client.with_vault(client.vault().clone().with_api_key("sk_live_2")?);
/// let hasty = rotated.with_retry(ExponentialBackoff::new().deadline(Duration::from_secs(3)));
/// # Ok::<(), apideck_vault_ureq::error::BuildError>(())
/// ```
#[derive(Debug, Clone)]
pub struct VaultClient {
    vault: Vault,
    retry: Arc<dyn RetryPolicy>,
    max_response_bytes: usize,
    agents: Agents,
    speaks_https: bool,
}

impl VaultClient {
    /// How many bytes of an answer's body are read at most, unless set otherwise: 1 MiB.
    pub const DEFAULT_MAX_RESPONSE_BYTES: usize = 1024 * 1024;

    /// A client with a connection pool of its own. This does not connect yet.
    pub fn new(vault: Vault) -> Self {
        Self::with(vault, Agents::new(), cfg!(feature = "rustls"))
    }

    /// A client on an [`Agent`] of yours: with your proxies, certificates, pool.
    ///
    /// Its settings on redirects, statuses and the time for a request are overruled for each
    /// request: no redirects, no status is an error of ureq's, the retry policy says how long. An
    /// agent that has them so by itself is faster, and a new connection of it resumes the TLS
    /// session of an earlier one:
    ///
    /// ```
    /// use apideck_vault_ureq::{Vault, VaultClient, ureq};
    /// use std::time::Duration;
    ///
    /// let agent = ureq::Agent::config_builder()
    ///     .max_redirects(0)
    ///     .http_status_as_error(false)
    ///     // As long as the policy gives an attempt.
    ///     .timeout_global(Some(Duration::from_secs(10)))
    ///     .build()
    ///     .new_agent();
    /// let client = VaultClient::from_client(Vault::new("sk_live_1", "app")?, agent);
    /// # Ok::<(), apideck_vault_ureq::error::BuildError>(())
    /// ```
    pub fn from_client(vault: Vault, agent: Agent) -> Self {
        Self::with(vault, Agents::of_caller(agent), true)
    }

    /// Where requests go and who asks.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// The same client for another API key, application or server.
    pub fn with_vault(&self, vault: Vault) -> Self {
        Self {
            vault,
            ..self.clone()
        }
    }

    /// The same client with another retry policy, which also says how long a call and an attempt
    /// may take. Default: [`ExponentialBackoff::new`].
    pub fn with_retry(&self, policy: impl RetryPolicy + 'static) -> Self {
        Self {
            retry: Arc::new(policy),
            ..self.clone()
        }
    }

    /// The same client with another limit to the bytes of an answer's body. Default: 1 MiB.
    pub fn with_max_response_bytes(&self, bytes: usize) -> Self {
        Self {
            max_response_bytes: bytes,
            ..self.clone()
        }
    }

    /// Creates a session.
    ///
    /// # Errors
    ///
    /// If the input cannot be sent, Apideck refuses, the answer breaks the contract, or no answer
    /// comes, each after the retries that the policy allows.
    pub fn create_session(&self, create: CreateSession) -> Result<CreatedSession, CallError> {
        self.send(create).map(Response::into_body)
    }

    /// Performs any operation; the answer comes with its status and headers, and
    /// [`Attempts::of`](crate::Attempts::of) tells how many attempts it took.
    ///
    /// # Errors
    ///
    /// As [`create_session`](Self::create_session).
    pub fn send<O: Operation>(&self, operation: O) -> Result<Response<O::Output>, CallError> {
        let agent = self.agent()?;
        let started = Instant::now();
        let seed = RandomState::new().hash_one(());
        let mut step = Call::begin(&self.vault, operation, self.retry.as_ref(), seed);
        loop {
            step = match step {
                Step::Send(request, attempt) => {
                    let timeout = attempt.timeout();
                    let outcome = transport::send(agent, request, timeout, self.max_response_bytes);
                    attempt.finish(outcome, started.elapsed())
                }
                Step::Wait(wait) => {
                    sleep(wait.delay());
                    wait.resume(started.elapsed())
                }
                Step::Done(result) => return result,
            }
        }
    }

    /// The agent for this vault's scheme, unless it was built without what it needs.
    fn agent(&self) -> Result<&Agent, BuildError> {
        let is_https = self.vault.is_https();
        if is_https && !self.speaks_https {
            let expected = "enable it, or hand in a client that speaks TLS with `from_client`";
            let problem = "of apideck-vault-ureq is missing, which https needs";
            return Err(BuildError::new("feature `rustls`", problem, expected));
        }
        let policy = &self.retry;
        let times = [policy.attempt_timeout(), policy.deadline()];
        let usual = times.into_iter().flatten().min();
        Ok(self.agents.for_scheme(is_https, usual))
    }

    fn with(vault: Vault, agents: Agents, speaks_https: bool) -> Self {
        Self {
            vault,
            retry: Arc::new(ExponentialBackoff::new()),
            max_response_bytes: Self::DEFAULT_MAX_RESPONSE_BYTES,
            agents,
            speaks_https,
        }
    }
}
