//! TLS for the default client: `native-tls` takes precedence over `rustls-platform-verifier`, and that over
//! `rustls`.

use apideck_vault_core::error::ClientError;
use hyper_util::client::legacy::connect::HttpConnector;

pub(crate) use of_features::{Connector, Tunneled, connector, tunneled};

/// The system's TLS library and its root certificates.
#[cfg(feature = "native-tls")]
mod of_features {
    use super::{ClientError, HttpConnector};
    use crate::tunnel::tunnel;
    use hyper_tls::HttpsConnector;
    use hyper_util::client::legacy::connect::proxy::Tunnel;
    use tokio_native_tls::TlsConnector;
    use tokio_native_tls::native_tls::{self, Protocol};

    pub(crate) type Connector = HttpsConnector<HttpConnector>;
    pub(crate) type Tunneled = HttpsConnector<Tunnel<Connector>>;

    pub(crate) fn connector(tcp: HttpConnector) -> Result<Connector, ClientError> {
        Ok((tcp, tls()?).into())
    }

    pub(crate) fn tunneled(proxy: &str, tcp: HttpConnector) -> Result<Tunneled, ClientError> {
        let tls = tls()?;
        Ok((tunnel(proxy, (tcp, tls.clone()).into())?, tls).into())
    }

    fn tls() -> Result<TlsConnector, ClientError> {
        let tls = native_tls::TlsConnector::builder()
            .min_protocol_version(Some(Protocol::Tlsv12))
            .build()
            .map_err(|error| ClientError::unbuildable("hyper", error))?;
        Ok(tls.into())
    }
}

/// Names its provider, so that another one elsewhere in the program has no effect on this client.
#[cfg(all(feature = "rustls", not(feature = "native-tls")))]
mod of_features {
    use super::{ClientError, HttpConnector};
    use crate::tunnel::tunnel;
    use hyper_rustls::builderstates::WantsSchemes;
    use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
    use hyper_util::client::legacy::connect::proxy::Tunnel;

    pub(crate) type Connector = HttpsConnector<HttpConnector>;
    pub(crate) type Tunneled = HttpsConnector<Tunnel<Connector>>;

    pub(crate) fn connector(tcp: HttpConnector) -> Result<Connector, ClientError> {
        Ok(tls()?.https_only().enable_http1().wrap_connector(tcp))
    }

    pub(crate) fn tunneled(proxy: &str, tcp: HttpConnector) -> Result<Tunneled, ClientError> {
        let to_proxy = tls()?.https_or_http().enable_http1().wrap_connector(tcp);
        let tunnel = tunnel(proxy, to_proxy)?;
        Ok(tls()?.https_only().enable_http1().wrap_connector(tunnel))
    }

    fn tls() -> Result<HttpsConnectorBuilder<WantsSchemes>, ClientError> {
        let provider = rustls::crypto::ring::default_provider();
        let tls = HttpsConnectorBuilder::new();
        #[cfg(feature = "rustls-platform-verifier")]
        let tls = tls.with_provider_and_platform_verifier(provider);
        #[cfg(not(feature = "rustls-platform-verifier"))]
        let tls = tls.with_provider_and_webpki_roots(provider);
        tls.map_err(|error| ClientError::unbuildable("hyper", error))
    }
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
mod of_features {
    use super::{ClientError, HttpConnector};

    pub(crate) type Connector = HttpConnector;
    pub(crate) type Tunneled = HttpConnector;

    pub(crate) fn connector(_: HttpConnector) -> Result<Connector, ClientError> {
        Err(ClientError::missing_tls("apideck-vault-hyper"))
    }

    pub(crate) fn tunneled(_: &str, tcp: HttpConnector) -> Result<Tunneled, ClientError> {
        connector(tcp)
    }
}
