//! ureq.

use apideck_vault_core::http::Response;
use apideck_vault_core::{ClientSettings, Vault};
pub use apideck_vault_ureq::VaultClient;
use rustls::crypto::ring;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
pub use ureq::Agent as Bare;
use ureq::config::{AutoHeaderValue, Config};
use ureq::http::Uri;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use crate::any_operation::{AnyOperation, Output};
use crate::client::{self, Change};
use crate::tls::NOT_RESUMING;
use crate::{
    Ability, BoxError, CONNECT_TIMEOUT, Call, Client, Custom, HttpStack, IDLE_TIMEOUT, Identity,
    Stack, outcome,
};

/// The stack.
pub const STACK: Stack = &Ureq;

#[derive(Debug)]
struct Ureq;

impl HttpStack for Ureq {
    fn name(&self) -> &'static str {
        "ureq"
    }

    fn lacks(&self, ability: Ability) -> Option<&'static str> {
        match ability {
            Ability::Futures => {
                Some("a blocking call has no future and no runtime: only its deadline ends it")
            }
            Ability::YieldingOften => Some("a blocking call has its thread for itself"),
            Ability::Http2 => Some("ureq speaks only HTTP/1.1"),
            Ability::FollowingRedirects => Some("the adapter tells ureq not to follow them"),
            Ability::SeeingTheEndOfTls => {
                Some("ureq takes both for the end; the adapter's default client does not")
            }
            Ability::LeavingPacked => Some("ureq always unpacks gzip if its feature is on"),
            Ability::Resuming => NOT_RESUMING,
            _ => None,
        }
    }

    fn default_client(&self, settings: ClientSettings) -> Client {
        Client::new(VaultClient::new(settings))
    }

    fn trusting(&self, settings: ClientSettings, authority: &str) -> Result<Client, BoxError> {
        Ok(Client::new(ours(settings, Some(authority))?))
    }

    fn unchanged(&self, settings: ClientSettings) -> Client {
        let own = Bare::new_with_defaults();
        Client::new(VaultClient::from_client(settings, own))
    }

    fn custom(&self, settings: ClientSettings, custom: &Custom<'_>) -> Result<Client, BoxError> {
        let mut own = Bare::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(settings.attempt_timeout);
        if let Some(authority) = custom.authority {
            let authority = Certificate::from_pem(authority.as_bytes())?;
            let tls = TlsConfig::builder().root_certs([authority].into());
            own = own.tls_config(tls.client_cert(client_cert(custom)?).build());
        }
        if let Some(silence) = custom.gives_up_after {
            own = own
                .timeout_recv_response(Some(silence))
                .timeout_recv_body(Some(silence));
        }
        let own = match custom.addresses {
            Some(addresses) => Bare::with_parts(
                own.timeout_connect(Some(CONNECT_TIMEOUT)).build(),
                DefaultConnector::default(),
                Finds(addresses.to_vec()),
            ),
            None => own.build().new_agent(),
        };
        Ok(Client::new(VaultClient::from_client(settings, own)))
    }
}

fn client_cert(custom: &Custom<'_>) -> Result<Option<ClientCert>, BoxError> {
    let Some(Identity { certificate, key }) = custom.identity else {
        return Ok(None);
    };
    let certificate = Certificate::from_pem(certificate.as_bytes())?;
    let key = PrivateKey::from_pem(key.as_bytes())?;
    Ok(Some(ClientCert::new_with_certs(&[certificate], key)))
}

/// The stack's own client with the settings of the adapter's default client, the timeout of an attempt
/// included. It trusts this authority, given as PEM, or Mozilla's root certificates.
///
/// # Errors
///
/// If the authority is not a certificate.
pub fn bare(settings: &ClientSettings, authority: Option<&str>) -> Result<Bare, BoxError> {
    let roots = match authority {
        Some(authority) => {
            RootCerts::new_with_certs(&[Certificate::from_pem(authority.as_bytes())?])
        }
        None => RootCerts::WebPki,
    };
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(roots)
        .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
        .build();
    Ok(Bare::config_builder()
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .max_idle_age(IDLE_TIMEOUT)
        .max_idle_connections(1024)
        .max_idle_connections_per_host(1024)
        .timeout_global(settings.attempt_timeout)
        .accept_encoding(AutoHeaderValue::None)
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .tls_config(tls)
        .build()
        .new_agent())
}

/// The stack's own client with its own default settings. It trusts this authority, given as PEM.
///
/// # Errors
///
/// If the authority is not a certificate.
pub fn with_its_defaults(authority: &str) -> Result<Bare, BoxError> {
    let authority = Certificate::from_pem(authority.as_bytes())?;
    let tls = TlsConfig::builder().root_certs([authority].into()).build();
    Ok(Bare::config_builder().tls_config(tls).build().new_agent())
}

/// The adapter's default client, or one on [`bare`] that trusts this authority.
///
/// # Errors
///
/// If the authority is not a certificate.
pub fn ours(settings: ClientSettings, authority: Option<&str>) -> Result<VaultClient, BoxError> {
    Ok(match authority {
        Some(_) => {
            let own = bare(&settings, authority)?;
            VaultClient::from_client(settings, own)
        }
        None => VaultClient::new(settings),
    })
}

/// A resolver that finds the same addresses for any name.
#[derive(Debug)]
struct Finds(Vec<IpAddr>);

impl Resolver for Finds {
    fn resolve(
        &self,
        server: &Uri,
        _: &Config,
        _: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut found = self.empty();
        for &address in &self.0 {
            found.push(SocketAddr::new(address, server.port_u16().unwrap_or(80)));
        }
        Ok(found)
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

    fn connect(&self) -> Call<()> {
        let client = self.clone();
        Call::Blocking(Box::new(move || {
            outcome(client.connect().map(Response::new))
        }))
    }
}
