//! ureq.

use apideck_vault_core::{ClientSettings, Vault};
use apideck_vault_ureq::VaultClient;
use ureq::Agent;
use ureq::tls::{Certificate, TlsConfig};

use crate::any_operation::{AnyOperation, Output};
use crate::client::{self, Change};
use crate::{Ability, BoxError, Call, Client, Custom, HttpStack, outcome};

#[derive(Debug)]
pub(crate) struct Ureq;

impl HttpStack for Ureq {
    fn name(&self) -> &'static str {
        "ureq"
    }

    fn lacks(&self, ability: Ability) -> Option<&'static str> {
        match ability {
            Ability::Futures => {
                Some("a blocking call has neither future nor runtime: its deadline ends it")
            }
            Ability::Http2 => Some("ureq speaks HTTP/1.1 alone"),
            Ability::FollowingRedirects => Some("the adapter tells ureq to follow none"),
            Ability::LeavingPacked => Some("ureq unpacks gzip wherever its feature for that is on"),
            _ => None,
        }
    }

    fn default_client(&self, settings: ClientSettings) -> Client {
        Client::new(VaultClient::new(settings))
    }

    fn unchanged(&self, settings: ClientSettings) -> Client {
        let own = Agent::new_with_defaults();
        Client::new(VaultClient::from_client(settings, own))
    }

    fn custom(&self, settings: ClientSettings, custom: &Custom<'_>) -> Result<Client, BoxError> {
        let mut own = Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(settings.attempt_timeout);
        if let Some(authority) = custom.authority {
            let authority = Certificate::from_pem(authority.as_bytes())?;
            let tls = TlsConfig::builder().root_certs([authority].into());
            own = own.tls_config(tls.build());
        }
        if let Some(silence) = custom.gives_up_after {
            own = own
                .timeout_recv_response(Some(silence))
                .timeout_recv_body(Some(silence));
        }
        let own = own.build().new_agent();
        Ok(Client::new(VaultClient::from_client(settings, own)))
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
        let client = self.clone();
        Call::Blocking(Box::new(move || outcome(client.send(operation))))
    }
}
