//! A company's own root certificates, a client certificate and a proxy: through a reqwest client, a ureq
//! agent and a hyper client of one's own.

use apideck_vault_emulator::Emulator;
use apideck_vault_hyper::{Full, hyper_util};
use apideck_vault_ureq::{Bytes, ClientSettings, CreateSession, Vault};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// What the company's administrators hand out, as PEM.
struct Network {
    root: String,
    certificate: String,
    key: String,
    /// Such as `http://proxy.example:3128`.
    proxy: Option<String>,
}

fn on_reqwest(
    settings: ClientSettings,
    network: &Network,
) -> Result<apideck_vault_reqwest::VaultClient, reqwest::Error> {
    let identity = format!("{}{}", network.certificate, network.key);
    let mut client = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(network.root.as_bytes())?])
        .identity(reqwest::Identity::from_pem(identity.as_bytes())?)
        // A redirect would take the API key along; the adapter retries by itself.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never());
    if let Some(proxy) = &network.proxy {
        client = client.proxy(reqwest::Proxy::https(proxy)?);
    }
    let client = client.build()?;
    Ok(apideck_vault_reqwest::VaultClient::from_client(
        settings, client,
    ))
}

fn on_ureq(
    settings: ClientSettings,
    network: &Network,
) -> Result<apideck_vault_ureq::VaultClient, ureq::Error> {
    use ureq::tls::{Certificate, ClientCert, PrivateKey, TlsConfig};
    let root = Certificate::from_pem(network.root.as_bytes())?;
    let certificate = Certificate::from_pem(network.certificate.as_bytes())?;
    let key = PrivateKey::from_pem(network.key.as_bytes())?;
    let tls = TlsConfig::builder()
        .root_certs([root].into())
        .client_cert(Some(ClientCert::new_with_certs(&[certificate], key)))
        .build();
    let proxy = network.proxy.as_deref().map(ureq::Proxy::new).transpose()?;
    let agent = ureq::Agent::config_builder().tls_config(tls).proxy(proxy);
    let agent = agent.build().new_agent();
    Ok(apideck_vault_ureq::VaultClient::from_client(
        settings, agent,
    ))
}

type OnHyper = apideck_vault_hyper::VaultClient<Client<HttpsConnector<HttpConnector>, Full<Bytes>>>;

/// Without the proxy, which hyper leaves to a connector of the caller's.
fn on_hyper(settings: ClientSettings, network: &Network) -> Result<OnHyper, Box<dyn Error>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(network.root.as_bytes())?)?;
    let certificate = CertificateDer::from_pem_slice(network.certificate.as_bytes())?;
    let key = PrivateKeyDer::from_pem_slice(network.key.as_bytes())?;
    let tls = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_client_auth_cert(vec![certificate], key)?;
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_only()
        .enable_http1()
        .build();
    let client = Client::builder(TokioExecutor::new()).build(connector);
    Ok(OnHyper::from_client(settings, client))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The company: everything it hands out, and its gateway, which lets in only those who show a certificate
/// that the company issued. Behind it is the emulator, in Apideck's place.
async fn company() -> Result<(Emulator, ClientSettings, Network), Box<dyn Error>> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new([])?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = params.self_signed(&key)?;
    let issuer = Issuer::new(params, key);
    let issue = |name: &str| {
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new([name.to_owned()])?.signed_by(&key, &issuer)?;
        Ok::<_, rcgen::Error>((certificate, key))
    };

    let mut roots = RootCertStore::empty();
    roots.add(root.der().clone())?;
    let clients = WebPkiClientVerifier::builder_with_provider(roots.into(), provider()).build()?;
    let (certificate, key) = issue("127.0.0.1")?;
    let tls = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(clients)
        .with_single_cert(vec![certificate.der().clone()], key.into())?;
    let emulator = Emulator::start()?;
    let gateway = gateway(tls, emulator.address()).await?;

    let (certificate, key) = issue("backend.example")?;
    let network = Network {
        root: root.pem(),
        certificate: certificate.pem(),
        key: key.serialize_pem(),
        proxy: None,
    };
    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?;
    let vault = vault.with_server_url(format!("https://{gateway}"))?;
    Ok((emulator, vault.into(), network))
}

