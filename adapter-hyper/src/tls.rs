//! TLS for the default client: `native-tls` takes precedence over `rustls-platform-verifier`, and that over
//! `rustls`.

use apideck_vault_core::error::ClientError;
use hyper_util::client::legacy::connect::HttpConnector;

use crate::connector::InTime;

/// The connector for https, through the proxy with this URL if there is one.
pub(crate) use of_features::connector;

/// The system's TLS library and its root certificates.
#[cfg(feature = "native-tls")]
mod of_features {
    use super::{ClientError, HttpConnector, InTime};
    use crate::tunnel::tunnel;
    use hyper_tls::HttpsConnector;
    use tokio_native_tls::TlsConnector;
    use tokio_native_tls::native_tls::{self, Protocol};

    pub(crate) fn connector(
        tcp: HttpConnector,
        proxy: Option<&str>,
    ) -> Result<InTime, ClientError> {
        let tls = native_tls::TlsConnector::builder()
            .min_protocol_version(Some(Protocol::Tlsv12))
            .build()
            .map_err(|error| ClientError::unbuildable("hyper", error))?;
        let tls = TlsConnector::from(tls);
        let direct = HttpsConnector::from((tcp, tls.clone()));
        Ok(match proxy {
            Some(url) => InTime::new(HttpsConnector::from((tunnel(url, direct)?, tls))),
            None => InTime::new(direct),
        })
    }
}

/// Names its provider, so that another one elsewhere in the program has no effect on this client.
#[cfg(all(feature = "rustls", not(feature = "native-tls")))]
mod of_features {
    use super::{ClientError, HttpConnector, InTime};
    use crate::tunnel::tunnel;
    use hyper_rustls::HttpsConnectorBuilder;
    use hyper_rustls::builderstates::WantsSchemes;

    pub(crate) fn connector(
        tcp: HttpConnector,
        proxy: Option<&str>,
    ) -> Result<InTime, ClientError> {
        let tls = tls()?;
        let Some(url) = proxy else {
            return Ok(InTime::new(
                tls.https_only().enable_http1().wrap_connector(tcp),
            ));
        };
        let to_proxy = tls.https_or_http().enable_http1().wrap_connector(tcp);
        let through = tunnel(url, to_proxy)?;
        let tls = self::tls()?;
        Ok(InTime::new(
            tls.https_only().enable_http1().wrap_connector(through),
        ))
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
    use super::{ClientError, HttpConnector, InTime};

    pub(crate) fn connector(_: HttpConnector, _: Option<&str>) -> Result<InTime, ClientError> {
        Err(ClientError::missing_tls("apideck-vault-hyper"))
    }
}
