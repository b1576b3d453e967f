//! `POST /vault/sessions`: create a session.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{BuildError, ResponseError};
use crate::operation::{CallOptions, Fault, Object, Operation, decode_json_into};
use crate::retry::RetryPolicy;
use crate::vault::header_value;
use crate::{Session, SessionToken, Vault};

/// Creates a Vault session for a consumer: `POST /vault/sessions`.
///
/// ```
/// use apideck_vault_core::{CreateSession, Session, Vault};
///
/// let create = CreateSession::new("test-consumer")
///     .session(Session::new().redirect_uri("https://mysaas.com/dashboard"));
/// let request = Vault::new("sk_live_1", "app")?.encode(&create)?;
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
    /// Whose session it is: your customer, by the name that you gave them.
    pub consumer_id: String,
    /// What the session shows and allows; without it no body is sent.
    pub session: Option<Session>,
    /// More headers for this call, by name.
    pub headers: Vec<(String, String)>,
    /// What this call asks for instead of its client's settings.
    pub options: CallOptions,
}

impl CreateSession {
    pub(crate) const PATH: &str = "/vault/sessions";

    /// A session for the consumer with this id: your customer, by the name that you gave them.
    /// Without more, no body is sent and the service's defaults apply.
    pub fn new(consumer_id: impl Into<String>) -> Self {
        Self {
            consumer_id: consumer_id.into(),
            session: None,
            headers: Vec::new(),
            options: CallOptions::default(),
        }
    }

    /// What the session shows and allows.
    pub fn session(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// One more header for this call, such as a trace id. Checked when the request is built: it
    /// cannot replace a header that this library or HTTP itself sets.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Another retry policy for this call than the client's.
    pub fn retry(mut self, policy: impl RetryPolicy + 'static) -> Self {
        self.options.retry = Some(Arc::new(policy));
        self
    }

    /// Another deadline for this call than the policy's: after it, no attempt begins or goes on.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = Some(deadline);
        self
    }
}

impl Operation for CreateSession {
    type Output = CreatedSession;

    fn body(&self) -> Result<Bytes, BuildError> {
        // The contract's full example has 777 bytes.
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

    fn encode(&self, vault: &Vault, body: Bytes) -> Result<Request<Bytes>, BuildError> {
        const CONSUMER_ID: HeaderName = HeaderName::from_static("x-apideck-consumer-id");
        let consumer_id = header_value("consumer_id", &self.consumer_id)?;
        let mut request = vault.request(Method::POST, Self::PATH, body)?;
        request.headers_mut().insert(CONSUMER_ID, consumer_id);
        for (name, value) in &self.headers {
            let (name, value) = extra_header(name, value)?;
            request.headers_mut().append(name, value);
        }
        Ok(request)
    }

    fn decode(&self, answer: Response<Bytes>) -> Result<Response<CreatedSession>, ResponseError> {
        decode_json_into(answer, StatusCode::OK, Envelope::into_created)
    }

    fn options(&self) -> CallOptions {
        self.options.clone()
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
            .field("options", &self.options)
            .finish()
    }
}

/// A created session: where to send the consumer.
///
/// The URI holds the token, so it is as secret as the token: neither is in `Debug`.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct CreatedSession {
    /// The status as the body repeats it: 200.
    pub status_code: u16,
    /// The status's name as the body repeats it: `OK`.
    pub status: String,
    /// `_raw`: the answer of a service behind Apideck, if it was asked for and there is one.
    pub raw: Option<Value>,
    session_uri: String,
    session_token: SessionToken,
}

impl CreatedSession {
    /// A session as the service would answer it: for tests of code that is handed one.
    pub fn new(session_uri: impl Into<String>, session_token: impl Into<String>) -> Self {
        Self {
            status_code: 200,
            status: "OK".to_owned(),
            raw: None,
            session_uri: session_uri.into(),
            session_token: SessionToken::new(session_token),
        }
    }

    /// Where to send the consumer: an absolute http(s) URL. It holds the token: don't log it.
    pub fn session_uri(&self) -> &str {
        &self.session_uri
    }

    /// The token of the session, for Vault JS. Whoever has it can act for the consumer.
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

#[derive(Deserialize)]
struct Envelope {
    status_code: u16,
    status: String,
    data: Object<Data>,
    #[serde(default, rename = "_raw")]
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
            return Err(("$.data.session_uri", "is no absolute http(s) URL"));
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

/// Begins with http(s), has a host, and nothing that would break out of a `Location` header.
fn is_absolute_http_url(text: &str) -> bool {
    let after = |scheme: &str| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    };
    // As it is spelled nearly always, which is told with one comparison.
    let rest = text.strip_prefix("https://");
    let Some(rest) = rest.or_else(|| after("https://").or_else(|| after("http://"))) else {
        return false;
    };
    let ends_authority = |byte: &u8| matches!(byte, b'/' | b'?' | b'#');
    let authority = rest.as_bytes().split(ends_authority).next();
    let host = authority.and_then(|authority| authority.rsplit(|byte| *byte == b'@').next());
    let has_host = !matches!(host, None | Some([] | [b':', ..]));
    // Without an early exit the compiler looks at many bytes at a time; the token makes this long.
    let (least, least_from_delete) = text.bytes().fold((u8::MAX, u8::MAX), |(a, b), byte| {
        (a.min(byte), b.min(byte ^ 0x7f))
    });
    has_host && least > b' ' && least_from_delete > 0
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
        let expected = "it must be letters, digits and dashes";
        BuildError::new(FIELD, "has a name that is not valid", expected)
    })?;
    if RESERVED.contains(&name.as_str()) {
        let problem = format!("{name} is set by this library or by HTTP itself");
        return Err(BuildError::new(FIELD, problem, "it must be another one"));
    }
    let mut value =
        header_value(FIELD, value).map_err(|error| error.named(format!("header {name}")))?;
    value.set_sensitive(true);
    Ok((name, value))
}
