//! The client: the loop around a call, with reqwest's share filled in.

use apideck_vault_core::error::BuildError;
use apideck_vault_core::http::Response;
use apideck_vault_core::retry::{ExponentialBackoff, RetryPolicy};
use apideck_vault_core::{Call, CreateSession, CreatedSession, Operation, Step, Vault};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use tokio::time::{Instant, sleep};

use crate::transport::Clients;
use crate::{CallError, transport};

/// Creates Vault sessions over reqwest.
///
/// A clone is cheap and shares the connections, and so are the copies that the `with_…` methods
/// make: that is how API keys are rotated and servers chosen. Dropping a call's future ends the
/// call.
///
/// ```
/// use apideck_vault_reqwest::retry::ExponentialBackoff;
/// use apideck_vault_reqwest::{Vault, VaultClient};
/// use std::time::Duration;
///
/// let client = VaultClient::new(Vault::new("sk_live_1", "app")?);
/// let rotated = client.with_vault(client.vault().clone().with_api_key("sk_live_2")?);
/// let hasty = rotated.with_retry(ExponentialBackoff::new().deadline(Duration::from_secs(3)));
/// # Ok::<(), apideck_vault_reqwest::error::BuildError>(())
/// ```
#[derive(Debug, Clone)]
pub struct VaultClient {
    vault: Vault,
    retry: Arc<dyn RetryPolicy>,
    max_response_bytes: usize,
    clients: Result<Clients, BuildError>,
    speaks_https: bool,
}

impl VaultClient {
    /// How many bytes of an answer's body are read at most, unless set otherwise: 1 MiB.
    pub const DEFAULT_MAX_RESPONSE_BYTES: usize = 1024 * 1024;

    /// A client with a connection pool of its own. This does not connect yet.
    pub fn new(vault: Vault) -> Self {
        Self::with(vault, Clients::new(), cfg!(feature = "rustls"))
    }

    /// A client on a [`reqwest::Client`] of yours: with your proxies, certificates, HTTP versions.
    ///
    /// Build it with `.redirect(Policy::none())` and `.retry(reqwest::retry::never())`: otherwise
    /// requests may follow redirects, and attempts happen that this client does not count.
    ///
    /// A redirect that is followed does not carry the API key to another host, port or scheme:
    /// reqwest takes `authorization` away. The ids of app and consumer do go along, after a 307 or
    /// 308 the session too, and what the other host answers counts as the answer.
    pub fn from_client(vault: Vault, client: reqwest::Client) -> Self {
        Self::with(vault, Ok(Clients::of_caller(client)), true)
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
    /// The input is checked at once; the request is sent, and the call's time begins, when the future
    /// is polled.
    ///
    /// # Errors
    ///
    /// If the input cannot be sent, Apideck refuses, the answer breaks the contract, or no answer
    /// comes, each after the retries that the policy allows.
    pub fn create_session(
        &self,
        create: CreateSession,
    ) -> impl Future<Output = Result<CreatedSession, CallError>> + Send + use<> {
        self.call(create, Response::into_body)
    }

    /// Performs any operation; the answer comes with its status and headers, and
    /// [`Attempts::of`](crate::Attempts::of) tells how many attempts it took.
    ///
    /// The operation is encoded at once; the request is sent, and the call's time begins, when the
    /// future is polled.
    ///
    /// # Errors
    ///
    /// As [`create_session`](Self::create_session).
    pub fn send<O: Operation>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<Response<O::Output>, CallError>> + use<O> {
        self.call(operation, |answer| answer)
    }

    /// The call begins here, in a box, so that the future holds neither the operation itself nor the
    /// client. It borrows nothing, so that it can be spawned as it is.
    fn call<O: Operation, T>(
        &self,
        operation: O,
        wanted: fn(Response<O::Output>) -> T,
    ) -> impl Future<Output = Result<T, CallError>> + use<O, T> {
        let seed = RandomState::new().hash_one(());
        let step = Call::begin(&self.vault, operation, self.retry.clone(), seed);
        perform(step, self.client(), self.max_response_bytes, wanted)
    }

    /// The client for this vault's scheme, unless it was built without what it needs.
    fn client(&self) -> Result<reqwest::Client, BuildError> {
        let is_https = self.vault.is_https();
        if is_https && !self.speaks_https {
            let expected = "enable it, or hand in a client that speaks TLS with `from_client`";
            let problem = "of apideck-vault-reqwest is missing, which https needs";
            return Err(BuildError::new("feature `rustls`", problem, expected));
        }
        let clients = self.clients.as_ref().map_err(Clone::clone)?;
        Ok(clients.for_scheme(is_https).clone())
    }

    fn with(vault: Vault, clients: Result<Clients, BuildError>, speaks_https: bool) -> Self {
        Self {
            vault,
            retry: Arc::new(ExponentialBackoff::new()),
            max_response_bytes: Self::DEFAULT_MAX_RESPONSE_BYTES,
            clients,
            speaks_https,
        }
    }
}

type Next<O> = Step<O, Arc<dyn RetryPolicy>, reqwest::Error>;

/// A whole call. Its time begins when the future is polled first.
async fn perform<O: Operation, T>(
    mut step: Next<O>,
    client: Result<reqwest::Client, BuildError>,
    max_response_bytes: usize,
    wanted: fn(Response<O::Output>) -> T,
) -> Result<T, CallError> {
    let client = client?;
    let started = Instant::now();
    loop {
        step = match step {
            Step::Send(request, attempt) => {
                let timeout = attempt.timeout();
                let sent = transport::send(&client, request, timeout, max_response_bytes);
                let outcome = sent.await;
                attempt.finish(outcome, started.elapsed())
            }
            Step::Wait(wait) => {
                sleep(wait.delay()).await;
                wait.resume(started.elapsed())
            }
            Step::Done(result) => return result.map(wanted),
        }
    }
}
