//! Our client on each stack and, with the same settings, one as it is written by hand.

pub(crate) mod hyper;
pub(crate) mod reqwest;
pub(crate) mod ureq;

use http::uri::Scheme;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;

use super::Anything;
use super::work::Work;
use crate::by_hand::Prepared;

/// The parts of a hand-written client's requests.
fn prepared(work: &Work) -> Result<Prepared, Anything> {
    let scheme = match work.certificate {
        Some(_) => Scheme::HTTPS,
        None => Scheme::HTTP,
    };
    Prepared::new(scheme, &work.authority)
}

/// TLS that trusts the server's own certificate and nothing else.
fn trusting(certificate: &Path, provider: CryptoProvider) -> Result<ClientConfig, Anything> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate)?)?;
    Ok(ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
