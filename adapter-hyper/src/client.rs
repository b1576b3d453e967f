//! The client: its settings, and the hyper client or tower service that sends its requests.

use apideck_vault_core::http::{Request, Response};
use apideck_vault_core::{Bytes, ClientSettings, CreateSession, CreatedSession, Operation, Vault};
use http_body::Body;
use http_body_util::Full;
use std::hash::{BuildHasher, RandomState};
use tower_service::Service;

use crate::CallError;
use crate::default_client::{Clients, DefaultClient};
use crate::drive::drive;
use crate::transport::BoxError;

/// Creates Vault sessions over hyper or any tower service.
///
/// Calls need a [runtime](crate#runtimes). Dropping a call's future ends the call. Cloning is cheap:
/// clones, and the copies that the `with_…` methods make, share connections and the retry budget.
///
/// ```
/// use apideck_vault_hyper::{Vault, VaultClient};
/// use std::time::Duration;
///
/// let client = VaultClient::new(Vault::new("sk_live_1", "app")?);
/// let impatient = client.with_settings(|settings| settings.deadline(Duration::from_secs(3)));
/// let rotated = client.with_vault(client.settings().vault.clone().with_api_key("sk_live_2")?);
/// # Ok::<(), apideck_vault_hyper::error::BuildError>(())
/// ```
#[derive(Debug, Clone)]
pub struct VaultClient<S = DefaultClient> {
    settings: ClientSettings,
    clients: Clients<S>,
}

impl VaultClient {
    /// A client with its own connection pool, from a [`Vault`] or [`ClientSettings`]. It does not
    /// connect yet.
    pub fn new(settings: impl Into<ClientSettings>) -> Self {
        Self {
            settings: settings.into(),
            clients: Clients::by_default(),
        }
    }
}

impl<S: Clone> VaultClient<S> {
    /// A client on your own service: a hyper client with your connector, a stack of tower layers,
    /// or a fake for tests. A layer that follows redirects passes the API key along.
    ///
    /// ```
    /// use apideck_vault_hyper::hyper_util::client::legacy::Client;
    /// use apideck_vault_hyper::hyper_util::rt::TokioExecutor;
    /// use apideck_vault_hyper::{Bytes, Full, Vault, VaultClient};
    ///
    /// let vault = Vault::new("sk_live_1", "app")?;
    /// let own: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    /// let client = VaultClient::from_client(vault, own);
    /// # Ok::<(), apideck_vault_hyper::error::BuildError>(())
    /// ```
    pub fn from_client(settings: impl Into<ClientSettings>, client: S) -> Self {
        Self {
            settings: settings.into(),
            clients: Clients::of_caller(client),
        }
    }

    /// The client's settings.
    pub fn settings(&self) -> &ClientSettings {
        &self.settings
    }

    /// A copy of the client with other settings. It shares the connections and, unless `change`
    /// sets another one, the retry budget.
    pub fn with_settings(&self, change: impl FnOnce(ClientSettings) -> ClientSettings) -> Self {
        Self {
            settings: change(self.settings.clone()),
            ..self.clone()
        }
    }

    /// A copy of the client for another API key, application or server. It shares the connections
    /// and the retry budget.
    pub fn with_vault(&self, vault: Vault) -> Self {
        self.with_settings(|settings| settings.vault(vault))
    }
}

impl<S, B> VaultClient<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body + Send,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    /// Creates a session. The input is checked at once. The request is sent, and the call's time
    /// begins, when the future is first polled.
    ///
    /// # Errors
    ///
    /// If the input cannot be sent, Apideck refuses the request, the answer breaks the contract, or
    /// no answer comes, after any retries that the settings allow.
    pub fn create_session(
        &self,
        create: CreateSession,
    ) -> impl Future<Output = Result<CreatedSession, CallError>> + Send + use<S, B> {
        self.call(create, Response::into_body)
    }

    /// Performs any operation. The answer comes with its status and headers, and
    /// [`Attempts::of`](crate::Attempts::of) returns how many attempts it took. The operation is
    /// encoded at once; sending, and the call's time, begin when the future is first polled. The
    /// future is `Send` if the operation and its output are.
    ///
    /// # Errors
    ///
    /// Same as for [`create_session`](Self::create_session).
    pub fn send<O: Operation>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<Response<O::Output>, CallError>> + use<O, S, B> {
        self.call(operation, |answer| answer)
    }

    /// Prepares the call here and boxes it, so the future holds neither the operation nor the client.
    /// It borrows nothing: it can be spawned as is, and the service need not be `Sync`.
    pub(crate) fn call<O: Operation, T>(
        &self,
        operation: O,
        wanted: fn(Response<O::Output>) -> T,
    ) -> impl Future<Output = Result<T, CallError>> + use<O, T, S, B> {
        let seed = RandomState::new().hash_one(());
        let client = self.clients.of(&self.settings.vault);
        drive(client, self.settings.prepare(operation, seed), wanted)
    }
}
