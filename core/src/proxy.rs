//! Proxies: which one the environment names, by one rule for every HTTP stack.

use http::Uri;
use http::uri::Scheme;
use std::fmt;
use std::net::IpAddr;

use crate::error::ClientError;
use crate::vault::{Vault, check_host_and_port};

/// The first of these that is not empty names the proxy.
const NAMES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// The proxy for https that the variables of the environment name, as they do for curl.
///
/// The proxy is the first of `HTTPS_PROXY`, `https_proxy`, `ALL_PROXY` and `all_proxy` that is not empty: the URL
/// of an http or https proxy (without a scheme, of an http proxy). `NO_PROXY`, or else `no_proxy`, lists servers
/// that are reached without it, separated by commas or blanks: names, each of which stands for the names below it,
/// too, addresses, ranges of addresses such as `10.0.0.0/8`, or `*` for all. Plain http has no proxy: it is for
/// loopback, and a proxy could read the key.
///
/// The adapters' default clients use it. In a loop of your own:
///
/// ```
/// use apideck_vault_core::{Vault, proxy::EnvironmentProxy};
///
/// // In your program: `|name| std::env::var(name).ok()`
/// let proxy = EnvironmentProxy::new(|name| match name {
///     "HTTPS_PROXY" => Some("proxy.example:3128".to_owned()),
///     "NO_PROXY" => Some("10.0.0.0/8,corp.example".to_owned()),
///     _ => None,
/// });
/// let vault = Vault::new("sk_live_1", "app")?;
/// assert_eq!(proxy.url_for(&vault)?, Some("http://proxy.example:3128"));
/// let vault = vault.with_server_url("https://vault.corp.example")?;
/// assert_eq!(proxy.url_for(&vault)?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct EnvironmentProxy {
    url: Option<Result<String, ClientError>>,
    bypassed: Vec<Servers>,
}

impl EnvironmentProxy {
    /// Reads the variables. `variable` returns the value of the one with this name, if it is set.
    pub fn new(variable: impl Fn(&str) -> Option<String>) -> Self {
        let url = NAMES.into_iter().find_map(|name| {
            let value = variable(name)?;
            let value = value.trim();
            (!value.is_empty()).then(|| url_in(name, value))
        });
        let bypassed = variable("NO_PROXY").or_else(|| variable("no_proxy"));
        let bypassed = bypassed.unwrap_or_default();
        let entries =
            bypassed.split(|character: char| character == ',' || character.is_whitespace());
        Self {
            url,
            bypassed: entries.filter_map(Servers::listed_as).collect(),
        }
    }

    /// The URL of the proxy for this vault's server, with a user and a password if it has them; `None` if the
    /// server is reached without a proxy.
    ///
    /// # Errors
    ///
    /// If there is one for this server, and it is not the URL of an http or https proxy.
    pub fn url_for(&self, vault: &Vault) -> Result<Option<&str>, ClientError> {
        let Some(url) = self.url.as_ref().filter(|_| vault.is_https()) else {
            return Ok(None);
        };
        if self
            .bypassed
            .iter()
            .any(|servers| servers.contain(vault.host()))
        {
            return Ok(None);
        }
        url.as_deref().map(Some).map_err(Clone::clone)
    }
}

/// Without the URL, which may have a password.
impl fmt::Debug for EnvironmentProxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("EnvironmentProxy")
            .field("is_set", &self.url.is_some())
            .field("bypassed", &self.bypassed)
            .finish()
    }
}

/// The proxy's URL, without what a proxy has no use for.
fn url_in(name: &'static str, value: &str) -> Result<String, ClientError> {
    let wrong = |problem: &str| ClientError::unusable_proxy(name, problem);
    let uri = match value.contains("://") {
        true => value.parse::<Uri>(),
        false => format!("http://{value}").parse(),
    };
    let uri = uri.map_err(|_| wrong("is not a URL"))?;
    let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
        return Err(wrong("is not a URL"));
    };
    if scheme.as_str().is_empty() {
        return Err(wrong("has no scheme before `://`"));
    }
    if *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS {
        return Err(wrong(&format!("has the scheme {scheme}")));
    }
    let server = authority.as_str();
    let server = server.rsplit_once('@').map_or(server, |(_, server)| server);
    check_host_and_port(server).map_err(wrong)?;
    Ok(format!("{scheme}://{authority}"))
}

/// An entry of `NO_PROXY`.
#[derive(Debug, Clone)]
enum Servers {
    All,
    /// This name and those below it, in small letters.
    Named(String),
    /// The addresses that have this many first bits in common with this one.
    Near(IpAddr, u32),
}

impl Servers {
    fn listed_as(entry: &str) -> Option<Self> {
        let entry = entry.strip_prefix('.').unwrap_or(entry);
        if let "" | "*" = entry {
            return (entry == "*").then_some(Self::All);
        }
        let (address, bits) = match entry.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (entry, None),
        };
        let Some(address) = address_of(address) else {
            return Some(Self::Named(entry.to_ascii_lowercase()));
        };
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Some(most), |bits| bits.parse().ok())?;
        (bits <= most).then_some(Self::Near(address, bits))
    }

    fn contain(&self, host: &str) -> bool {
        match (self, address_of(host)) {
            (Self::All, _) => true,
            (Self::Near(near, bits), Some(address)) => {
                bits_in_common(*near, address).is_some_and(|common| common >= *bits)
            }
            (Self::Named(name), None) => {
                let host = host.to_ascii_lowercase();
                let before = host.strip_suffix(name.as_str());
                before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
            }
            (Self::Near(..), None) | (Self::Named(_), Some(_)) => false,
        }
    }
}

/// An IPv6 address may be in brackets.
fn address_of(host: &str) -> Option<IpAddr> {
    host.trim_matches(['[', ']']).parse().ok()
}

/// How many of their first bits are the same, if they are of one family.
fn bits_in_common(one: IpAddr, other: IpAddr) -> Option<u32> {
    match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => {
            Some((one.to_bits() ^ other.to_bits()).leading_zeros())
        }
        (IpAddr::V6(one), IpAddr::V6(other)) => {
            Some((one.to_bits() ^ other.to_bits()).leading_zeros())
        }
        _ => None,
    }
}
