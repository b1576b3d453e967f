//! `POST /vault/sessions`: create a session.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use std::fmt;

use crate::error::{BuildError, Object, ResponseError};
use crate::operation::{Fault, Operation, decode_json_into, header_value};
use crate::session::{Optional, Session};
use crate::token::SessionToken;
use crate::vault::Vault;

/// Creates a Vault session for a consumer: `POST /vault/sessions`.
///
/// ```
/// use apideck_vault_core::{CreateSession, Operation, Session, Vault};
///
/// let create = CreateSession::new("test-consumer")
///     .session(Session::new().redirect_uri("https://mysaas.com/dashboard"));
/// let request = create.encode(&Vault::new("sk_live_1", "app")?)?;
///
/// assert_eq!(request.method(), "POST");
/// assert_eq!(request.uri(), "https://unify.apideck.com/vault/sessions");
/// assert_eq!(request.headers()["x-apideck-consumer-id"], "test-consumer");
/// assert_eq!(request.body(), r#"{"redirect_uri":"https://mysaas.com/dashboard"}"#);
/// # Ok::<(), apideck_vault_core::error::BuildError>(())
/// ```
///
/// Source: [Create Session](https://developers.apideck.com/apis/vault/reference#tag/Sessions/operation/sessionsCreate).
#[derive(Clone)]
#[non_exhaustive]
pub struct CreateSession {
    /// Whose session it is: the id that you gave your customer.
    pub consumer_id: String,
    /// What the session shows and allows. If `None`, no body is sent.
    pub session: Option<Session>,
    /// Additional headers for this call, as names and values.
    pub headers: Vec<(String, String)>,
}

impl CreateSession {
    /// A session for the consumer with this id: the id that you gave your customer. If nothing else
    /// is set, no body is sent and the service's defaults apply.
    pub fn new(consumer_id: impl Into<String>) -> Self {
        Self {
            consumer_id: consumer_id.into(),
            session: None,
            headers: Vec::new(),
        }
    }

    /// Sets what the session shows and allows.
    pub fn session(mut self, session: impl Optional<Session>) -> Self {
        self.session = session.into_option();
        self
    }

    /// Adds a header to this call, such as a trace id. It is checked when the request is built, and
    /// cannot replace a header that this library or HTTP itself sets.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    fn body(&self) -> Result<Bytes, BuildError> {
        // The contract's full example is 777 bytes long.
        const CAPACITY: usize = 1024;
        let Some(session) = &self.session else {
            return Ok(Bytes::new());
        };
        session.check()?;
        let mut body = Vec::with_capacity(CAPACITY);
        serde_json::to_writer(&mut body, session).map_err(|error| {
            let problem = format!("does not serialize ({error})");
            BuildError::new("session", problem, "it must be valid JSON")
        })?;
        Ok(body.into())
    }
}

impl Operation for CreateSession {
    type Output = CreatedSession;

    fn encode(&self, vault: &Vault) -> Result<Request<Bytes>, BuildError> {
        const CONSUMER_ID: HeaderName = HeaderName::from_static("x-apideck-consumer-id");
        let consumer_id = header_value("consumer_id", &self.consumer_id)?;
        let mut request = vault.request(Method::POST, "/vault/sessions", self.body()?)?;
        request.headers_mut().insert(CONSUMER_ID, consumer_id);
        for (name, value) in &self.headers {
            let (name, value) = extra_header(name, value)?;
            request.headers_mut().append(name, value);
        }
        Ok(request)
    }

    fn decode(
        &self,
        vault: &Vault,
        answer: Response<Bytes>,
    ) -> Result<Response<CreatedSession>, ResponseError> {
        decode_json_into(vault, answer, StatusCode::OK, Envelope::into_created)
    }
}

impl fmt::Debug for CreateSession {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        formatter
            .debug_struct("CreateSession")
            .field("consumer_id", &self.consumer_id)
            .field("session", &self.session)
            .field("headers", &names)
            .finish()
    }
}

