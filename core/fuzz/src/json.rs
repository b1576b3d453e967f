//! JSON made from fuzzed parts, and some that is none.

use apideck_vault_core::serde_json::Value;
use arbitrary::Arbitrary;

use crate::API_KEY;
use crate::echo::Echo;

/// The names of the contract's fields, of a token's claims, and of what the emulator's front end sends.
const NAMES: [&str; 48] = [
    "status_code",
    "status",
    "data",
    "_raw",
    "error",
    "type_name",
    "message",
    "detail",
    "ref",
    "downstream_errors",
    "code",
    "session_uri",
    "session_token",
    "consumer_metadata",
    "account_name",
    "user_name",
    "email",
    "image",
    "redirect_uri",
    "settings",
    "unified_apis",
    "show_logs",
    "session_length",
    "allow_actions",
    "theme",
    "logo",
    "primary_color",
    "sidepanel_background_color",
    "vault_name",
    "privacy_url",
    "terms_url",
    "custom_consumer_settings",
    "application_id",
    "consumer_id",
    "exp",
    "iat",
    "enabled",
    "metadata",
    "configuration",
    "defaults",
    "id",
    "value",
    "api_key",
    "change",
    "for",
    "unified_api",
    "service_id",
    "back",
];

/// Texts that mean something in one of those fields.
const WORDS: [&str; 24] = [
    "crm",
    "accounting",
    "acme-crm",
    "bluebird-crm",
    "cobalt-crm",
    "dandelion-crm",
    "evergreen-crm",
    "leads",
    "authorize",
    "revoke",
    "test-consumer",
    "30m",
    "1w",
    "0s",
    "delete",
    "disconnect",
    "invalid",
    "#286efa",
    "tomato",
    "rgb(40 110 250 / 50%)",
    "https://mysaas.com/dashboard",
    "data:image/png;base64,AA",
    "javascript:alert(1)",
    "\"><script>'&amp;</style>",
];

/// Texts that mean something in one field alone, or are refused there.
const WORDS_OF: [(&str, &[&str]); 8] = [
    (
        "session_length",
        &[
            "90s",
            "030m",
            "36h",
            "7d",
            "1w",
            "8d",
            "0s",
            "1y",
            "m",
            "99999999999999999999s",
        ],
    ),
    (
        "allow_actions",
        &["delete", "disconnect", "reauthorize", "disable", "fly"],
    ),
    ("primary_color", &COLORS),
    ("sidepanel_background_color", &COLORS),
    ("redirect_uri", &URLS),
    ("image", &URLS),
    ("vault_name", &["\"><script>'&amp;</style>", "Intercom"]),
    ("user_name", &["\"><script>'&amp;</style>", "Elon Musk"]),
];
const COLORS: [&str; 5] = [
    "#286efa",
    "tomato",
    "rgb(40 110 250 / 50%)",
    "hsl(1 2 3);x:y",
    "url(//a)",
];
const URLS: [&str; 4] = [
    "https://mysaas.com/dashboard?a=b&c=<d>",
    "javascript:alert(1)",
    "mysaas.com",
    "http://[::1]/",
];

/// Where lists end: lists of lists of lists would have no end.
const MOST_BYTES: usize = 100_000;

#[derive(Debug, Arbitrary)]
pub enum Name {
    Known(u8),
    Other(String),
}

impl Name {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(index) => NAMES[usize::from(*index) % NAMES.len()],
            Self::Other(name) => name,
        }
    }
}

#[derive(Debug, Arbitrary)]
pub enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Integer(i64),
    /// Written as it is.
    Plain(String),
    Text(String),
    Word(u8),
    Echo(String, Echo, String),
    Array(Vec<Json>),
    Object(Vec<(Name, Json)>),
    Repeated(Box<Json>, u8),
    Deep(u16),
}

impl Json {
    pub fn write(&self, out: &mut String) {
        self.write_in("", out);
    }

    /// Writes it as a part of the field with this name.
    pub fn write_in(&self, field: &str, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(&value.to_string()),
            Self::Number(value) => out.push_str(&value.to_string()),
            Self::Integer(value) => out.push_str(&value.to_string()),
            Self::Plain(text) => out.push_str(text),
            Self::Text(text) => quote(text, out),
            Self::Word(index) => {
                let of_field = WORDS_OF.iter().find(|(name, _)| *name == field);
                let words = of_field.map_or(&WORDS[..], |(_, words)| words);
                quote(words[usize::from(*index) % words.len()], out);
            }
            Self::Echo(before, echo, after) => {
                quote(&format!("{before}{}{after}", echo.of(API_KEY)), out);
            }
            Self::Array(values) => array(field, values, out),
            Self::Object(fields) => object(fields, out),
            Self::Repeated(value, times) => {
                let values = (0..*times).map(|_| &**value);
                array(field, values, out);
            }
            Self::Deep(depth) => {
                out.push_str(&"[".repeat(usize::from(*depth)));
                out.push_str(&"]".repeat(usize::from(*depth)));
            }
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push_str(&Value::from(text).to_string());
}

fn array<'a>(field: &str, values: impl IntoIterator<Item = &'a Json>, out: &mut String) {
    out.push('[');
    for (index, value) in values.into_iter().enumerate() {
        if out.len() > MOST_BYTES {
            break;
        }
        out.push_str(if index == 0 { "" } else { "," });
        value.write_in(field, out);
    }
    out.push(']');
}

pub fn object<'a>(fields: impl IntoIterator<Item = &'a (Name, Json)>, out: &mut String) {
    out.push('{');
    for (index, (name, value)) in fields.into_iter().enumerate() {
        out.push_str(if index == 0 { "" } else { "," });
        quote(name.as_str(), out);
        out.push(':');
        value.write_in(name.as_str(), out);
    }
    out.push('}');
}
