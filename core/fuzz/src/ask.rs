//! Requests to the emulator: good ones, with any part changed.

use apideck_vault_core::Bytes;
use apideck_vault_core::http::{HeaderName, HeaderValue, Method, Request, Uri};
use apideck_vault_core::serde_json::json;
use apideck_vault_emulator::{Emulator, Offline};
use arbitrary::Arbitrary;

use crate::example::{self, Changes};
use crate::json::Json;

const METHODS: [Method; 7] = [
    Method::POST,
    Method::GET,
    Method::PATCH,
    Method::DELETE,
    Method::HEAD,
    Method::OPTIONS,
    Method::PUT,
];

const HEADERS: [&str; 12] = [
    "authorization",
    "x-apideck-app-id",
    "x-apideck-consumer-id",
    "accept",
    "user-agent",
    "content-type",
    "x-apideck-auth-type",
    "host",
    "origin",
    "access-control-request-method",
    "content-length",
    "cookie",
];

#[derive(Debug, Arbitrary)]
pub struct Ask {
    method: Option<u8>,
    place: Place,
    query: Option<String>,
    token: Token,
    changes: Vec<(u8, Change)>,
    body: Option<Body>,
}

#[derive(Debug, Arbitrary)]
enum Body {
    Session(Changes),
    Patch(Changes),
    Other(Json),
}

#[derive(Debug, Arbitrary)]
enum Place {
    Sessions,
    Hosted,
    Connections,
    Connection(u8, Part),
    Authorize,
    Revoke,
    Callback,
    Other(String),
}

#[derive(Debug, Arbitrary)]
enum Part {
    Itself,
    Token,
    Config,
    Other(String),
}

#[derive(Debug, Arbitrary)]
enum Token {
    /// Of the session that was created last.
    Last,
    /// Of the example's session, with changed claims.
    Session(Changes),
    /// Of a link to a page that changes a connection.
    Link(Changes),
    /// A session's, with one character changed.
    Changed(u16),
    Other(String),
}

#[derive(Debug, Arbitrary)]
enum Change {
    Without,
    Twice,
    Other(String),
}

/// A request, and what it must not get.
pub struct Asked {
    pub request: Request<Bytes>,
    /// Whether its token was signed by this emulator.
    pub is_signed: bool,
}

impl Ask {
    /// `None` if HTTP cannot carry it.
    pub fn request(&self, emulator: &Offline, last: &str) -> Option<Asked> {
        let token = self.token.text(emulator, last);
        let mut request = Request::new(Bytes::from(self.body()));
        let usual = match self.place {
            Place::Sessions => Method::POST,
            Place::Connection(_, Part::Token) => Method::POST,
            Place::Connection(..) if self.body.is_some() => Method::PATCH,
            _ => Method::GET,
        };
        let method = self
            .method
            .map(|index| METHODS[usize::from(index) % METHODS.len()].clone());
        *request.method_mut() = method.unwrap_or(usual);
        *request.uri_mut() = self.uri(&token)?;
        let bearer = match self.place {
            Place::Sessions => Emulator::API_KEY,
            _ => &token,
        };
        let bearer = format!("Bearer {bearer}");
        let usual = [
            &bearer,
            Emulator::APP_ID,
            Emulator::CONSUMER_ID,
            "application/json",
            "fuzz/1",
            "application/json",
            "JWT",
            "127.0.0.1:1",
        ];
        for (name, value) in HEADERS.into_iter().zip(usual) {
            request.headers_mut().insert(
                HeaderName::from_static(name),
                HeaderValue::from_str(value).ok()?,
            );
        }
        for (name, change) in &self.changes {
            let name = HeaderName::from_static(HEADERS[usize::from(*name) % HEADERS.len()]);
            let headers = request.headers_mut();
            match change {
                Change::Without => {
                    headers.remove(&name);
                }
                Change::Twice => {
                    let value = headers.get(&name).cloned();
                    headers.append(name, value.unwrap_or(HeaderValue::from_static("x")));
                }
                Change::Other(value) => {
                    // HTTP drops blanks around a value.
                    let value = value.trim_matches([' ', '\t']);
                    headers.insert(name, HeaderValue::from_bytes(value.as_bytes()).ok()?);
                }
            }
        }
        let is_signed = emulator.verify(&token).is_some();
        Some(Asked { request, is_signed })
    }

    pub fn is_for_session(&self) -> bool {
        matches!(self.place, Place::Sessions)
    }

    fn body(&self) -> String {
        match &self.body {
            None => String::new(),
            Some(Body::Session(changes)) => changes.of(example::session()).to_string(),
            Some(Body::Patch(changes)) => changes.of(example::patch()).to_string(),
            Some(Body::Other(json)) => {
                let mut body = String::new();
                json.write(&mut body);
                body
            }
        }
    }

    fn uri(&self, token: &str) -> Option<Uri> {
        let connection = |api: &str, vendor: u8| {
            let vendor = [
                "acme",
                "bluebird",
                "cobalt",
                "dandelion",
                "evergreen",
                "none",
            ][usize::from(vendor % 6)];
            format!("/vault/connections/{api}/{vendor}-{api}")
        };
        let state = |name: &str| format!("/vault/{name}?state={token}&");
        let path = match &self.place {
            Place::Sessions => "/vault/sessions".to_owned(),
            Place::Hosted => format!("/session/{token}"),
            Place::Connections => "/vault/connections".to_owned(),
            Place::Connection(vendor, part) => {
                let base = connection("crm", *vendor);
                match part {
                    Part::Itself => base,
                    Part::Token => format!("{base}/token"),
                    Part::Config => format!("{base}/leads/config"),
                    Part::Other(more) => format!("{base}/{more}"),
                }
            }
            Place::Authorize => state("authorize/bluebird-crm/app"),
            Place::Revoke => state("revoke/bluebird-crm/app"),
            Place::Callback => state("callback"),
            Place::Other(target) => target.clone(),
        };
        let query = self.query.as_deref().map(|query| format!("?{query}"));
        format!("{path}{}", query.unwrap_or_default()).parse().ok()
    }
}

impl Token {
    fn text(&self, emulator: &Offline, last: &str) -> String {
        let session = || {
            let mut claims = example::session();
            claims["application_id"] = Emulator::APP_ID.into();
            claims["consumer_id"] = Emulator::CONSUMER_ID.into();
            claims["exp"] = u64::MAX.into();
            claims
        };
        match self {
            Self::Last => last.to_owned(),
            Self::Session(changes) => emulator.sign(&changes.of(session())),
            Self::Link(changes) => emulator.sign(&changes.of(json!({
                "change": "authorize", "for": Emulator::CONSUMER_ID, "unified_api": "crm",
                "service_id": "bluebird-crm", "back": "https://mysaas.com", "exp": u64::MAX,
            }))),
            Self::Changed(index) => {
                let token = emulator.sign(&session());
                let index = usize::from(*index) % token.len();
                // Not a change of the bits that Base64 ignores at the end of a part.
                let other = if &token[index..=index] == "A" {
                    "Q"
                } else {
                    "A"
                };
                [&token[..index], other, &token[index + 1..]].concat()
            }
            Self::Other(text) => text.clone(),
        }
    }
}
