//! What the fuzz targets share: answers made from fuzzed parts, and what holds for every error's text.

use apideck_vault_core::http::{HeaderName, HeaderValue, Response, StatusCode};
use apideck_vault_core::{Bytes, Vault};
use arbitrary::Arbitrary;
use std::error::Error;

pub const API_KEY: &str = "sk_live_canary/0123456789";

pub fn vault() -> Vault {
    Vault::new(API_KEY, "app").expect("the key is valid")
}

/// Any JSON, and some that is none.
#[derive(Debug, Arbitrary)]
pub enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Integer(i64),
    Digits(String),
    Text(String),
    Key,
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
    Deep(u16),
}

impl Json {
    fn write(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(&value.to_string()),
            Self::Number(value) => out.push_str(&value.to_string()),
            Self::Integer(value) => out.push_str(&value.to_string()),
            Self::Digits(text) => out.push_str(text),
            Self::Text(text) => quote(text, out),
            Self::Key => quote(API_KEY, out),
            Self::Array(values) => {
                out.push('[');
                for (index, value) in values.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { "," });
                    value.write(out);
                }
                out.push(']');
            }
            Self::Object(fields) => {
                object(fields.iter().map(|(name, value)| (&**name, value)), out)
            }
            Self::Deep(depth) => {
                out.push_str(&"[".repeat(usize::from(*depth)));
                out.push_str(&"]".repeat(usize::from(*depth)));
            }
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push_str(&apideck_vault_core::serde_json::Value::from(text).to_string());
}

fn object<'a>(fields: impl Iterator<Item = (&'a str, &'a Json)>, out: &mut String) {
    out.push('{');
    for (index, (name, value)) in fields.enumerate() {
        out.push_str(if index == 0 { "" } else { "," });
        quote(name, out);
        out.push(':');
        value.write(out);
    }
    out.push('}');
}

/// The fields that the contract documents, and any other.
#[derive(Debug, Arbitrary)]
pub enum Field {
    StatusCode,
    Status,
    Data,
    Raw,
    Error,
    TypeName,
    Message,
    Detail,
    Ref,
    DownstreamErrors,
    Other(String),
}

impl Field {
    fn name(&self) -> &str {
        match self {
            Self::StatusCode => "status_code",
            Self::Status => "status",
            Self::Data => "data",
            Self::Raw => "_raw",
            Self::Error => "error",
            Self::TypeName => "type_name",
            Self::Message => "message",
            Self::Detail => "detail",
            Self::Ref => "ref",
            Self::DownstreamErrors => "downstream_errors",
            Self::Other(name) => name,
        }
    }
}

#[derive(Debug, Arbitrary)]
pub enum Body {
    Bytes(Vec<u8>),
    Fields(Vec<(Field, Json)>),
    Session {
        uri: String,
        token: String,
        more: Vec<(Field, Json)>,
    },
    Downstream(Vec<(Option<String>, Json)>),
    CutOff(Box<Body>, u8),
    WithKey(String, String),
}

impl Body {
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = String::new();
        match self {
            Self::Bytes(bytes) => return bytes.clone(),
            Self::Fields(fields) => {
                object(
                    fields.iter().map(|(field, value)| (field.name(), value)),
                    &mut out,
                );
            }
            Self::Session { uri, token, more } => {
                let data = [
                    (
                        "session_uri".to_owned(),
                        Json::Text(format!("https://{uri}")),
                    ),
                    ("session_token".to_owned(), Json::Text(token.clone())),
                ];
                let data = Json::Object(data.into());
                let more = more.iter().map(|(field, value)| (field.name(), value));
                object([("data", &data)].into_iter().chain(more), &mut out);
            }
            Self::Downstream(errors) => {
                let errors = errors.iter().map(|(message, code)| {
                    let message = message.clone().map_or(Json::Key, Json::Text);
                    let mut text = String::new();
                    code.write(&mut text);
                    Json::Object(vec![
                        ("message".to_owned(), message),
                        ("code".to_owned(), Json::Text(text)),
                    ])
                });
                let errors = Json::Array(errors.collect());
                object([("downstream_errors", &errors)].into_iter(), &mut out);
            }
            Self::CutOff(body, part) => {
                let mut bytes = body.bytes();
                bytes.truncate(bytes.len() * usize::from(*part) / 256);
                return bytes;
            }
            Self::WithKey(before, after) => {
                let message = Json::Text(format!("{before}{API_KEY}{after}"));
                object([("message", &message)].into_iter(), &mut out);
            }
        }
        out.into_bytes()
    }
}

#[derive(Debug, Arbitrary)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(Header, Vec<u8>)>,
    pub body: Body,
}

#[derive(Debug, Arbitrary)]
pub enum Header {
    ContentType,
    RetryAfter,
    RetryAfterMs,
    Date,
    RequestId,
    Other(String),
}

impl Header {
    fn name(&self) -> &str {
        match self {
            Self::ContentType => "content-type",
            Self::RetryAfter => "retry-after",
            Self::RetryAfterMs => "retry-after-ms",
            Self::Date => "date",
            Self::RequestId => "x-apideck-request-id",
            Self::Other(name) => name,
        }
    }
}

impl Answer {
    pub fn response(&self) -> Response<Bytes> {
        let mut response = Response::new(Bytes::from(self.body.bytes()));
        // A half of the answers claims success.
        let status = if self.status < 1 << 15 {
            200
        } else {
            self.status % 1000
        };
        *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.name().as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value)) {
                response.headers_mut().append(name, value);
            }
        }
        response
    }
}

/// Every text of an error is short, on one line and without the key.
pub fn check(error: &(dyn Error + 'static)) {
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(text.len() < 16_000, "{} bytes", text.len());
        assert!(!text.contains(API_KEY), "{text}");
        assert!(!text.contains(|c: char| c.is_control()), "{text}");
        assert!(
            !text.contains(['\u{2028}', '\u{2029}', '\u{202e}', '\u{61c}']),
            "{text}"
        );
    }
    assert!(
        error
            .source()
            .is_none_or(|source| !source.to_string().contains(API_KEY))
    );
}
