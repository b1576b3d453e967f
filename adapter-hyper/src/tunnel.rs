//! The way through the proxy of the environment.

use apideck_vault_core::error::ClientError;
use apideck_vault_core::http::Uri;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::Matcher;

/// Connections through the proxy with this URL, which the other connector reaches.
pub(crate) fn tunnel<C>(proxy: &str, to_proxy: C) -> Result<Tunnel<C>, ClientError> {
    let any = Uri::from_static("https://unify.apideck.com");
    let proxy = Matcher::builder().https(proxy).build().intercept(&any);
    let unusable = || ClientError::unbuildable("hyper", "it cannot use the environment's proxy");
    let proxy = proxy.ok_or_else(unusable)?;
    let tunnel = Tunnel::new(proxy.uri().clone(), to_proxy);
    Ok(match proxy.basic_auth() {
        Some(password) => tunnel.with_auth(password.clone()),
        None => tunnel,
    })
}