/// Passes on what comes over TLS.
async fn gateway(tls: ServerConfig, to: SocketAddr) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let tls = TlsAcceptor::from(Arc::new(tls));
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let tls = tls.clone();
            tokio::spawn(async move {
                let mut client = tls.accept(socket).await?;
                let mut server = TcpStream::connect(to).await?;
                copy_bidirectional(&mut client, &mut server).await
            });
        }
    });
    Ok(address)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (_emulator, settings, network) = company().await?;
    let create = || CreateSession::new("test-consumer");
    let client = on_reqwest(settings.clone(), &network)?;
    println!("{}", client.create_session(create()).await?.session_uri());

    let client = on_hyper(settings.clone(), &network)?;
    println!("{}", client.create_session(create()).await?.session_uri());

    let client = on_ureq(settings, &network)?;
    let created = tokio::task::spawn_blocking(move || client.create_session(create())).await??;
    println!("{}", created.session_uri());
    Ok(())
}

#[cfg(test)]
#[path = "../tests/conformance/proxy.rs"]
#[expect(dead_code, reason = "not everything that the conformance suite needs")]
mod proxy;

#[cfg(test)]
mod tests {
    use super::proxy::Proxy;
    use super::*;
    use apideck_vault_core::error::FailureKind;
    use apideck_vault_core::retry::ExponentialBackoff;

    // The gateway needs the runtime while ureq blocks.
    #[tokio::test(flavor = "multi_thread")]
    async fn every_client_shows_its_certificate_and_two_go_through_the_proxy() {
        let (emulator, settings, mut network) = company().await.unwrap();
        let proxy = Proxy::start();
        network.proxy = Some(proxy.url().to_owned());
        let create = || CreateSession::new("test-consumer");

        let client = on_reqwest(settings.clone(), &network).unwrap();
        client.create_session(create()).await.unwrap();
        let client = on_hyper(settings.clone(), &network).unwrap();
        client.create_session(create()).await.unwrap();
        let client = on_ureq(settings, &network).unwrap();
        client.create_session(create()).unwrap();

        assert_eq!(emulator.requests().len(), 3);
        let heads = proxy.heads();
        assert_eq!(heads.len(), 2);
        assert!(
            heads.iter().all(|head| head.starts_with("CONNECT ")),
            "{heads:?}"
        );
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn without_the_certificate_the_gateway_lets_nobody_in() {
        let (emulator, settings, network) = company().await.unwrap();
        let settings = settings.retry(ExponentialBackoff::none());
        let create = || CreateSession::new("test-consumer");

        let root = reqwest::Certificate::from_pem(network.root.as_bytes()).unwrap();
        let client = reqwest::Client::builder().tls_certs_only([root]);
        let client = client.build().unwrap();
        let client = apideck_vault_reqwest::VaultClient::from_client(settings.clone(), client);
        let on_reqwest = client.create_session(create()).await.unwrap_err();

        let root = ureq::tls::Certificate::from_pem(network.root.as_bytes()).unwrap();
        let tls = ureq::tls::TlsConfig::builder().root_certs([root].into());
        let agent = ureq::Agent::config_builder()
            .tls_config(tls.build())
            .build();
        let client = apideck_vault_ureq::VaultClient::from_client(settings, agent.new_agent());
        let on_ureq = client.create_session(create()).unwrap_err();

        for (kind, text) in [
            (on_reqwest.failure_kind(), on_reqwest.to_string()),
            (on_ureq.failure_kind(), on_ureq.to_string()),
        ] {
            // In TLS 1.3 the refusal comes after the client's handshake. A client that finds the connection
            // closed before it reads why cannot tell this from a connection that broke.
            let is_known = [FailureKind::ClientUntrusted, FailureKind::Unanswered];
            assert!(kind.is_some_and(|kind| is_known.contains(&kind)), "{text}");
        }
        assert!(emulator.requests().is_empty());
    }

    #[tokio::test]
    async fn a_key_that_is_none_is_found_when_the_client_is_made() {
        let (_emulator, settings, mut network) = company().await.unwrap();
        network.key.clear();
        assert!(on_reqwest(settings.clone(), &network).is_err());
        assert!(on_hyper(settings.clone(), &network).is_err());
        assert!(on_ureq(settings, &network).is_err());
    }
}
