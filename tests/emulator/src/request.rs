use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, Version, request};
use serde_json::Value;

/// A request as it arrived.
///
/// Its `Debug` output hides the values of the headers that carry credentials.
///
/// ```
/// use apideck_vault_emulator::Emulator;
/// use apideck_vault_ureq::{CreateSession, Session, Vault, VaultClient};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let emulator = Emulator::start()?;
/// let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(emulator.url())?;
/// let session = Session::new().redirect_uri("https://mysaas.com/dashboard");
/// VaultClient::new(vault).create_session(CreateSession::new("customer-7").session(session))?;
///
/// let request = &emulator.requests()[0];
/// assert_eq!((request.method.as_str(), request.path_and_query()), ("POST", "/vault/sessions"));
/// assert_eq!(request.header("x-apideck-consumer-id"), Some("customer-7"));
/// let body = request.json().ok_or("no JSON")?;
/// assert_eq!(body["redirect_uri"], "https://mysaas.com/dashboard");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method.
    pub method: Method,
    /// The target as it was sent: path and query, or a full URL from a client that uses the
    /// emulator as a proxy.
    pub uri: Uri,
    /// The HTTP version.
    pub version: Version,
    /// The headers. `authorization`, `proxy-authorization` and `cookie` are marked sensitive.
    pub headers: HeaderMap,
    /// The body, without its framing: chunks are joined.
    pub body: Bytes,
    /// The connection that it arrived on.
    pub connection: ConnectionId,
    /// Whether that connection resumed the TLS session of an earlier one, which saves a full
    /// handshake.
    pub is_tls_resumed: bool,
}

impl RecordedRequest {
    pub(crate) fn new(parts: request::Parts, body: Bytes, origin: Origin) -> Self {
        Self {
            method: parts.method,
            uri: parts.uri.to_string().parse().unwrap_or(parts.uri),
            version: parts.version,
            headers: copied(&parts.headers),
            body: Bytes::copy_from_slice(&body),
            connection: origin.connection,
            is_tls_resumed: origin.is_tls_resumed,
        }
    }

    /// What it takes to keep it, without what is the same for all.
    pub(crate) fn size(&self) -> usize {
        let headers = self.headers.iter();
        headers
            .map(|(name, value)| name.as_str().len().saturating_add(value.len()))
            .fold(self.body.len(), usize::saturating_add)
            .saturating_add(self.path_and_query().len())
    }

    /// The path and query, such as `/vault/sessions`.
    pub fn path_and_query(&self) -> &str {
        self.uri
            .path_and_query()
            .map_or("", |target| target.as_str())
    }

    /// The first value of a parameter in the query, without its percent encoding.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.uri.query()?.as_bytes())
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The first value of a header, if there is one and it is valid UTF-8.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
    }

    /// The body, if it is JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Headers that do not hold on to the buffer that the connection was read into, which would keep
/// 8 KiB for each request.
fn copied(headers: &HeaderMap) -> HeaderMap {
    let mut copies = HeaderMap::with_capacity(headers.keys_len());
    for (name, value) in headers {
        // Neither can fail: both come from a header.
        let copy = HeaderName::from_bytes(name.as_str().as_bytes());
        if let (Ok(name), Ok(mut value)) = (copy, HeaderValue::from_bytes(value.as_bytes())) {
            value.set_sensitive([AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE].contains(&name));
            copies.append(name, value);
        }
    }
    copies
}

/// Where a request comes from.
#[derive(Clone, Copy)]
pub(crate) struct Origin {
    pub(crate) connection: ConnectionId,
    pub(crate) is_tls_resumed: bool,
}

impl Origin {
    pub(crate) fn new(connection: ConnectionId) -> Self {
        Self {
            connection,
            is_tls_resumed: false,
        }
    }
}

/// Identifies one of an emulator's connections: requests with equal ids shared a connection.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ConnectionId(u64);

impl ConnectionId {
    pub(crate) fn new(number: u64) -> Self {
        Self(number)
    }
}
