//! The client: its settings, and the reqwest client that sends its requests.

use apideck_vault_core::http::Response;
use apideck_vault_core::{ClientSettings, CreateSession, CreatedSession, Operation, Vault};
use std::hash::{BuildHasher, RandomState};

use crate::CallError;
use crate::default_client::Clients;
use crate::drive::drive;

/// Creates Vault sessions over reqwest.
///
/// Calls need a [runtime](crate#runtimes). Dropping a call's future ends the call. Cloning is cheap:
/// clones, and the copies that the `with_…` methods make, share connections and the retry budget.
///
/// ```
/// use apideck_vault_reqwest::{Vault, VaultClient};
/// use std::time::Duration;
///
/// let client = VaultClient::new(Vault::new("sk_live_1", "app")?);
/// let impatient = client.with_settings(|settings| settings.deadline(Duration::from_secs(3)));
/// let rotated = client.with_vault(client.settings().vault.clone().with_api_key("sk_live_2")?);
/// # Ok::<(), apideck_vault_reqwest::error::BuildError>(())
/// ```
#[derive(Debug, Clone)]
pub struct VaultClient {
    settings: ClientSettings,
    clients: Clients,
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

    /// A client on your own [`reqwest::Client`], with your proxies, certificates and HTTP versions.
    ///
    /// Build it with `.redirect(Policy::none())` and `.retry(reqwest::retry::never())`. Otherwise,
    /// requests may follow redirects, and reqwest may make attempts that this client does not
    /// count.
    ///
    /// A followed redirect does not pass the API key to another host, port or scheme, because
    /// reqwest removes `authorization`. The ids of the application and the consumer are passed
    /// along, and after a 307 or 308 so is the session. The other host's answer counts as the
    /// answer.
    pub fn from_client(settings: impl Into<ClientSettings>, client: reqwest::Client) -> Self {
        Self {
            settings: settings.into(),
            clients: Clients::OfCaller(client),
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
    ) -> impl Future<Output = Result<CreatedSession, CallError>> + Send + use<> {
        self.call(create, Response::into_body)
    }

    /// Performs any operation. The answer comes with its status and headers, and
    /// [`Attempts::of`](crate::Attempts::of) returns how many attempts it took. The operation is
    /// encoded at once. The request is sent, and the call's time begins, when the future is first
    /// polled. The future is `Send` if the operation and its output are.
    ///
    /// # Errors
    ///
    /// Same as for [`create_session`](Self::create_session).
    pub fn send<O: Operation>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<Response<O::Output>, CallError>> + use<O> {
        self.call(operation, |answer| answer)
    }

    /// Prepares the call here and boxes it, so the future holds neither the operation nor the client.
    /// It borrows nothing, so it can be spawned as is.
    pub(crate) fn call<O: Operation, T>(
        &self,
        operation: O,
        wanted: fn(Response<O::Output>) -> T,
    ) -> impl Future<Output = Result<T, CallError>> + use<O, T> {
        let seed = RandomState::new().hash_one(());
        let client = self.clients.of(&self.settings.vault);
        drive(client, self.settings.prepare(operation, seed), wanted)
    }
}
