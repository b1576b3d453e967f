//! reqwest.

use apideck_vault_core::http::Response;
use apideck_vault_core::{ClientSettings, Vault};
pub use apideck_vault_reqwest::VaultClient;
pub use reqwest::Client as Bare;
use reqwest::ClientBuilder;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::crypto::aws_lc_rs;
use std::future::ready;
use std::net::{IpAddr, SocketAddr};

use crate::any_operation::{AnyOperation, Output};
use crate::client::{self, Change};
use crate::tls::{NOT_RESUMING, NOT_SEEING_THE_END, trusting};
use crate::{
    Ability, BoxError, CONNECT_TIMEOUT, Call, Client, Custom, Http, HttpStack, IDLE_TIMEOUT,
    Identity, Stack, outcome,
};

/// The stack.
pub const STACK: Stack = &Reqwest;

#[derive(Debug)]
struct Reqwest;

impl HttpStack for Reqwest {
    fn name(&self) -> &'static str {
        "reqwest"
    }

    fn lacks(&self, ability: Ability) -> Option<&'static str> {
        match ability {
            Ability::Blocking => Some("its calls do not block"),
            Ability::YieldingOften => {
                Some("reqwest does not let its users limit how much hyper reads at a time")
            }
            Ability::Resuming => NOT_RESUMING,
            Ability::SeeingTheEndOfTls => NOT_SEEING_THE_END,
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
        Client::new(VaultClient::from_client(settings, Bare::new()))
    }

    fn custom(&self, settings: ClientSettings, custom: &Custom<'_>) -> Result<Client, BoxError> {
        let mut own = builder();
        if custom.http == Http::One {
            own = own.http1_only();
        }
        if let Some(authority) = custom.authority {
            own = own.tls_certs_only([reqwest::Certificate::from_pem(authority.as_bytes())?]);
        }
        if let Some(Identity { certificate, key }) = custom.identity {
            let identity = format!("{certificate}{key}");
            own = own.identity(reqwest::Identity::from_pem(identity.as_bytes())?);
        }
        if let Some(addresses) = custom.addresses {
            own = own
                .connect_timeout(CONNECT_TIMEOUT)
                .dns_resolver(Finds::new(addresses));
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

/// The stack's own client with the settings of the adapter's default client. It trusts this authority,
/// given as PEM; without one, it is for plain http.
///
/// # Errors
///
/// If the authority is not a certificate.
pub fn bare(authority: Option<&str>) -> Result<Bare, BoxError> {
    // Also for plain http: otherwise reqwest would load the system's certificates.
    let tls = trusting(authority, None, aws_lc_rs::default_provider())?;
    let own = builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_idle_timeout(IDLE_TIMEOUT)
        .http1_only()
        .no_proxy()
        .tls_backend_preconfigured(tls);
    Ok(own.build()?)
}

/// The adapter's default client, or one on [`bare`] that trusts this authority.
///
/// # Errors
///
/// If the authority is not a certificate.
pub fn ours(settings: ClientSettings, authority: Option<&str>) -> Result<VaultClient, BoxError> {
    Ok(match authority {
        Some(_) => VaultClient::from_client(settings, bare(authority)?),
        None => VaultClient::new(settings),
    })
}

/// The stack's own client with its own default settings. It trusts this authority, given as PEM.
///
/// # Errors
///
/// If the authority is not a certificate.
pub fn with_its_defaults(authority: &str, http: Http) -> Result<Bare, BoxError> {
    let tls = reqwest::Certificate::from_pem(authority.as_bytes())?;
    let own = Bare::builder().tls_backend_rustls().tls_certs_only([tls]);
    let own = match http {
        Http::One => own.http1_only(),
        #[cfg(feature = "http2")]
        Http::Two => own,
    };
    Ok(own.build()?)
}

fn builder() -> ClientBuilder {
    Bare::builder()
        // Its own default is another one, where its feature `native-tls` is on.
        .tls_backend_rustls()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
}

/// A resolver that finds the same addresses for any name.
struct Finds(Vec<SocketAddr>);

impl Finds {
    fn new(addresses: &[IpAddr]) -> Self {
        // reqwest puts in the port of the URL.
        let with_port = |&address| SocketAddr::new(address, 0);
        Self(addresses.iter().map(with_port).collect())
    }
}

impl Resolve for Finds {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.clone().into_iter());
        Box::pin(ready(Ok(addresses)))
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

    fn connect(&self) -> Call<()> {
        let call = self.connect();
        Call::Future(Box::pin(async { outcome(call.await.map(Response::new)) }))
    }
}
