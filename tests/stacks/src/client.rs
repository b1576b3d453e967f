//! A client of any stack.

use apideck_vault_core::{ClientSettings, Operation, Vault};
use std::fmt;
use std::sync::Arc;

use crate::any_operation::{AnyOperation, Output};
use crate::call::Call;

/// A client of any stack. A clone shares what a clone of the adapter's client shares.
#[derive(Clone)]
pub struct Client(Arc<dyn VaultClient>);

/// A change of settings.
pub(crate) type Change<'a> = Box<dyn FnOnce(ClientSettings) -> ClientSettings + 'a>;

/// What the adapters' clients have in common.
pub(crate) trait VaultClient: Send + Sync {
    fn settings(&self) -> &ClientSettings;
    fn with_settings(&self, change: Change<'_>) -> Client;
    fn with_vault(&self, vault: Vault) -> Client;
    fn call(&self, operation: AnyOperation) -> Call<Output>;
    fn connect(&self) -> Call<()>;
}

impl Client {
    pub(crate) fn new(client: impl VaultClient + 'static) -> Self {
        Self(Arc::new(client))
    }

    /// The adapter's `settings`.
    pub fn settings(&self) -> &ClientSettings {
        self.0.settings()
    }

    /// The adapter's `with_settings`.
    pub fn with_settings(&self, change: impl FnOnce(ClientSettings) -> ClientSettings) -> Self {
        self.0.with_settings(Box::new(change))
    }

    /// The adapter's `with_vault`.
    pub fn with_vault(&self, vault: Vault) -> Self {
        self.0.with_vault(vault)
    }

    /// The adapter's `send`.
    pub fn call<O>(&self, operation: O) -> Call<O::Output>
    where
        O: Operation + Send + 'static,
        O::Output: Send + 'static,
    {
        self.0.call(AnyOperation::new(operation)).of_type()
    }

    /// The adapter's `connect`.
    pub fn connect(&self) -> Call<()> {
        self.0.connect()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("settings", self.settings())
            .finish_non_exhaustive()
    }
}
