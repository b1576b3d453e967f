//! An answer that claims success but breaks the contract.

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use serde::Deserialize;
use serde_path_to_error::Segment;
use std::fmt;

use super::kept;
use super::printable::Printable;
use super::redact::Secret;
use super::request_id::request_id;

/// An answer that claims success but does not have the shape that the contract promises.
///
/// The text says what is wrong and where (a JSON path), each in at most 300 characters. It never shows a
/// value from the body, which may be the session token. The body itself is in [`body`](Self::body).
///
/// ```
/// use apideck_vault_core::{CreateSession, Operation, Vault, error::ResponseError};
///
/// let vault = Vault::new("sk_live_1", "app").unwrap();
/// let answer = http::Response::builder()
///     .header("content-type", "application/json")
///     .body(r#"{"status_code":200,"status":"OK","data":{"session_token":"t"}}"#.into())?;
/// let error = match CreateSession::new("test-consumer").decode(&vault, answer) {
///     Err(ResponseError::Decode(error)) => error,
///     _ => panic!("the answer has no session_uri"),
/// };
/// assert_eq!(error.path(), "$.data.session_uri");
/// assert_eq!(
///     error.to_string(),
///     "the answer (200 OK) breaks the contract: $.data.session_uri is missing",
/// );
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone)]
pub struct DecodeError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    status: StatusCode,
    headers: HeaderMap,
    path: String,
    problem: String,
    body: Bytes,
}

impl DecodeError {
    pub(crate) fn new(
        answer: &Response<Bytes>,
        path: impl Into<String>,
        problem: impl Into<String>,
        secret: &Secret,
    ) -> Self {
        let mut headers = answer.headers().clone();
        secret.redact_headers(&mut headers);
        // Redacted before it is cut, which could leave a part of the secret.
        let printable = |text| Printable(&secret.redacted(text)).to_string();
        Self(Box::new(Inner {
            status: answer.status(),
            headers,
            path: printable(path.into()),
            problem: printable(problem.into()),
            body: kept(answer.body().clone()),
        }))
    }

    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// `x-apideck-request-id`: what Apideck's support will ask for.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.0.headers)
    }

    /// Where the fault is, as a JSON path: `$` is the whole body, `$.data` is its field `data`.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// What is wrong there.
    pub fn problem(&self) -> &str {
        &self.0.problem
    }

    /// The body as it came, up to its first 64 KiB. It may contain a session token: don't log it.
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// Finds out where and why `answer` is not a `T`. Called only after plain decoding has failed,
    /// so that the usual case does not pay for tracking the path.
    pub(crate) fn diagnose<'a, T: Deserialize<'a>>(
        answer: &'a Response<Bytes>,
        secret: &Secret,
    ) -> Self {
        let body = answer.body();
        if body.is_empty() {
            return Self::new(answer, "$", "is empty", secret);
        }
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
            Ok(_) => Self::new(answer, "$", "has more text after the JSON value", secret),
            Err(error) => {
                let (path, problem) = explain(json_path(error.path()), error.inner());
                Self::new(answer, path, problem, secret)
            }
        }
    }

    /// Fails if the answer says that it is not JSON.
    pub(crate) fn check_media_type(answer: &Response<Bytes>, secret: &Secret) -> Result<(), Self> {
        let Some(value) = answer.headers().get(header::CONTENT_TYPE) else {
            return Ok(());
        };
        if is_json(value.as_bytes()) {
            return Ok(());
        }
        let media_type = String::from_utf8_lossy(value.as_bytes());
        let problem = format!("is {media_type} instead of application/json");
        Err(Self::new(answer, "$", problem, secret))
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { status, path, .. } = &*self.0;
        write!(formatter, "the answer ({status}) breaks the contract: ")?;
        write!(formatter, "{path} {}", self.0.problem)?;
        match self.request_id() {
            Some(id) => write!(formatter, " (request {})", Printable(id)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DecodeError")
            .field("status", &self.0.status)
            .field("path", &self.0.path)
            .field("problem", &self.0.problem)
            .field("body", &format_args!("[{} bytes]", self.0.body.len()))
            .finish_non_exhaustive()
    }
}

impl std::error::Error for DecodeError {}

/// `application/json` or a `+json` type, in any case, with any parameters.
fn is_json(content_type: &[u8]) -> bool {
    let essence = content_type.split(|byte| *byte == b';').next();
    let essence = essence.unwrap_or_default().trim_ascii();
    let Some((kind, subtype)) = essence.split_at_checked(b"application/".len()) else {
        return false;
    };
    kind.eq_ignore_ascii_case(b"application/")
        && (subtype.eq_ignore_ascii_case(b"json")
            || subtype.to_ascii_lowercase().ends_with(b"+json"))
}

fn json_path(path: &serde_path_to_error::Path) -> String {
    let mut text = String::from("$");
    for segment in path {
        match segment {
            Segment::Seq { index } => text.push_str(&format!("[{index}]")),
            Segment::Map { key } => text.push_str(&format!(".{key}")),
            Segment::Enum { variant } => text.push_str(&format!(".{variant}")),
            Segment::Unknown => break,
        }
    }
    text
}

/// Describes a serde_json error without the values from the body that its text can contain.
fn explain(path: String, error: &serde_json::Error) -> (String, String) {
    let text = error.to_string();
    if !error.is_data() {
        // Syntax errors have fixed texts that name a line and a column.
        return (path, format!("is not valid JSON ({text})"));
    }
    let position = format!(" at line {} column {}", error.line(), error.column());
    let text = text.strip_suffix(&position).unwrap_or(&text);
    if let Some(field) = quoted(text, "missing field `") {
        return (format!("{path}.{field}"), "is missing".to_owned());
    }
    if let Some(field) = quoted(text, "duplicate field `") {
        return (format!("{path}.{field}"), "appears twice".to_owned());
    }
    let wrong = text
        .strip_prefix("invalid type: ")
        .or_else(|| text.strip_prefix("invalid value: "));
    // The value comes before the last "expected", and follows its kind.
    let wrong = wrong.and_then(|text| text.rsplit_once(", expected "));
    let problem = match wrong.and_then(|(found, expected)| Some((kind_of(found)?, expected))) {
        Some((kind, expected)) => format!("is {kind} instead of {expected}"),
        None => "is not what the contract promises".to_owned(),
    };
    (path, problem)
}

/// What serde says that it found, without the value.
fn kind_of(found: &str) -> Option<&'static str> {
    Some(match found.split(['"', '`']).next()?.trim() {
        "null" | "unit value" => "null",
        "sequence" => "an array",
        "map" => "an object",
        "string" => "a string",
        "boolean" => "a boolean",
        "integer" => "an integer",
        "floating point" => "a number with a fraction",
        _ => return None,
    })
}

fn quoted<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    text.strip_prefix(prefix)?.strip_suffix('`')
}
