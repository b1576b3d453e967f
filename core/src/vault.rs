//! Where requests go and with which credentials.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
#[cfg(feature = "tracing")]
use tracing::level_filters::LevelFilter;

use crate::error::{BuildError, Secret};
use crate::retry::RetryBudget;

mod authority;
mod environment;
mod headers;
mod path;
mod server_url;

pub(crate) use authority::check_host_and_port;
pub use headers::header_value;
use headers::{authorization, without_bearer};
pub use path::path_segment;
pub(crate) use path::percent_encoded;
use server_url::Server;

pub(crate) const APP_ID: HeaderName = HeaderName::from_static("x-apideck-app-id");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
const USER_AGENT: &str = concat!("apideck-vault-rust/", env!("CARGO_PKG_VERSION"));

/// Where requests go and with which credentials: server URL, API key and application id.
///
/// Values are checked and headers prepared once, when the vault is made. Cloning is cheap. To
/// rotate the key or choose another server, make another `Vault`.
///
/// A vault comes with a [`RetryBudget`], which everything made from the vault or its clones shares.
/// A copy with another key keeps the budget; a copy for another server gets its own.
///
/// ```
/// use apideck_vault_core::Vault;
///
/// let vault = Vault::new("sk_live_1", "dSBdXd2H6Mqwfg0atXHXYcysLJE9qyn1VwBtXHX")?
///     .with_server_url("https://proxy.example/apideck/")?
///     .with_user_agent_prefix("payroll/1.2")?;
///
/// assert_eq!(vault.server_url(), "https://proxy.example/apideck");
/// assert!(!format!("{vault:?}").contains("sk_live_1"));
/// # Ok::<(), apideck_vault_core::error::BuildError>(())
/// ```
///
/// Source: [Authorization](https://developers.apideck.com/apis/vault/reference#section/Authorization).
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    server: Server,
    headers: HeaderMap,
    /// The API key, to redact it where a server repeats it.
    secret: Secret,
    budget: RetryBudget,
}

impl Vault {
    /// The default server: `https://unify.apideck.com`.
    pub const DEFAULT_SERVER_URL: &str = "https://unify.apideck.com";

    /// A vault at `https://unify.apideck.com` with this API key and application id. Both are on the
    /// "API Keys" page of the application's configuration. A leading `Bearer ` (in any case) in the
    /// key is accepted and dropped.
    ///
    /// # Errors
    ///
    /// If either is empty, contains a line break or anything else that is not a visible ASCII
    /// character, or begins or ends with a space.
    pub fn new(api_key: impl AsRef<str>, app_id: impl AsRef<str>) -> Result<Self, BuildError> {
        let api_key = without_bearer(api_key.as_ref());
        // With room for those that an operation and the HTTP stack add, so that no copy has to grow.
        let mut headers = HeaderMap::with_capacity(8);
        headers.extend([
            (header::AUTHORIZATION, authorization(api_key)?),
            (APP_ID, header_value("app_id", app_id.as_ref())?),
            (header::CONTENT_TYPE, JSON),
            (header::ACCEPT, JSON),
            (header::USER_AGENT, HeaderValue::from_static(USER_AGENT)),
        ]);
        Ok(Self(Arc::new(Inner {
            server: Server::parse(Self::DEFAULT_SERVER_URL)?,
            headers,
            secret: Secret::new(api_key),
            budget: RetryBudget::new(),
        })))
    }

    /// The same vault with another API key. Use this to rotate keys.
    ///
    /// # Errors
    ///
    /// Same as for [`new`](Self::new).
    pub fn with_api_key(mut self, api_key: impl AsRef<str>) -> Result<Self, BuildError> {
        let api_key = without_bearer(api_key.as_ref());
        let authorization = authorization(api_key)?;
        let inner = Arc::make_mut(&mut self.0);
        inner.headers.insert(header::AUTHORIZATION, authorization);
        inner.secret = Secret::new(api_key);
        Ok(self)
    }

    /// The same vault for another server, with a new retry budget. If the URL has a path, it is
    /// prepended to the paths of the operations. Plain http is accepted only for loopback
    /// addresses; see [`with_insecure_server_url`](Self::with_insecure_server_url).
    ///
    /// # Errors
    ///
    /// If it is not an absolute http(s) URL, has a user name, a query or a fragment, or is plain
    /// http to another machine.
    pub fn with_server_url(self, url: impl AsRef<str>) -> Result<Self, BuildError> {
        let server = Server::parse(url.as_ref())?;
        if !server.is_https() && !server.is_loopback() {
            return Err(BuildError::new(
                "server_url",
                "is plain http to another machine, which exposes the API key to the network",
                "it must begin with https:// (or be set with `with_insecure_server_url`)",
            ));
        }
        Ok(self.at(server))
    }

    /// The same vault for another server, with a new retry budget. Plain http is accepted for any
    /// machine: **everyone on the way can read the API key**. Meant for networks that encrypt at a
    /// lower layer, such as a service mesh.
    ///
    /// # Errors
    ///
    /// If it is not an absolute http(s) URL, or has a user name, a query or a fragment.
    pub fn with_insecure_server_url(self, url: impl AsRef<str>) -> Result<Self, BuildError> {
        Ok(self.at(Server::parse(url.as_ref())?))
    }

