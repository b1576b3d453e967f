//! An answer that claims success but breaks the contract.

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use std::fmt;

use super::kept;
use super::printable::Printable;
use super::redact::{redact_headers, redact_text};

/// An answer that claims success but does not have the shape that the contract promises.
///
/// The text says what is wrong and where (a JSON path), but never shows a value from the body,
/// which may be the session token. The body itself is in [`body`](Self::body).
///
/// ```
/// use apideck_vault_core::{CreateSession, Operation, Vault, error::ResponseError};
///
/// let vault = Vault::new("sk_live_1", "app").unwrap();
/// let answer = http::Response::builder()
///     .header("content-type", "application/json")
///     .body(r#"{"status_code":200,"status":"OK","data":{"session_token":"t"}}"#.into())?;
/// let Err(ResponseError::Decode(error)) = CreateSession::new("test-consumer").decode(&vault, answer)
/// else {
///     panic!("the answer has no session_uri");
/// };
/// assert_eq!(error.path(), "$.data.session_uri");
/// assert_eq!(error.to_string(), "the answer (200 OK) breaks the contract: $.data.session_uri is missing");
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
    /// `path` is the JSON path of the fault, such as `$.data.session_uri`; `problem` is a predicate
    /// ("is missing") without any value from the body.
    pub fn new(
        answer: &Response<Bytes>,
        path: impl Into<String>,
        problem: impl Into<String>,
    ) -> Self {
        Self(Box::new(Inner {
            status: answer.status(),
            headers: answer.headers().clone(),
            path: path.into(),
            problem: problem.into(),
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

    /// Redacts `secret` in everything but the body.
    pub(crate) fn redacted(mut self, secret: &str) -> Self {
        redact_headers(&mut self.0.headers, secret);
        redact_text(&mut self.0.path, secret);
        redact_text(&mut self.0.problem, secret);
        self
    }

    /// Finds out where and why `answer` is not a `T`. Called only after plain decoding has failed,
    /// so that the usual case does not pay for tracking the path.
    pub(crate) fn diagnose<T: DeserializeOwned>(answer: &Response<Bytes>) -> Self {
        let body = answer.body();
        if body.is_empty() {
            return Self::new(answer, "$", "is empty");
        }
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
            Ok(_) => Self::new(answer, "$", "has more text after the JSON value"),
            Err(error) => {
                let (path, problem) = explain(json_path(error.path()), error.inner());
                Self::new(answer, path, problem)
            }
        }
    }

    /// Fails if the answer says that it is not JSON.
    pub(crate) fn check_media_type(answer: &Response<Bytes>) -> Result<(), Self> {
        let Some(value) = answer.headers().get(header::CONTENT_TYPE) else {
            return Ok(());
        };
        if is_json(value.as_bytes()) {
            return Ok(());
        }
        let media_type = String::from_utf8_lossy(value.as_bytes());
        let problem = format!("is {} instead of application/json", Printable(&media_type));
        Err(Self::new(answer, "$", problem))
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { status, path, .. } = &*self.0;
        write!(formatter, "the answer ({status}) breaks the contract: ")?;
        write!(formatter, "{path} {}", self.0.problem)
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
            Segment::Map { key } => text.push_str(&format!(".{}", Printable(key))),
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
    let text = text.split(" at line ").next().unwrap_or_default();
    if let Some(field) = quoted(text, "missing field `") {
        return (format!("{path}.{field}"), "is missing".to_owned());
    }
    if let Some(field) = quoted(text, "duplicate field `") {
        return (format!("{path}.{field}"), "appears twice".to_owned());
    }
    let wrong = text
        .strip_prefix("invalid type: ")
        .or_else(|| text.strip_prefix("invalid value: "));
    let problem = match wrong.and_then(|text| text.rsplit_once(", expected ")) {
        Some((found, expected)) => {
            // The value follows the kind.
            let kind = found.split(['"', '`']).next().unwrap_or_default().trim();
            format!("is {} instead of {}", in_words(kind), in_words(expected))
        }
        None => "is not what the contract promises".to_owned(),
    };
    (path, problem)
}

/// serde's type names in plain words.
fn in_words(name: &str) -> &str {
    match name {
        "sequence" => "an array",
        "map" => "an object",
        "string" => "a string",
        "boolean" => "a boolean",
        "integer" => "an integer",
        "floating point" => "a number with a fraction",
        "u16" => "a whole number up to 65535",
        _ => name,
    }
}

fn quoted<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    text.strip_prefix(prefix)?.strip_suffix('`')
}
