//! Servers that let in only those who show a certificate that they trust.

use apideck_vault_core::error::FailureKind;
use apideck_vault_stacks::{Custom, Failed, Stack};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig, ServerConnection, SupportedProtocolVersion};
use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;

use crate::case::{Case, case};
use crate::custom_client::{custom_client, trusting_authority};
use crate::example::example;
use crate::settings::settings_at;

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_server_that_asks_for_a_client_certificate_is_told_apart", missing),
    case("a_client_certificate_that_the_server_does_not_trust_is_told_apart", wrong),
];

const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

fn missing(stack: Stack) {
    for version in VERSIONS {
        let company = Authority::new("company");
        let url = company.gateway(version);
        let failed = trusting_authority(stack, settings_at(url), &company.pem).send(example());
        refused(&failed.unwrap_err(), "CertificateRequired");
    }
}

fn wrong(stack: Stack) {
    for version in VERSIONS {
        let company = Authority::new("company");
        let url = company.gateway(version);
        let (certificate, key) = Authority::new("another").issue("backend.example");
        let (certificate, key) = (certificate.pem(), key.serialize_pem());
        let custom = Custom::new()
            .trusting(&company.pem)
            .showing(&certificate, &key);
        let failed = custom_client(stack, settings_at(url), &custom).send(example());
        refused(&failed.unwrap_err(), "UnknownCA");
    }
}

fn refused(failed: &Failed, reason: &str) {
    let text = &failed.text;
    assert_eq!(failed.failure(), FailureKind::ClientUntrusted, "{text}");
    assert!(
        text.starts_with("the server asks for a client certificate that it trusts: "),
        "{text}"
    );
    // As rustls says it, or `certificate required`, as OpenSSL does.
    let says = text.to_ascii_lowercase().replace(' ', "");
    assert!(says.contains(&reason.to_ascii_lowercase()), "{text}");
    // No retry makes it better.
    assert_eq!(failed.attempts, 1);
}

/// Issues the certificates of servers and of clients.
struct Authority {
    pem: String,
    roots: RootCertStore,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let own = params.self_signed(&key).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(own.der().clone()).unwrap();
        Self {
            pem: own.pem(),
            roots,
            issuer: Issuer::new(params, key),
        }
    }

    fn issue(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        // There are several of the same name.
        params.use_authority_key_identifier_extension = true;
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    /// A server that nobody here gets into, and its URL.
    fn gateway(&self, version: &'static SupportedProtocolVersion) -> String {
        let roots = Arc::new(self.roots.clone());
        let clients = WebPkiClientVerifier::builder_with_provider(roots, provider());
        let (certificate, key) = self.issue("localhost");
        let tls = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[version])
            .unwrap()
            .with_client_cert_verifier(clients.build().unwrap())
            .with_single_cert(vec![certificate.der().clone()], key.into())
            .unwrap();
        let tls = Arc::new(tls);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            while let Ok((socket, _)) = listener.accept() {
                refuse(&tls, socket).unwrap();
            }
        });
        format!("https://localhost:{port}")
    }
}

/// Says why in an alert, and then reads to the end: closed with something unread, the connection would
/// be reset, and a client that has not read the alert yet may never see it.
fn refuse(tls: &Arc<ServerConfig>, mut socket: TcpStream) -> io::Result<()> {
    let mut connection = ServerConnection::new(Arc::clone(tls)).unwrap();
    let handshake = connection.complete_io(&mut socket);
    assert!(handshake.is_err(), "{handshake:?}");
    socket.shutdown(Shutdown::Write)?;
    // Whatever ends it.
    let _ = io::copy(&mut socket, &mut io::sink());
    Ok(())
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
