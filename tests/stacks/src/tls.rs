//! TLS for the stacks that take a rustls configuration.

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use crate::{BoxError, Identity};

/// Why no TLS session is resumed.
pub(crate) const NOT_RESUMING: Option<&str> = match cfg!(feature = "native-tls") {
    true => Some("OpenSSL leaves it to its users to keep sessions, and native-tls keeps none"),
    false => None,
};

/// Why an end of TLS that nobody has announced is taken for the end.
pub(crate) const NOT_SEEING_THE_END: Option<&str> = match cfg!(feature = "native-tls") {
    true => Some("native-tls takes both for the end, with OpenSSL"),
    false => None,
};

/// TLS that trusts only this authority, given as PEM, and shows this certificate, if a server asks. Without
/// an authority, it trusts nothing.
pub(crate) fn trusting(
    authority: Option<&str>,
    identity: Option<Identity<'_>>,
    provider: CryptoProvider,
) -> Result<ClientConfig, BoxError> {
    let mut roots = RootCertStore::empty();
    if let Some(authority) = authority {
        roots.add(CertificateDer::from_pem_slice(authority.as_bytes())?)?;
    }
    let tls = ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots);
    Ok(match identity {
        None => tls.with_no_client_auth(),
        Some(Identity { certificate, key }) => tls.with_client_auth_cert(
            vec![CertificateDer::from_pem_slice(certificate.as_bytes())?],
            PrivateKeyDer::from_pem_slice(key.as_bytes())?,
        )?,
    })
}
