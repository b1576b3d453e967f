//! TLS for the stacks that take a rustls configuration.

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use crate::BoxError;

/// TLS that trusts only this authority, given as PEM. Without one, it trusts nothing.
pub(crate) fn trusting(
    authority: Option<&str>,
    provider: CryptoProvider,
) -> Result<ClientConfig, BoxError> {
    let mut roots = RootCertStore::empty();
    if let Some(authority) = authority {
        roots.add(CertificateDer::from_pem_slice(authority.as_bytes())?)?;
    }
    Ok(ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}
