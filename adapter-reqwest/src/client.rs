//! The client: its settings, and the reqwest client that it sends with.

use apideck_vault_core::http::Response;
use apideck_vault_core::{ClientSettings, CreateSession, CreatedSession, Operation, Vault};
use std::hash::{BuildHasher, RandomState};

use crate::CallError;
use crate::default_client::Clients;
use crate::drive::drive;

/// Creates Vault sessions over reqwest.
///
/// A clone is cheap and shares connections and retry budget, and so do the copies that the `with_…`
/// methods make: that is how one call gets its own deadline, keys are rotated and servers chosen.
/// Dropping a call's future ends the call.
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
    /// A client with a connection pool of its own, made of a [`Vault`] or of [`ClientSettings`]. This
    /// does not connect yet.
    pub fn new(settings: impl Into<ClientSettings>) -> Self {
        Self {
            settings: settings.into(),
            clients: Clients::by_default(),
        }
    }

    /// A client on a [`reqwest::Client`] of yours: with your proxies, certificates, HTTP versions.
    ///
    /// Build it with `.redirect(Policy::none())` and `.retry(reqwest::retry::never())`: otherwise
    /// requests may follow redirects, and attempts happen that this client does not count.
    ///
    /// A redirect that is followed does not carry the API key to another host, port or scheme:
    /// reqwest takes `authorization` away. The ids of app and consumer do go along, after a 307 or
    /// 308 the session too, and what the other host answers counts as the answer.
    pub fn from_client(settings: impl Into<ClientSettings>, client: reqwest::Client) -> Self {
        Self {
            settings: settings.into(),
            clients: Clients::of_caller(client),
        }
    }

    /// What this client is, its connections aside.
    pub fn settings(&self) -> &ClientSettings {
        &self.settings
    }

    /// The same client with other settings. The copy shares the connections and, unless `change` sets
    /// another, the retry budget.
    pub fn with_settings(&self, change: impl FnOnce(ClientSettings) -> ClientSettings) -> Self {
        Self {
            settings: change(self.settings.clone()),
            ..self.clone()
        }
    }

    /// The same client for another API key, application or server. The copy shares the connections and
    /// the retry budget.
    pub fn with_vault(&self, vault: Vault) -> Self {
        self.with_settings(|settings| settings.vault(vault))
    }

    /// Creates a session.
    ///
    /// The input is checked at once; the request is sent, and the call's time begins, when the future
    /// is polled.
    ///
    /// # Errors
    ///
    /// If the input cannot be sent, Apideck refuses, the answer breaks the contract, or no answer
    /// comes, each after the retries that the settings allow.
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
    /// future is polled. The future is `Send` if the operation and its output are.
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
        let client = self.clients.of(&self.settings.vault);
        drive(
            client.map(|client| (client, self.settings.begin(operation, seed))),
            wanted,
        )
    }
}
