//! The client: the loop around a call, with the service's share filled in.

use apideck_vault_core::error::{BuildError, TransportError};
use apideck_vault_core::http::{Request, Response};
use apideck_vault_core::retry::{ExponentialBackoff, RetryPolicy};
use apideck_vault_core::{Bytes, Call, CreateSession, CreatedSession, Operation, Step, Vault};
use http_body::Body;
use http_body_util::Full;
use std::error::Error;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use tokio::time::{Instant, sleep};
use tower_service::Service;

use crate::default_client::DefaultClient;
use crate::{CallError, transport};

/// Creates Vault sessions over hyper, or over any tower service.
///
/// A clone is cheap and shares the connections, and so are the copies that the `with_…` methods
/// make: that is how API keys are rotated and servers chosen. Dropping a call's future ends the
/// call.
///
/// ```
/// use apideck_vault_hyper::retry::ExponentialBackoff;
/// use apideck_vault_hyper::{Vault, VaultClient};
/// use std::time::Duration;
///
/// let client = VaultClient::new(Vault::new("sk_live_1", "app")?);
/// let rotated = client.with_vault(client.vault().clone().with_api_key("sk_live_2")?);
/// let hasty = rotated.with_retry(ExponentialBackoff::new().deadline(Duration::from_secs(3)));
/// # Ok::<(), apideck_vault_hyper::error::BuildError>(())
/// ```
#[derive(Debug, Clone)]
pub struct VaultClient<S = DefaultClient> {
    vault: Vault,
    retry: Arc<dyn RetryPolicy>,
    max_response_bytes: usize,
    client: Result<S, BuildError>,
    speaks_https: bool,
}

impl VaultClient {
    /// How many bytes of an answer's body are read at most, unless set otherwise: 1 MiB.
    pub const DEFAULT_MAX_RESPONSE_BYTES: usize = 1024 * 1024;

    /// A client with a connection pool of its own. This does not connect yet.
    pub fn new(vault: Vault) -> Self {
        Self::with(vault, DefaultClient::new(), cfg!(feature = "rustls"))
    }
}

impl<S: Clone> VaultClient<S> {
    /// A client on a service of yours: a hyper client with your connector, a stack of tower layers,
    /// a fake one for tests.
    ///
    /// Build a hyper-util client with `.retry_canceled_requests(false)`: otherwise attempts happen
    /// that this client does not count. A layer that follows redirects carries the API key along.
    ///
    /// ```
    /// use apideck_vault_hyper::hyper_util::client::legacy::Client;
    /// use apideck_vault_hyper::hyper_util::rt::TokioExecutor;
    /// use apideck_vault_hyper::{Bytes, Full, Vault, VaultClient};
    ///
    /// let vault = Vault::new("sk_live_1", "app")?;
    /// let own: Client<_, Full<Bytes>> =
    ///     Client::builder(TokioExecutor::new()).retry_canceled_requests(false).build_http();
    /// let client = VaultClient::from_client(vault, own);
    /// # Ok::<(), apideck_vault_hyper::error::BuildError>(())
    /// ```
    pub fn from_client(vault: Vault, client: S) -> Self {
        Self::with(vault, Ok(client), true)
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

    fn with(vault: Vault, client: Result<S, BuildError>, speaks_https: bool) -> Self {
        Self {
            vault,
            retry: Arc::new(ExponentialBackoff::new()),
            max_response_bytes: VaultClient::DEFAULT_MAX_RESPONSE_BYTES,
            client,
            speaks_https,
        }
    }
}

impl<S, B> VaultClient<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
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
    ) -> impl Future<Output = Result<CreatedSession, CallError>> + use<S, B> {
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
    ) -> impl Future<Output = Result<Response<O::Output>, CallError>> + use<O, S, B> {
        self.call(operation, |answer| answer)
    }

    /// The call begins here, in a box, so that the future holds neither the operation itself nor the
    /// client. It borrows nothing, so that it can be spawned as it is, and the service need not be
    /// `Sync`.
    fn call<O: Operation, T>(
        &self,
        operation: O,
        wanted: fn(Response<O::Output>) -> T,
    ) -> impl Future<Output = Result<T, CallError>> + use<O, T, S, B> {
        let seed = RandomState::new().hash_one(());
        let step = Call::begin(&self.vault, operation, self.retry.clone(), seed);
        perform(step, self.service(), self.max_response_bytes, wanted)
    }

    /// The service, unless it was built without what this vault's scheme needs.
    fn service(&self) -> Result<S, BuildError> {
        if self.vault.is_https() && !self.speaks_https {
            let expected = "enable it, or hand in a client that speaks TLS with `from_client`";
            let problem = "of apideck-vault-hyper is missing, which https needs";
            return Err(BuildError::new("feature `rustls`", problem, expected));
        }
        self.client.clone()
    }
}

type Next<O> = Step<O, Arc<dyn RetryPolicy>, TransportError>;

/// A whole call. Its time begins when the future is polled first.
async fn perform<O: Operation, T, S, B>(
    mut step: Next<O>,
    service: Result<S, BuildError>,
    max_response_bytes: usize,
    wanted: fn(Response<O::Output>) -> T,
) -> Result<T, CallError>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let mut service = service?;
    let started = Instant::now();
    loop {
        step = match step {
            Step::Send(request, attempt) => {
                let timeout = attempt.timeout();
                let sent = transport::send(&mut service, request, timeout, max_response_bytes);
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
