//! HTTPS: certificates that are made when the emulator starts, good ones and bad ones.

use std::io;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{HandshakeKind, ServerConfig};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::socket::Socket;

/// The kind of certificate that the emulator presents.
///
/// ```
/// use apideck_vault_emulator::{Certificate, Emulator};
/// use apideck_vault_ureq::error::FailureKind;
/// use apideck_vault_ureq::{CreateSession, Vault, VaultClient};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let emulator = Emulator::start_https(Certificate::Expired)?;
/// let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(emulator.url())?;
/// let client = VaultClient::new(vault);
/// let error = client.create_session(CreateSession::new("customer-7")).unwrap_err();
/// assert_eq!(error.failure_kind(), Some(FailureKind::Untrusted));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Certificate {
    /// Issued by the emulator's authority for `localhost` and `127.0.0.1`.
    Good,
    /// Signed by itself, not by the authority.
    SelfSigned,
    /// Issued by the authority, but expired in 2001.
    Expired,
    /// Issued by the authority, but not valid before 2999.
    NotYetValid,
    /// Issued by the authority for `vault.example`, which is not the emulator's host name.
    OtherName,
}

/// The authority that issues an emulator's certificate. Each emulator has its own.
///
/// ```
/// use apideck_vault_emulator::{Certificate, Emulator};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let emulator = Emulator::start_https(Certificate::Good)?;
/// let authority = emulator.certificate_authority().ok_or("only https has one")?;
/// // For a client, such as `reqwest::Certificate::from_pem`:
/// assert!(authority.pem().starts_with("-----BEGIN CERTIFICATE-----"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Authority {
    pem: String,
    der: Vec<u8>,
}

impl Authority {
    /// Its own certificate as PEM, for a client to trust as a root.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// The same certificate as DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }
}

/// The server's side of TLS.
#[derive(Clone)]
pub(crate) struct Tls(TlsAcceptor);

impl Tls {
    pub(crate) async fn accept(&self, socket: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.0.accept(socket).await
    }
}

impl Socket for TlsStream<TcpStream> {
    fn reset_when_dropped(&self) -> io::Result<()> {
        self.get_ref().0.set_zero_linger()
    }
}

const HTTP_2: &[u8] = b"h2";
const HTTP_1_1: &[u8] = b"http/1.1";

/// Whether the client asked for HTTP/2.
pub(crate) fn speaks_http2(socket: &TlsStream<TcpStream>) -> bool {
    socket.get_ref().1.alpn_protocol() == Some(HTTP_2)
}

/// Whether the client resumed an earlier session.
pub(crate) fn is_resumed(socket: &TlsStream<TcpStream>) -> bool {
    socket.get_ref().1.handshake_kind() == Some(HandshakeKind::Resumed)
}

/// Makes an authority and has it issue a certificate.
pub(crate) fn issue(certificate: Certificate) -> io::Result<(Tls, Authority)> {
    let authority = authority().map_err(io::Error::other)?;
    let (certificate, key) = leaf(certificate, &authority.1).map_err(io::Error::other)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    // The provider is named, so that one installed elsewhere in the program makes no difference.
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1_1.to_vec()];
    Ok((Tls(TlsAcceptor::from(Arc::new(config))), authority.0))
}

fn authority() -> Result<(Authority, Issuer<'static, KeyPair>), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // Clients that trust the authorities of several emulators tell them by their names.
    let public = key.public_key_raw().iter().skip(1).take(4);
    let name: String = public.map(|byte| format!("{byte:02x}")).collect();
    let name = format!("Apideck Vault emulator CA {name}");
    params.distinguished_name.push(DnType::CommonName, name);
    let own = params.self_signed(&key)?;
    let authority = Authority {
        pem: own.pem(),
        der: own.der().to_vec(),
    };
    Ok((authority, Issuer::new(params, key)))
}

fn leaf(
    certificate: Certificate,
    issuer: &Issuer<'static, KeyPair>,
) -> Result<(CertificateDer<'static>, KeyPair), rcgen::Error> {
    let key = KeyPair::generate()?;
    let names: &[&str] = match certificate {
        Certificate::OtherName => &["vault.example"],
        _ => &["localhost", "127.0.0.1"],
    };
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names)?;
    let years = match certificate {
        Certificate::Expired => Some((2000, 2001)),
        Certificate::NotYetValid => Some((2999, 3000)),
        _ => None,
    };
    if let Some((first, last)) = years {
        params.not_before = date_time_ymd(first, 1, 1);
        params.not_after = date_time_ymd(last, 1, 1);
    }
    let issued = match certificate {
        Certificate::SelfSigned => params.self_signed(&key)?,
        _ => params.signed_by(&key, issuer)?,
    };
    Ok((issued.der().clone(), key))
}
