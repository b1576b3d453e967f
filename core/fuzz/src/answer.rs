//! Answers of a server.

use apideck_vault_core::Bytes;
use apideck_vault_core::http::{HeaderName, HeaderValue, Response, StatusCode};
use arbitrary::{Arbitrary, Unstructured};

use crate::json::{Json, Name, object};

#[derive(Debug, Arbitrary)]
pub struct Answer {
    status: u16,
    headers: Vec<(Header, String)>,
    body: Body,
}

#[derive(Debug, Arbitrary)]
enum Header {
    ContentType,
    RetryAfter,
    RetryAfterMs,
    Date,
    RequestId,
    Other(String),
}

#[derive(Debug, Arbitrary)]
enum Body {
    Text(String),
    Json(Json),
    Fields(Vec<(Name, Json)>),
    Session {
        uri: String,
        token: String,
        more: Vec<(Name, Json)>,
    },
    CutOff(Box<Body>, u8),
}

impl Answer {
    /// As the text of a seed, which begins with three digits, or else made from parts.
    pub fn read(data: &[u8]) -> Option<Response<Bytes>> {
        if data
            .get(..3)
            .is_some_and(|start| start.iter().all(u8::is_ascii_digit))
        {
            return read_text(data);
        }
        let answer = Self::arbitrary_take_rest(Unstructured::new(data));
        answer.ok().map(|answer| answer.response())
    }

    pub fn response(&self) -> Response<Bytes> {
        // A half of the answers claims success.
        let status = if self.status < 1 << 15 {
            200
        } else {
            self.status % 1000
        };
        let headers = self.headers.iter();
        let headers = headers.map(|(name, value)| (name.name().as_bytes(), value.as_bytes()));
        response(status, headers, self.body.bytes())
    }
}

/// The status, a line for each header, an empty line, and the body.
fn read_text(data: &[u8]) -> Option<Response<Bytes>> {
    let end = data.windows(2).position(|pair| pair == b"\n\n")?;
    let (head, body) = (&data[..end], &data[end + 2..]);
    let mut lines = head.split(|byte| *byte == b'\n');
    let status = str::from_utf8(lines.next()?).ok()?.parse().ok()?;
    let headers = lines.filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        Some((&line[..colon], line[colon + 1..].trim_ascii()))
    });
    Some(response(status, headers, body.to_vec()))
}

fn response<'a>(
    status: u16,
    headers: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    body: Vec<u8>,
) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name);
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value)) {
            response.headers_mut().append(name, value);
        }
    }
    response
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

impl Body {
    fn bytes(&self) -> Vec<u8> {
        let mut out = String::new();
        match self {
            Self::Text(text) => out.push_str(text),
            Self::Json(json) => json.write(&mut out),
            Self::Fields(fields) => object(fields, &mut out),
            Self::Session { uri, token, more } => {
                let data = [
                    ("session_uri", format!("https://{uri}")),
                    ("session_token", token.clone()),
                ];
                let data =
                    data.map(|(name, text)| (Name::Other(name.to_owned()), Json::Text(text)));
                let data = (Name::Other("data".to_owned()), Json::Object(data.into()));
                object([&data].into_iter().chain(more), &mut out);
            }
            Self::CutOff(body, part) => {
                let mut bytes = body.bytes();
                bytes.truncate(bytes.len() * usize::from(*part) / 256);
                return bytes;
            }
        }
        out.into_bytes()
    }
}