    /// The same vault with the caller's name and version, such as `payroll/1.2`, in front of this
    /// library's in the `user-agent` header.
    ///
    /// # Errors
    ///
    /// If it is empty, contains anything but visible ASCII characters, or begins or ends with a
    /// space.
    pub fn with_user_agent_prefix(mut self, prefix: impl AsRef<str>) -> Result<Self, BuildError> {
        header_value("user_agent_prefix", prefix.as_ref())?;
        let user_agent = format!("{} {USER_AGENT}", prefix.as_ref());
        let user_agent = header_value("user_agent_prefix", &user_agent)?;
        Arc::make_mut(&mut self.0)
            .headers
            .insert(header::USER_AGENT, user_agent);
        Ok(self)
    }

    /// The server's URL, without a trailing slash.
    pub fn server_url(&self) -> String {
        self.0.server.to_string()
    }

    /// Whether requests are encrypted, that is, whether the server's URL begins with `https`.
    pub fn is_https(&self) -> bool {
        self.0.server.is_https()
    }

    pub(crate) fn host(&self) -> &str {
        self.0.server.host()
    }

    /// A request with the headers that every operation has: `authorization`, `x-apideck-app-id`,
    /// `accept`, `user-agent` and, if there is a body, `content-type: application/json`. An
    /// [`Operation`](crate::Operation) starts with this. `path` must begin with a slash; encode any
    /// text you insert into it with [`path_segment`](crate::operation::path_segment).
    ///
    /// # Errors
    ///
    /// If `path` does not begin with a slash, has a fragment, or cannot be part of a URL.
    pub fn request(
        &self,
        method: Method,
        path: impl Into<Cow<'static, str>>,
        body: Bytes,
    ) -> Result<Request<Bytes>, BuildError> {
        let path = path.into();
        #[cfg(feature = "tracing")]
        let template = PathTemplate(match path {
            Cow::Borrowed(path) => Some(path),
            Cow::Owned(_) => None,
        });
        let uri = self.0.server.uri(path)?;
        let has_body = !body.is_empty();
        let mut request = Request::new(body);
        // Two allocations, which a program without a subscriber does not pay.
        #[cfg(feature = "tracing")]
        if LevelFilter::current() >= LevelFilter::INFO {
            request.extensions_mut().insert(template);
        }
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.headers_mut() = self.0.headers.clone();
        if !has_body {
            request.headers_mut().remove(header::CONTENT_TYPE);
        }
        Ok(request)
    }

    pub(crate) fn secret(&self) -> &Secret {
        &self.0.secret
    }

    pub(crate) fn budget(&self) -> &RetryBudget {
        &self.0.budget
    }

    fn at(mut self, server: Server) -> Self {
        let inner = Arc::make_mut(&mut self.0);
        inner.server = server;
        inner.budget = RetryBudget::new();
        self
    }
}

/// An operation's path, if no text was inserted into it; any other may contain an id of a consumer. It
/// travels in the request's extensions.
#[cfg(feature = "tracing")]
#[derive(Clone, Copy)]
pub(crate) struct PathTemplate(pub(crate) Option<&'static str>);

impl fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Vault")
            .field("server_url", &self.server_url())
            .field("api_key", &format_args!("[redacted]"))
            .field("app_id", &self.0.headers.get(APP_ID))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authorization_of(vault: &Vault) -> &HeaderValue {
        &vault.0.headers[header::AUTHORIZATION]
    }

    #[test]
    fn the_key_is_sensitive_and_not_in_debug() {
        let vault = Vault::new("sk_live_secret", "app").unwrap();
        assert!(authorization_of(&vault).is_sensitive());
        assert_eq!(
            format!("{vault:?}"),
            r#"Vault { server_url: "https://unify.apideck.com", api_key: [redacted], app_id: Some("app"), .. }"#
        );
    }

    #[test]
    fn rotating_the_key_keeps_everything_else() {
        let vault = Vault::new("old", "app").unwrap();
        let vault = vault.with_server_url("https://proxy.example/x").unwrap();
        let vault = vault.with_api_key("Bearer new").unwrap();
        assert_eq!(authorization_of(&vault), "Bearer new");
        assert!(authorization_of(&vault).is_sensitive());
        assert_eq!(vault.server_url(), "https://proxy.example/x");
        assert_eq!(vault.with_api_key("").unwrap_err().field(), "api_key");
    }

    #[test]
    fn a_path_can_name_neither_another_host_nor_another_resource() {
        let vault = Vault::new("key", "app").unwrap();
        for path in [
            "",
            "@evil.example/x",
            ".evil.example/",
            "?a",
            "a",
            "/a#b",
            "/a b",
            "/ä",
        ] {
            let error = vault.request(Method::GET, path, Bytes::new()).unwrap_err();
            assert_eq!(error.field(), "path", "{path}");
        }
    }

    #[test]
    fn a_user_agent_prefix_comes_first() {
        let vault = Vault::new("key", "app").unwrap();
        let vault = vault.with_user_agent_prefix("payroll/1.2").unwrap();
        let expected = format!("payroll/1.2 {USER_AGENT}");
        assert_eq!(vault.0.headers[header::USER_AGENT], expected.as_str());
        let error = vault.with_user_agent_prefix("a\nb").unwrap_err();
        assert_eq!(error.field(), "user_agent_prefix");
    }
}
