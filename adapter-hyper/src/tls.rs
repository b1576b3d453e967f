//! TLS for the default client: `native-tls` goes before `rustls-platform-verifier`, and that before `rustls`.

use apideck_vault_core::error::ClientError;
use hyper_util::client::legacy::connect::HttpConnector;

pub(crate) use of_features::{Connector, connector};

/// The system's TLS library and its root certificates.
#[cfg(feature = "native-tls")]
mod of_features {
    use super::{ClientError, HttpConnector};
    use tokio_native_tls::native_tls::{Protocol, TlsConnector};

    pub(crate) type Connector = hyper_tls::HttpsConnector<HttpConnector>;

    pub(crate) fn connector(tcp: HttpConnector) -> Result<Connector, ClientError> {
        let tls = TlsConnector::builder()
            .min_protocol_version(Some(Protocol::Tlsv12))
            .build()
            .map_err(|error| ClientError::unbuildable("hyper", error))?;
        Ok((tcp, tls.into()).into())
    }
}

/// Names its provider, so that another one elsewhere in the program has no effect on this client.
#[cfg(all(feature = "rustls", not(feature = "native-tls")))]
mod of_features {
    use super::{ClientError, HttpConnector};

    pub(crate) type Connector = hyper_rustls::HttpsConnector<HttpConnector>;

    pub(crate) fn connector(tcp: HttpConnector) -> Result<Connector, ClientError> {
        let provider = rustls::crypto::ring::default_provider();
        let tls = hyper_rustls::HttpsConnectorBuilder::new();
        #[cfg(feature = "rustls-platform-verifier")]
        let tls = tls.with_provider_and_platform_verifier(provider);
        #[cfg(not(feature = "rustls-platform-verifier"))]
        let tls = tls.with_provider_and_webpki_roots(provider);
        let tls = tls.map_err(|error| ClientError::unbuildable("hyper", error))?;
        Ok(tls.https_only().enable_http1().wrap_connector(tcp))
    }
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
mod of_features {
    use super::{ClientError, HttpConnector};

    pub(crate) type Connector = HttpConnector;

    pub(crate) fn connector(_: HttpConnector) -> Result<Connector, ClientError> {
        Err(ClientError::missing_tls("apideck-vault-hyper"))
    }
}
