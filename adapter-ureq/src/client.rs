//! The client: its settings, and the ureq agent that sends its requests.

use apideck_vault_core::http::Response;
use apideck_vault_core::{ClientSettings, CreateSession, CreatedSession, Operation, Vault};
use std::hash::{BuildHasher, RandomState};
use ureq::Agent;

use crate::CallError;
use crate::default_client::Clients;
use crate::drive::drive;

/// Creates Vault sessions over ureq. Its calls block.
///
/// Cloning is cheap. Clones, and the copies that the `with_…` methods make for another deadline,
/// key or server, share connections and the retry budget.
///
/// ```
/// use apideck_vault_ureq::{Vault, VaultClient};
/// use std::time::Duration;
///
/// let client = VaultClient::new(Vault::new("sk_live_1", "app")?);
/// let impatient = client.with_settings(|settings| settings.deadline(Duration::from_secs(3)));
/// let rotated = client.with_vault(client.settings().vault.clone().with_api_key("sk_live_2")?);
/// # Ok::<(), apideck_vault_ureq::error::BuildError>(())
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
        let settings = settings.into();
        Self {
            clients: Clients::by_default(&settings),
            settings,
        }
    }

    /// A client on your own [`Agent`], with your proxies, certificates and pool.
    ///
    /// Each request overrides some of the agent's settings: redirects are not followed, no status
    /// is a ureq error, any method is allowed, and the time limit is that of the client's settings. An agent
    /// that is already configured this way is faster, and its new connections resume the TLS session of an
    /// earlier one:
    ///
    /// ```
    /// use apideck_vault_ureq::{Vault, VaultClient, ureq};
    /// use std::time::Duration;
    ///
    /// let agent = ureq::Agent::config_builder()
    ///     .max_redirects(0)
    ///     .http_status_as_error(false)
    ///     // The same as the attempt timeout in the settings.
    ///     .timeout_global(Some(Duration::from_secs(10)))
    ///     .build()
    ///     .new_agent();
    /// let client = VaultClient::from_client(Vault::new("sk_live_1", "app")?, agent);
    /// # Ok::<(), apideck_vault_ureq::error::BuildError>(())
    /// ```
    pub fn from_client(settings: impl Into<ClientSettings>, client: Agent) -> Self {
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

    /// Creates a session.
    ///
    /// # Errors
    ///
    /// If the input cannot be sent, Apideck refuses the request, the answer breaks the contract, or
    /// no answer comes, after any retries that the settings allow.
    pub fn create_session(&self, create: CreateSession) -> Result<CreatedSession, CallError> {
        self.send(create).map(Response::into_body)
    }

    /// Performs any operation. The answer comes with its status and headers, and
    /// [`Attempts::of`](crate::Attempts::of) returns how many attempts it took.
    ///
    /// # Errors
    ///
    /// Same as for [`create_session`](Self::create_session).
    pub fn send<O: Operation>(&self, operation: O) -> Result<Response<O::Output>, CallError> {
        let seed = RandomState::new().hash_one(());
        let client = self.clients.of(&self.settings.vault);
        drive(client, self.settings.prepare(operation, seed))
    }
}
