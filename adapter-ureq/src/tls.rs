//! TLS for the default client: `native-tls` takes precedence over `rustls-platform-verifier`, and that
//! over `rustls`.

use apideck_vault_core::error::ClientError;
use ureq::Error;
use ureq::config::ConfigBuilder;
use ureq::typestate::AgentScope;

pub(crate) use of_features::https;

type Builder = ConfigBuilder<AgentScope>;

/// The system's TLS library and its root certificates.
#[cfg(feature = "native-tls")]
mod of_features {
    use super::{Builder, ClientError};
    use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

    pub(crate) fn https(builder: Builder) -> Result<Builder, ClientError> {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::NativeTls)
            .root_certs(RootCerts::PlatformVerifier);
        Ok(builder.tls_config(tls.build()))
    }
}

/// Names its provider, so that another one elsewhere in the program has no effect on this agent.
#[cfg(all(feature = "rustls", not(feature = "native-tls")))]
mod of_features {
    use super::{Builder, ClientError};
    use rustls::crypto::{CryptoProvider, ring};
    use std::sync::Arc;
    use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

    pub(crate) fn https(builder: Builder) -> Result<Builder, ClientError> {
        let provider = Arc::new(ring::default_provider());
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .root_certs(roots(&provider)?)
            .unversioned_rustls_crypto_provider(provider);
        Ok(builder.tls_config(tls.build()))
    }

    /// ureq makes the verifier when it connects, and each attempt would fail again.
    #[cfg(feature = "rustls-platform-verifier")]
    fn roots(provider: &Arc<CryptoProvider>) -> Result<RootCerts, ClientError> {
        match rustls_platform_verifier::Verifier::new(Arc::clone(provider)) {
            Ok(_) => Ok(RootCerts::PlatformVerifier),
            Err(error) => Err(ClientError::unbuildable("ureq", error)),
        }
    }

    #[cfg(not(feature = "rustls-platform-verifier"))]
    fn roots(_: &Arc<CryptoProvider>) -> Result<RootCerts, ClientError> {
        Ok(RootCerts::WebPki)
    }
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
mod of_features {
    use super::{Builder, ClientError};

    pub(crate) fn https(_: Builder) -> Result<Builder, ClientError> {
        Err(ClientError::missing_tls("apideck-vault-ureq"))
    }
}

/// Whether the TLS library has refused the server, or the server it.
pub(crate) fn is_of_handshake(error: &Error) -> bool {
    match error {
        #[cfg(feature = "rustls")]
        Error::Rustls(_) => true,
        #[cfg(feature = "native-tls")]
        Error::NativeTls(_) => true,
        _ => false,
    }
}
