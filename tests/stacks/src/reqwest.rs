//! reqwest.

use apideck_vault_core::{ClientSettings, Vault};
use apideck_vault_reqwest::VaultClient;

use crate::any_operation::{AnyOperation, Output};
use crate::client::{self, Change};
use crate::{Ability, BoxError, Call, Client, Custom, Http, HttpStack, outcome};

#[derive(Debug)]
pub(crate) struct Reqwest;

impl HttpStack for Reqwest {
    fn name(&self) -> &'static str {
        "reqwest"
    }

    fn lacks(&self, ability: Ability) -> Option<&'static str> {
        match ability {
            Ability::Blocking => Some("it does not block"),
            _ => None,
        }
    }

    fn default_client(&self, settings: ClientSettings) -> Client {
        Client::new(VaultClient::new(settings))
    }

    fn unchanged(&self, settings: ClientSettings) -> Client {
        Client::new(VaultClient::from_client(settings, reqwest::Client::new()))
    }

    fn custom(&self, settings: ClientSettings, custom: &Custom<'_>) -> Result<Client, BoxError> {
        let mut own = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never());
        if custom.http == Http::One {
            own = own.http1_only();
        }
        if let Some(authority) = custom.authority {
            own = own.tls_certs_only([reqwest::Certificate::from_pem(authority.as_bytes())?]);
        }
        if let Some(silence) = custom.gives_up_after {
            own = own.read_timeout(silence);
        }
        Ok(Client::new(VaultClient::from_client(
            settings,
            own.build()?,
        )))
    }
}

impl client::VaultClient for VaultClient {
    fn settings(&self) -> &ClientSettings {
        self.settings()
    }

    fn with_settings(&self, change: Change<'_>) -> Client {
        Client::new(self.with_settings(change))
    }

    fn with_vault(&self, vault: Vault) -> Client {
        Client::new(self.with_vault(vault))
    }

    fn call(&self, operation: AnyOperation) -> Call<Output> {
        let call = self.send(operation);
        Call::Future(Box::pin(async { outcome(call.await) }))
    }
}
