//! Connecting before the first call.

use apideck_vault_core::http::{Request, Response};
use apideck_vault_core::{Bytes, Connect};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use crate::transport::BoxError;
use crate::{CallError, VaultClient};

impl<S, B> VaultClient<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: Body + Send,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    /// Makes a connection, so that the first call finds one: for a service that starts. It sends the
    /// [`Connect`] request, which has no API key and creates nothing, and is retried like a call.
    ///
    /// The default client gives the connection up after 20 s without a call.
    ///
    /// ```
    /// use apideck_vault_hyper::{Vault, VaultClient};
    /// # use apideck_vault_emulator::Emulator;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = Emulator::start()?;
    /// # let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(emulator.url())?;
    /// let client = VaultClient::new(vault);
    /// if let Err(error) = client.connect().await {
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
    pub fn connect(&self) -> impl Future<Output = Result<(), CallError>> + Send + use<S, B> {
        self.call(Connect, Response::into_body)
    }
}
