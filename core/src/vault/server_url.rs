//! The server's URL, and the URLs of paths on that server.

use bytes::Bytes;
use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};
use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use super::authority::check_host_and_port;
use crate::error::BuildError;

#[derive(Clone)]
pub(super) struct Server {
    scheme: Scheme,
    authority: Authority,
    /// Prepended to an operation's path: empty, or `/…` without a trailing slash.
    path_prefix: String,
}

impl Server {
    pub(super) fn parse(url: &str) -> Result<Self, BuildError> {
        let wrong = |problem: &'static str| {
            let expected = "it must be an absolute URL such as https://unify.apideck.com";
            BuildError::new("server_url", problem, expected)
        };
        // The `http` crate silently drops a fragment.
        if url.contains('#') {
            return Err(wrong("has a fragment"));
        }
        if !url.is_ascii() {
            return Err(wrong("contains a non-ASCII character"));
        }
        let uri: Uri = url.parse().map_err(|_| wrong("is not a URL"))?;
        let parts = uri.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(wrong("is not absolute"));
        };
        if scheme != Scheme::HTTPS && scheme != Scheme::HTTP {
            return Err(wrong("is neither https nor http"));
        }
        if authority.as_str().contains('@') {
            return Err(wrong("has a user name"));
        }
        check_host_and_port(authority.as_str()).map_err(wrong)?;
        let path = parts.path_and_query;
        if path.as_ref().is_some_and(|path| path.query().is_some()) {
            return Err(wrong("has a query"));
        }
        let prefix = path.as_ref().map_or("", |path| path.path());
        let path_prefix = prefix.trim_end_matches('/').to_owned();
        Ok(Self {
            scheme,
            authority,
            path_prefix,
        })
    }

    /// An IPv6 address is in brackets.
    pub(super) fn host(&self) -> &str {
        self.authority.host()
    }

    pub(super) fn is_https(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }

    /// Whether the host is `localhost` or a loopback address. (Not a subdomain of `localhost`: some
    /// systems leave those to the resolver.)
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.host().to_ascii_lowercase();
        let address = host.trim_start_matches('[').trim_end_matches(']');
        match address.parse::<IpAddr>() {
            Ok(IpAddr::V4(address)) => address.is_loopback(),
            Ok(IpAddr::V6(address)) => address.to_canonical().is_loopback(),
            Err(_) => host == "localhost",
        }
    }

    /// The URL of a path on this server.
    pub(super) fn uri(&self, path: Cow<'static, str>) -> Result<Uri, BuildError> {
        let wrong = |problem: &'static str| {
            let expected =
                "it must begin with a slash, and text inserted into it must be percent-encoded";
            BuildError::new("path", problem, expected)
        };
        // Anything before the first slash would become part of the host, and anything after a `#`
        // would be silently dropped.
        if !path.starts_with('/') || path.contains('#') || !path.is_ascii() {
            return Err(wrong("is not a path on the server"));
        }
        // A static path on the usual server is neither copied nor counted.
        let path = match path {
            Cow::Borrowed(path) if self.path_prefix.is_empty() => {
                Bytes::from_static(path.as_bytes())
            }
            path => Bytes::from([self.path_prefix.as_str(), &path].concat()),
        };
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = PathAndQuery::from_maybe_shared(path).ok();
        Uri::from_parts(parts).map_err(|_| wrong("cannot be part of a URL"))
    }
}

impl fmt::Display for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, authority, path_prefix) = (&self.scheme, &self.authority, &self.path_prefix);
        write!(formatter, "{scheme}://{authority}{path_prefix}")
    }
}

#[cfg(test)]
mod tests {
    use crate::vault::Vault;

    fn at(url: &str) -> Result<Vault, String> {
        let vault = Vault::new("key", "app").unwrap();
        vault
            .with_server_url(url)
            .map_err(|error| format!("{} {}", error.field(), error.problem()))
    }

    #[test]
    fn a_path_prefix_is_kept() {
        for (url, expected) in [
            ("https://unify.apideck.com", "https://unify.apideck.com"),
            ("HTTPS://unify.apideck.com/", "https://unify.apideck.com"),
            (
                "https://proxy.example/apideck/",
                "https://proxy.example/apideck",
            ),
            (
                "https://proxy.example:8443/a/b//",
                "https://proxy.example:8443/a/b",
            ),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            let vault = at(url).unwrap();
            assert_eq!(vault.server_url(), expected);
            let request = vault.request(http::Method::POST, "/vault/sessions", "".into());
            assert_eq!(
                request.unwrap().uri().to_string(),
                format!("{expected}/vault/sessions")
            );
        }
    }

    #[test]
    fn plain_http_is_only_for_loopback_unless_requested_explicitly() {
        for url in [
            "http://127.0.0.1:9",
            "http://127.8.8.8",
            "http://localhost:9",
            "http://LOCALHOST",
            "http://[::1]",
            "http://[::ffff:127.0.0.1]",
        ] {
            assert!(at(url).is_ok(), "{url}");
        }
        for url in [
            "http://unify.apideck.com",
            "http://10.0.0.1",
            "http://localhost.example",
            "http://vault.localhost",
            "http://127.0.0.1.example",
            "http://[2001:db8::1]",
        ] {
            assert!(at(url).unwrap_err().contains("plain http"), "{url}");
            let vault = Vault::new("key", "app").unwrap();
            assert!(vault.is_https());
            let vault = vault.with_insecure_server_url(url).unwrap();
            assert_eq!(vault.server_url(), url);
            assert!(!vault.is_https());
        }
    }

    #[test]
    fn a_wrong_server_url_is_refused_with_a_reason() {
        for (url, reason) in [
            ("", "is not a URL"),
            ("unify.apideck.com", "is not absolute"),
            ("/vault", "is not absolute"),
            ("ftp://unify.apideck.com", "is neither https nor http"),
            ("https://user:secret@unify.apideck.com", "has a user name"),
            ("https://unify.apideck.com?x=1", "has a query"),
            ("https://unify.apideck.com/#here", "has a fragment"),
            ("https://unify.apideck.com\n", "is not a URL"),
            ("https://unify apideck.com", "is not a URL"),
            ("https://", "is not a URL"),
            ("https://bücher.example", "contains a non-ASCII character"),
            ("https://proxy.example/ä", "contains a non-ASCII character"),
            ("https://proxy.example:99999", "has an invalid port"),
            ("https://proxy.example:+443", "has an invalid port"),
            ("https://proxy.example:0", "has an invalid port"),
            ("https://proxy.example:", "has an invalid port"),
            ("https://[::1]:65536", "has an invalid port"),
            ("https://[::g]", "has an invalid host"),
            ("https://[]", "has an invalid host"),
            ("https://:443", "has an invalid host"),
        ] {
            assert_eq!(
                at(url).unwrap_err(),
                format!("server_url {reason}"),
                "{url}"
            );
        }
    }
}
