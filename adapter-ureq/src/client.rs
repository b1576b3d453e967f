//! The client: its settings, and the ureq agent that it sends with.

use apideck_vault_core::http::Response;
use apideck_vault_core::{ClientSettings, CreateSession, CreatedSession, Operation, Vault};
use std::hash::{BuildHasher, RandomState};
use ureq::Agent;

use crate::CallError;
use crate::default_client::Clients;
use crate::drive::drive;

/// Creates Vault sessions over ureq, blocking.
///
/// A clone is cheap and shares connections and retry budget, and so do the copies that the `with_…`
/// methods make: that is how one call gets its own deadline, keys are rotated and servers chosen.
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
    /// A client with a connection pool of its own, made of a [`Vault`] or of [`ClientSettings`]. This
    /// does not connect yet.
    pub fn new(settings: impl Into<ClientSettings>) -> Self {
        let settings = settings.into();
        Self {
            clients: Clients::by_default(&settings),
            settings,
        }
    }

    /// A client on an [`Agent`] of yours: with your proxies, certificates, pool.
    ///
    /// Its settings on redirects, statuses and the time for a request are overruled for each
    /// request: no redirects, no status is an error of ureq's, the settings say how long. An
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
    ///     // As long as the settings give an attempt.
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
    /// # Errors
    ///
    /// If the input cannot be sent, Apideck refuses, the answer breaks the contract, or no answer
    /// comes, each after the retries that the settings allow.
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
        let seed = RandomState::new().hash_one(());
        let client = self.clients.of(&self.settings.vault);
        drive(client.map(|client| (client, self.settings.begin(operation, seed))))
    }
}
