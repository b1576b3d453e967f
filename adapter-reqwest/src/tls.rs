//! TLS for the default clients: `native-tls` takes precedence over `rustls-platform-verifier`, and that
//! over `rustls`.

use apideck_vault_core::error::ClientError;
use reqwest::ClientBuilder;

pub(crate) use of_features::{https, without_roots};

/// The system's TLS library and its root certificates.
#[cfg(feature = "native-tls")]
mod of_features {
    use super::{ClientBuilder, ClientError};
    use reqwest::tls::Version;

    pub(crate) fn https(builder: ClientBuilder) -> Result<ClientBuilder, ClientError> {
        let builder = builder.tls_backend_native();
        Ok(builder.tls_version_min(Version::TLS_1_2))
    }

    pub(crate) fn without_roots(builder: ClientBuilder) -> Result<ClientBuilder, ClientError> {
        Ok(builder.tls_backend_native().tls_certs_only([]))
    }
}

/// Names its provider, so that another one elsewhere in the program has no effect on these clients.
#[cfg(all(feature = "rustls", not(feature = "native-tls")))]
mod of_features {
    use super::{ClientBuilder, ClientError};
    use rustls::client::WantsClientCert;
    use rustls::crypto::aws_lc_rs;
    use rustls::{ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
    use std::sync::Arc;

    type Verified = Result<ConfigBuilder<ClientConfig, WantsClientCert>, rustls::Error>;

    pub(crate) fn https(builder: ClientBuilder) -> Result<ClientBuilder, ClientError> {
        encrypted(builder, verified)
    }

    pub(crate) fn without_roots(builder: ClientBuilder) -> Result<ClientBuilder, ClientError> {
        encrypted(builder, |tls| {
            Ok(tls.with_root_certificates(RootCertStore::empty()))
        })
    }

    #[cfg(feature = "rustls-platform-verifier")]
    fn verified(tls: ConfigBuilder<ClientConfig, WantsVerifier>) -> Verified {
        rustls_platform_verifier::BuilderVerifierExt::with_platform_verifier(tls)
    }

    #[cfg(not(feature = "rustls-platform-verifier"))]
    fn verified(tls: ConfigBuilder<ClientConfig, WantsVerifier>) -> Verified {
        let roots = webpki_roots::TLS_SERVER_ROOTS.to_vec();
        Ok(tls.with_root_certificates(RootCertStore { roots }))
    }

    fn encrypted(
        builder: ClientBuilder,
        verified: fn(ConfigBuilder<ClientConfig, WantsVerifier>) -> Verified,
    ) -> Result<ClientBuilder, ClientError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider);
        let tls = tls.with_safe_default_protocol_versions().and_then(verified);
        let tls = tls.map_err(|error| ClientError::unbuildable("reqwest", error))?;
        let mut tls = tls.with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(builder.tls_backend_preconfigured(tls))
    }
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
mod of_features {
    use super::{ClientBuilder, ClientError};

    pub(crate) fn https(_: ClientBuilder) -> Result<ClientBuilder, ClientError> {
        Err(ClientError::missing_tls("apideck-vault-reqwest"))
    }

    pub(crate) fn without_roots(builder: ClientBuilder) -> Result<ClientBuilder, ClientError> {
        Ok(builder)
    }
}
