//! A created session, and how an answer is read into one.

use serde::Deserialize;
use serde_json::value::RawValue;
use std::fmt;

use crate::error::{Object, is_unprintable};
use crate::token::SessionToken;
use crate::vault::check_host_and_port;

/// A created session: where to send the consumer.
///
/// The URI contains the token, so it is as secret as the token. `Debug` shows neither, nor any other text
/// of the answer.
///
/// A handler that sends the consumer there, and its test, which needs no server:
///
/// ```
/// use apideck_vault_core::{CreatedSession, http};
///
/// fn redirect(created: &CreatedSession) -> http::Result<http::Response<()>> {
///     http::Response::builder()
///         .status(http::StatusCode::SEE_OTHER)
///         .header("location", created.session_uri())
///         // Nobody else is to see the token:
///         .header("referrer-policy", "no-referrer")
///         .header("cache-control", "no-store")
///         .body(())
/// }
///
/// let created = CreatedSession::new("https://vault.apideck.com/session/token", "token");
/// let answer = redirect(&created)?;
/// assert_eq!(answer.headers()["location"], "https://vault.apideck.com/session/token");
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CreatedSession {
    /// The status, as repeated in the body: 200.
    pub status_code: Option<u16>,
    /// The name of the status, as repeated in the body: `OK`. It is the server's text as it came.
    pub status: Option<String>,
    /// `_raw`: the answer of a service behind Apideck as JSON, if it was requested and there is one.
    pub raw: Option<String>,
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
            .field("session_uri", &format_args!("[redacted]"))
            .field("session_token", &self.session_token)
            .finish_non_exhaustive()
    }
}

/// Everything that a caller needs is in `data`.
#[derive(Deserialize)]
pub(super) struct Envelope<'a> {
    #[serde(borrow)]
    status_code: Option<&'a RawValue>,
    status: Option<String>,
    data: Object<Data>,
    #[serde(rename = "_raw")]
    raw: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Data {
    session_uri: String,
    session_token: String,
}

/// Where in the body something is wrong, and what it is: see [`broken`](crate::operation::broken).
type Fault = (&'static str, &'static str);

impl Envelope<'_> {
    pub(super) fn into_created(self) -> Result<CreatedSession, Fault> {
        let Object(data) = self.data;
        let status_code = match self.status_code.map(|code| code.get().parse()) {
            None => None,
            Some(Ok(code)) => Some(code),
            Some(Err(_)) => return Err(("$.status_code", "is not a whole number up to 65535")),
        };
        if !is_absolute_http_url(&data.session_uri) {
            return Err(("$.data.session_uri", "is not an absolute http(s) URL"));
        }
        if data.session_token.is_empty() {
            return Err(("$.data.session_token", "is empty"));
        }
        Ok(CreatedSession {
            status_code,
            status: self.status,
            raw: self.raw.map(|raw| raw.get().to_owned()),
            session_uri: data.session_uri,
            session_token: SessionToken::new(data.session_token),
        })
    }
}

/// Begins with http(s) and a host without a user name, and contains nothing that would break out of a
/// `Location` header or a line of a log.
fn is_absolute_http_url(text: &str) -> bool {
    let after = |scheme: &str| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    };
    let Some(rest) = after("https://").or_else(|| after("http://")) else {
        return false;
    };
    let end = rest
        .bytes()
        .position(|byte| matches!(byte, b'/' | b'?' | b'#'));
    let authority = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
    check_host_and_port(authority).is_ok() && (is_plain(rest) || !rest.contains(breaks_a_line))
}

/// Whether all of this is visible ASCII.
fn is_plain(text: &str) -> bool {
    // Without an early exit the compiler looks at many bytes at once, and the token makes this long.
    let odd = text
        .bytes()
        .fold(false, |odd, byte| odd | (byte <= b' ') | (byte >= 0x7f));
    !odd
}

fn breaks_a_line(character: char) -> bool {
    is_unprintable(character) || character.is_whitespace()
}
