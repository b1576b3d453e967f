//! A TLS server that does what rustls would not: once it has a request, it writes records of any type.

use rcgen::{Certificate, CertificateParams, DnType, KeyPair};
use rustls::crypto::cipher::{MessageEncrypter, OutboundChunks, OutboundPlainMessage};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::PrivateKeyDer;
use rustls::{
    ConnectionTrafficSecrets, ContentType, ProtocolVersion, ServerConfig, ServerConnection, Stream,
    SupportedCipherSuite, SupportedProtocolVersion,
};
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::example::read_example;

/// The same for both versions of TLS, so that there is one way to get at its keys.
const SUITES: [SupportedCipherSuite; 2] = [
    ring::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256,
    ring::cipher_suite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
];

/// A certificate for this host that nobody has issued, and its key. OpenSSL tells those that it trusts by the
/// names of who has issued them.
pub(crate) fn self_signed(host: &str) -> (Certificate, PrivateKeyDer<'static>) {
    static MADE: AtomicU32 = AtomicU32::new(0);

    let mut params = CertificateParams::new([host.to_owned()]).unwrap();
    let issuer = format!("{host} {}", MADE.fetch_add(1, Ordering::Relaxed));
    params.distinguished_name.push(DnType::CommonName, issuer);
    let key = KeyPair::generate().unwrap();
    (params.self_signed(&key).unwrap(), key.into())
}

/// A server for one connection.
pub(crate) struct TlsServer {
    listener: TcpListener,
    config: Arc<ServerConfig>,
    authority: String,
}

impl TlsServer {
    pub(crate) fn new(version: &'static SupportedProtocolVersion) -> Self {
        let (own, key) = self_signed("localhost");
        let provider = CryptoProvider {
            cipher_suites: SUITES.to_vec(),
            ..ring::default_provider()
        };
        let mut config = ServerConfig::builder_with_provider(provider.into())
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![own.der().clone()], key)
            .unwrap();
        config.enable_secret_extraction = true;
        Self {
            listener: TcpListener::bind("127.0.0.1:0").unwrap(),
            config: Arc::new(config),
            authority: own.pem(),
        }
    }

    pub(crate) fn url(&self) -> String {
        let port = self.listener.local_addr().unwrap().port();
        format!("https://localhost:{port}")
    }

    /// Its certificate, for a client to trust.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// Reads one request.
    pub(crate) fn accept(&self) -> (ServerConnection, TcpStream) {
        let (mut socket, _) = self.listener.accept().unwrap();
        let mut tls = ServerConnection::new(Arc::clone(&self.config)).unwrap();
        read_example(Stream::new(&mut tls, &mut socket)).unwrap();
        (tls, socket)
    }
}

/// Writes records on a connection of which the handshake is over.
pub(crate) struct Records {
    socket: TcpStream,
    encrypter: Box<dyn MessageEncrypter>,
    next: u64,
}

impl Records {
    pub(crate) fn new((tls, socket): (ServerConnection, TcpStream)) -> Self {
        let suite = tls.negotiated_cipher_suite().unwrap();
        let (next, secrets) = tls.dangerous_extract_secrets().unwrap().tx;
        let ConnectionTrafficSecrets::Chacha20Poly1305 { key, iv } = secrets else {
            panic!("the server offers nothing else");
        };
        let encrypter = match suite {
            SupportedCipherSuite::Tls13(suite) => suite.aead_alg.encrypter(key, iv),
            SupportedCipherSuite::Tls12(suite) => suite.aead_alg.encrypter(key, iv.as_ref(), &[]),
        };
        Self {
            socket,
            encrypter,
            next,
        }
    }

    /// Writes this content many times, each time as a record.
    pub(crate) fn write(
        &mut self,
        typ: ContentType,
        content: &[u8],
        times: usize,
    ) -> io::Result<()> {
        let mut bytes = Vec::new();
        for _ in 0..times {
            let plain = OutboundPlainMessage {
                typ,
                version: ProtocolVersion::TLSv1_2,
                payload: OutboundChunks::Single(content),
            };
            let sealed = self.encrypter.encrypt(plain, self.next).unwrap();
            bytes.extend(sealed.encode());
            self.next += 1;
        }
        self.socket.write_all(&bytes)
    }
}