/// A created session: where to send the consumer.
///
/// The URI contains the token, so it is as secret as the token. `Debug` shows neither.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct CreatedSession {
    /// The status, as repeated in the body: 200.
    pub status_code: Option<u16>,
    /// The name of the status, as repeated in the body: `OK`.
    pub status: Option<String>,
    /// `_raw`: the answer of a service behind Apideck, if it was requested and there is one.
    pub raw: Option<Value>,
    session_uri: String,
    session_token: SessionToken,
}

impl CreatedSession {
    /// A session as the service would return it, for tests of code that takes one.
    pub fn new(session_uri: impl Into<String>, session_token: impl Into<String>) -> Self {
        Self {
            status_code: Some(200),
            status: Some("OK".to_owned()),
            raw: None,
            session_uri: session_uri.into(),
            session_token: SessionToken::new(session_token),
        }
    }

    /// Where to send the consumer: an absolute http(s) URL. It contains the token: don't log it.
    pub fn session_uri(&self) -> &str {
        &self.session_uri
    }

    /// The session's token, for Vault JS. Anyone who has it can act for the consumer.
    pub fn session_token(&self) -> &SessionToken {
        &self.session_token
    }
}

impl fmt::Debug for CreatedSession {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CreatedSession")
            .field("status_code", &self.status_code)
            .field("status", &self.status)
            .field("session_uri", &format_args!("[redacted]"))
            .field("session_token", &self.session_token)
            .finish_non_exhaustive()
    }
}

/// Everything that a caller needs is in `data`.
#[derive(Deserialize)]
struct Envelope {
    status_code: Option<u16>,
    status: Option<String>,
    data: Object<Data>,
    #[serde(rename = "_raw")]
    raw: Option<Value>,
}

#[derive(Deserialize)]
struct Data {
    session_uri: String,
    session_token: String,
}

impl Envelope {
    fn into_created(self) -> Result<CreatedSession, Fault> {
        let Object(data) = self.data;
        if !is_absolute_http_url(&data.session_uri) {
            return Err(("$.data.session_uri", "is not an absolute http(s) URL"));
        }
        if data.session_token.is_empty() {
            return Err(("$.data.session_token", "is empty"));
        }
        Ok(CreatedSession {
            status_code: self.status_code,
            status: self.status,
            raw: self.raw,
            session_uri: data.session_uri,
            session_token: SessionToken::new(data.session_token),
        })
    }
}

/// Begins with http(s), has a host, and contains nothing that would break out of a `Location`
/// header.
fn is_absolute_http_url(text: &str) -> bool {
    let after = |scheme: &str| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    };
    let Some(rest) = after("https://").or_else(|| after("http://")) else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let has_host = !host.is_empty() && !host.starts_with(':');
    // Without an early exit the compiler looks at many bytes at once, and the token makes this long.
    let breaks = text.bytes().fold(false, |breaks, byte| {
        breaks | (byte <= b' ') | (byte == 0x7f)
    });
    has_host && !breaks
}

fn extra_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), BuildError> {
    const FIELD: &str = "header";
    const RESERVED: [&str; 10] = [
        "accept",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "user-agent",
        "x-apideck-app-id",
        "x-apideck-consumer-id",
    ];
    let name: HeaderName = name.parse().map_err(|_| {
        let expected = "it must consist of letters, digits and dashes";
        BuildError::new(FIELD, "has an invalid name", expected)
    })?;
    if RESERVED.contains(&name.as_str()) {
        let problem = format!("{name} is set by this library or by HTTP itself");
        let expected = "it must be a different header";
        return Err(BuildError::new(FIELD, problem, expected));
    }
    let mut value =
        header_value(FIELD, value).map_err(|error| error.named(format!("header {name}")))?;
    value.set_sensitive(true);
    Ok((name, value))
}
