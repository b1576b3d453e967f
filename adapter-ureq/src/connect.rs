//! Connecting before the first call.

use apideck_vault_core::Connect;

use crate::{CallError, VaultClient};

impl VaultClient {
    /// Makes a connection, so that the first call finds one: for a service that starts. It sends the
    /// [`Connect`] request, which has no API key and creates nothing, and is retried like a call.
    ///
    /// The default client gives the connection up after 20 s without a call.
    ///
    /// ```
    /// use apideck_vault_ureq::{Vault, VaultClient};
    /// # use apideck_vault_emulator::Emulator;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = Emulator::start()?;
    /// # let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(emulator.url())?;
    /// let client = VaultClient::new(vault);
    /// if let Err(error) = client.connect() {
    ///     eprintln!("Vault cannot be reached yet: {error}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If no answer comes, after any retries that the settings allow. An answer of any status is a
    /// success.
    pub fn connect(&self) -> Result<(), CallError> {
        self.send(Connect).map(|_| ())
    }
}
