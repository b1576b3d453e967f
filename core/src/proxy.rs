//! Proxies: which one the environment names, by one rule for every HTTP stack.

use std::ffi::OsString;
use std::fmt;
use std::net::IpAddr;

use crate::error::ClientError;
use crate::vault::{Vault, check_host_and_port, percent_encoded};

/// The first of these that is not empty names the proxy.
const NAMES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// The proxy for https that the variables of the environment name.
///
/// It is the first of `HTTPS_PROXY`, `https_proxy`, `ALL_PROXY` and `all_proxy` that is not empty: the URL of an http
/// or https proxy. Without a scheme, it is an http proxy, and without a port, its port is 80, or 443 for https. A
/// user and a password are percent-encoded.
///
/// `NO_PROXY`, or else `no_proxy`, lists servers that are reached without it, separated by commas or blanks: names,
/// each of which stands for the names below it, too, addresses, ranges of addresses such as `10.0.0.0/8`, or `*` for
/// all. Plain http has no proxy: it is for loopback, and a proxy could read the key.
///
/// The adapters' default clients use it. In a loop of your own:
///
/// ```
/// use apideck_vault_core::{Vault, proxy::EnvironmentProxy};
///
/// // In your program: `|name| std::env::var_os(name)`
/// let proxy = EnvironmentProxy::new(|name| match name {
///     "HTTPS_PROXY" => Some("proxy.example:3128".into()),
///     "NO_PROXY" => Some("10.0.0.0/8,corp.example".into()),
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
    pub fn new(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let value_of = |name| {
            let value = variable(name)?;
            let value = value.to_string_lossy().trim().to_owned();
            (!value.is_empty()).then_some(value)
        };
        let url = NAMES
            .into_iter()
            .find_map(|name| Some(url_in(name, &value_of(name)?)));
        let bypassed = value_of("NO_PROXY").or_else(|| value_of("no_proxy"));
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

/// The proxy's URL, in the one form that all stacks read alike.
fn url_in(name: &'static str, value: &str) -> Result<String, ClientError> {
    let wrong = |problem: &str| ClientError::unusable_proxy(name, problem);
    let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
    let scheme = scheme.to_ascii_lowercase();
    if scheme != "http" && scheme != "https" {
        return Err(wrong("is neither http nor https"));
    }
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    // A password with one of these in it would make its beginning the proxy's name.
    if rest.contains(['/', '?', '#']) {
        return Err(wrong("has more than a user, a host and a port"));
    }
    let Some((user, server)) = rest.rsplit_once('@') else {
        check_host_and_port(rest).map_err(wrong)?;
        return Ok(format!("{scheme}://{rest}"));
    };
    check_host_and_port(server).map_err(wrong)?;
    let (user, password) = user.split_once(':').unwrap_or((user, ""));
    let (Some(user), Some(password)) = (reencoded(user), reencoded(password)) else {
        return Err(wrong(
            "has a user or a password that is not percent-encoded",
        ));
    };
    Ok(format!("{scheme}://{user}:{password}@{server}"))
}

/// Percent-encodes what is percent-encoded, so that nothing is left that one stack reads differently from another.
fn reencoded(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut decoded = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, plain) = part.split_at_checked(2)?;
        // It would accept a sign.
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        decoded.push(u8::from_str_radix(digits, 16).ok()?);
        decoded.extend(plain.bytes());
    }
    Some(percent_encoded(std::str::from_utf8(&decoded).ok()?))
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
        let entry = without_last_dot(entry);
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
                let host = without_last_dot(host).to_ascii_lowercase();
                let before = host.strip_suffix(name.as_str());
                before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
            }
            (Self::Near(..), None) | (Self::Named(_), Some(_)) => false,
        }
    }
}

/// `example.com.` is `example.com`.
fn without_last_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
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
