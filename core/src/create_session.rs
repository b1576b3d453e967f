//! `POST /vault/sessions`: create a session.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use std::fmt;

use crate::error::{BuildError, ResponseError};
use crate::operation::{Operation, broken, header_value, read_json, refused};
use crate::session::{Optional, Session};
use crate::vault::Vault;
use created::Envelope;

mod created;

pub use created::CreatedSession;

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
            let appended = request.headers_mut().try_append(name, value);
            appended.map_err(|_| {
                BuildError::new("header", "is one too many", "there must be fewer of them")
            })?;
        }
        Ok(request)
    }

    fn decode(
        &self,
        vault: &Vault,
        answer: Response<Bytes>,
    ) -> Result<Response<CreatedSession>, ResponseError> {
        if answer.status() != StatusCode::OK {
            return Err(refused(vault, answer).into());
        }
        match read_json::<Envelope<'_>>(vault, &answer)?.into_created() {
            Ok(created) => Ok(answer.map(|_| created)),
            Err((path, problem)) => Err(broken(vault, &answer, path, problem).into()),
        }
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

fn extra_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), BuildError> {
    const FIELD: &str = "header";
    const RESERVED: [&str; 19] = [
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
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
