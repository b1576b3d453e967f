use std::time::Duration;

use http::Uri;
use serde_json::{Map, Value};

use crate::api_error::ApiError;

type Checked = Result<(), ApiError>;

/// Checks a field's value. It takes the field's path as well, to name it in the error.
type Rule = fn(&str, &Value) -> Checked;

type Fields = &'static [(&'static str, Rule)];

const SESSION: Fields = &[
    ("consumer_metadata", |path, value| {
        open(path, value, CONSUMER_METADATA)
    }),
    ("redirect_uri", string),
    ("settings", |path, value| closed(path, value, SETTINGS)),
    ("theme", |path, value| open(path, value, THEME)),
    ("custom_consumer_settings", |path, value| {
        object(path, value).map(drop)
    }),
];

const CONSUMER_METADATA: Fields = &[
    ("account_name", string),
    ("user_name", string),
    ("email", string),
    ("image", url),
];

const SETTINGS: Fields = &[
    ("unified_apis", |path, value| each(path, value, string)),
    ("hide_resource_settings", boolean),
    ("sandbox_mode", boolean),
    ("isolation_mode", boolean),
    ("session_length", session_length),
    ("show_logs", boolean),
    ("show_suggestions", boolean),
    ("show_sidebar", boolean),
    ("auto_redirect", boolean),
    ("hide_guides", boolean),
    ("allow_actions", |path, value| {
        each(path, value, allow_action)
    }),
];

const THEME: Fields = &[
    ("favicon", string),
    ("logo", string),
    ("primary_color", string),
    ("sidepanel_background_color", string),
    ("sidepanel_text_color", string),
    ("vault_name", string),
    ("privacy_url", string),
    ("terms_url", string),
];

const ALLOW_ACTIONS: [&str; 4] = ["delete", "disconnect", "reauthorize", "disable"];

const DEFAULT_LENGTH: Duration = Duration::from_secs(60 * 60);

/// The session that a body describes; an empty one if there is no body.
pub(super) fn parse(body: &[u8], longest: Duration) -> Result<Map<String, Value>, ApiError> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let session: Value = serde_json::from_slice(body)
        .map_err(|error| ApiError::body(format!("Invalid JSON: {error}")))?;
    closed("", &session, SESSION)?;
    let Value::Object(session) = session else {
        return Err(wrong_type("", "an object"));
    };
    // A session that does not say how long it should last gets what there is.
    if requested_length(&session).is_some_and(|length| length > longest) {
        let limit = match longest.as_secs() {
            604_800 => "at most one week".to_owned(),
            seconds => format!("at most {seconds}s"),
        };
        return Err(wrong_value("settings.session_length", &limit));
    }
    Ok(session)
}

/// How long a valid session lasts.
pub(super) fn length(session: &Map<String, Value>) -> Duration {
    requested_length(session).unwrap_or(DEFAULT_LENGTH)
}

fn requested_length(session: &Map<String, Value>) -> Option<Duration> {
    session
        .get("settings")
        .and_then(|settings| settings.get("session_length"))
        .and_then(Value::as_str)
        .and_then(parse_length)
}

/// An object that may have these fields and no others.
fn closed(path: &str, value: &Value, fields: Fields) -> Checked {
    for name in object(path, value)?.keys() {
        if !fields.iter().any(|(known, _)| known == name) {
            return Err(ApiError::body(format!(
                "Unknown Property: {}",
                join(path, name)
            )));
        }
    }
    open(path, value, fields)
}

/// An object that may have these fields and any others.
fn open(path: &str, value: &Value, fields: Fields) -> Checked {
    let object = object(path, value)?;
    for (name, rule) in fields {
        if let Some(value) = object.get(*name) {
            rule(&join(path, name), value)?;
        }
    }
    Ok(())
}

fn object<'a>(path: &str, value: &'a Value) -> Result<&'a Map<String, Value>, ApiError> {
    value
        .as_object()
        .ok_or_else(|| wrong_type(path, "an object"))
}

fn each(path: &str, value: &Value, rule: Rule) -> Checked {
    let items = value
        .as_array()
        .ok_or_else(|| wrong_type(path, "an array"))?;
    for (position, item) in items.iter().enumerate() {
        rule(&format!("{path}[{position}]"), item)?;
    }
    Ok(())
}

fn boolean(path: &str, value: &Value) -> Checked {
    if value.is_boolean() {
        Ok(())
    } else {
        Err(wrong_type(path, "a boolean"))
    }
}

fn string(path: &str, value: &Value) -> Checked {
    text(path, value).map(drop)
}

fn text<'a>(path: &str, value: &'a Value) -> Result<&'a str, ApiError> {
    value.as_str().ok_or_else(|| wrong_type(path, "a string"))
}

fn url(path: &str, value: &Value) -> Checked {
    let absolute = text(path, value)?
        .parse::<Uri>()
        .is_ok_and(|url| url.scheme().is_some() && url.host().is_some_and(|host| !host.is_empty()));
    if absolute {
        Ok(())
    } else {
        Err(wrong_value(path, "an absolute URL"))
    }
}

fn allow_action(path: &str, value: &Value) -> Checked {
    if ALLOW_ACTIONS.contains(&text(path, value)?) {
        Ok(())
    } else {
        Err(wrong_value(
            path,
            &format!("one of {}", ALLOW_ACTIONS.join(", ")),
        ))
    }
}

fn session_length(path: &str, value: &Value) -> Checked {
    match parse_length(text(path, value)?) {
        Some(length) if length.is_zero() => Err(wrong_value(path, "above zero")),
        Some(_) => Ok(()),
        None => Err(wrong_value(path, "a number and one of s, m, h, d, w")),
    }
}

/// A number and a unit; a number that is too large for the type counts as its largest value.
fn parse_length(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let number = text.strip_suffix(unit)?;
    let seconds: u64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        'w' => 7 * 24 * 60 * 60,
        _ => return None,
    };
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = number.parse().unwrap_or(u64::MAX);
    Some(Duration::from_secs(seconds.saturating_mul(number)))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

fn wrong_type(path: &str, wanted: &str) -> ApiError {
    let path = if path.is_empty() { "the body" } else { path };
    ApiError::body(format!("Invalid Type: {path} must be {wanted}"))
}

fn wrong_value(path: &str, wanted: &str) -> ApiError {
    ApiError::body(format!("Invalid Value: {path} must be {wanted}"))
}
