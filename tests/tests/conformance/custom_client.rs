//! Clients on a stack's own client, as a user builds it.

use apideck_vault_core::{Bytes, Vault};
use apideck_vault_emulator::Emulator;
use apideck_vault_hyper::Full;
use apideck_vault_hyper::hyper_util::client::legacy::{Client as Hyper, connect::HttpConnector};
use apideck_vault_hyper::hyper_util::rt::{TokioExecutor, TokioTimer};
use apideck_vault_reqwest::reqwest;
use apideck_vault_ureq::ureq;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::time::Duration;

use crate::stack::{Client, Stack, hasty, runtime, vault};

/// A hyper client as a user builds one.
pub(crate) type OwnHyper = Hyper<hyper_rustls::HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Which HTTP a client of one's own speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Http {
    One,
    Two,
}

/// A client on a stack's own client that trusts this emulator's authority, with retries that hardly
/// wait.
pub(crate) fn trusting(stack: Stack, emulator: &Emulator, http: Http) -> Client {
    let authority = emulator.certificate_authority().unwrap();
    trusting_at(stack, vault(emulator), authority.pem(), http).with_retry(hasty())
}

/// The same for a server of this authority, wherever it is, with the default retries.
pub(crate) fn trusting_at(stack: Stack, vault: Vault, authority: &str, http: Http) -> Client {
    let authority = authority.as_bytes();
    match stack {
        Stack::Core => panic!("the core alone has no client"),
        Stack::Reqwest => {
            let authority = reqwest::Certificate::from_pem(authority).unwrap();
            let own = reqwest::Client::builder()
                .tls_certs_only([authority])
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never());
            let own = match http {
                Http::One => own.http1_only(),
                Http::Two => own,
            };
            let own = own.build().unwrap();
            Client::Reqwest(
                runtime(),
                apideck_vault_reqwest::VaultClient::from_client(vault, own),
            )
        }
        Stack::Ureq => {
            let authority = ureq::tls::Certificate::from_pem(authority).unwrap();
            let tls = ureq::tls::TlsConfig::builder().root_certs([authority].into());
            let own = ureq::Agent::config_builder().tls_config(tls.build());
            let own = own.build().new_agent();
            Client::Ureq(apideck_vault_ureq::VaultClient::from_client(vault, own))
        }
        Stack::Hyper => {
            let mut roots = rustls::RootCertStore::empty();
            roots
                .add(CertificateDer::from_pem_slice(authority).unwrap())
                .unwrap();
            let provider = rustls::crypto::ring::default_provider();
            let tls = rustls::ClientConfig::builder_with_provider(provider.into())
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_root_certificates(roots)
                .with_no_client_auth();
            let mut tcp = HttpConnector::new();
            tcp.enforce_http(false);
            tcp.set_nodelay(true);
            let https = hyper_rustls::HttpsConnectorBuilder::new()
                .with_tls_config(tls)
                .https_only();
            let https = match http {
                Http::One => https.enable_http1().wrap_connector(tcp),
                Http::Two => https.enable_http2().wrap_connector(tcp),
            };
            let own = Hyper::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .retry_canceled_requests(false)
                .build(https);
            let client = apideck_vault_hyper::VaultClient::from_client(vault, own);
            Client::OwnHyper(runtime(), Box::new(client))
        }
    }
}

/// A client on a stack's own client that resumes TLS sessions: with ureq's, one that is made as the
/// documentation says.
pub(crate) fn resuming(stack: Stack, emulator: &Emulator) -> Client {
    if stack != Stack::Ureq {
        return trusting(stack, emulator, Http::One);
    }
    let authority = emulator.certificate_authority().unwrap();
    let authority = ureq::tls::Certificate::from_pem(authority.pem().as_bytes()).unwrap();
    let tls = ureq::tls::TlsConfig::builder().root_certs([authority].into());
    let own = ureq::Agent::config_builder()
        .tls_config(tls.build())
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(10)))
        .build()
        .new_agent();
    Client::Ureq(apideck_vault_ureq::VaultClient::from_client(
        vault(emulator),
        own,
    ))
}

/// A client on the stack's own client as it comes, with redirects on where it follows any.
pub(crate) fn unchanged(stack: Stack, vault: Vault) -> Client {
    match stack {
        Stack::Core => panic!("the core alone has no client"),
        Stack::Reqwest => {
            let own = reqwest::Client::new();
            let client = apideck_vault_reqwest::VaultClient::from_client(vault, own);
            Client::Reqwest(runtime(), client)
        }
        Stack::Ureq => {
            let own = ureq::Agent::new_with_defaults();
            Client::Ureq(apideck_vault_ureq::VaultClient::from_client(vault, own))
        }
        // hyper's own client follows no redirects.
        Stack::Hyper => stack.client(vault),
    }
}
