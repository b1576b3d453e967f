use http::HeaderMap;

use crate::Emulator;
use crate::api_error::ApiError;

/// Whose session it is.
pub(crate) struct Ids<'a> {
    pub(crate) application: &'a str,
    pub(crate) consumer: &'a str,
}

/// Checks all headers and returns the ids in them.
pub(crate) fn check(
    headers: &HeaderMap,
    empty_body: bool,
    any_key: bool,
) -> Result<Ids<'_>, ApiError> {
    if bearer(headers)? != Emulator::API_KEY && !any_key {
        return Err(ApiError::unauthorized("Invalid API key"));
    }
    let application = required(headers, "x-apideck-app-id")?;
    if application != Emulator::APP_ID && !any_key {
        return Err(ApiError::unauthorized("Unknown application"));
    }
    let consumer = required(headers, "x-apideck-consumer-id")?;
    accept(headers)?;
    required(headers, "user-agent")?;
    if !empty_body {
        let content_type = required(headers, "content-type")?;
        if !is_json(content_type) {
            return Err(invalid("content-type"));
        }
    }
    Ok(Ids {
        application,
        consumer,
    })
}

/// The token in `authorization`.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<&str, ApiError> {
    let Some(value) = single(headers, "authorization")? else {
        return Err(ApiError::unauthorized("Missing authentication"));
    };
    // RFC 9110 makes the scheme's name case-insensitive; the token is not.
    value
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim_start_matches(' '))
        .ok_or_else(|| ApiError::unauthorized("The authentication is not a bearer token"))
}

fn accept(headers: &HeaderMap) -> Result<(), ApiError> {
    let mut ranges = headers
        .get_all("accept")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(essence)
        .filter(|range| !range.is_empty())
        .peekable();
    if ranges.peek().is_none() {
        return Err(missing("accept"));
    }
    let wanted = ["application/json", "application/*", "*/*"];
    if ranges.any(|range| wanted.iter().any(|one| range.eq_ignore_ascii_case(one))) {
        Ok(())
    } else {
        Err(invalid("accept"))
    }
}

fn is_json(content_type: &str) -> bool {
    essence(content_type).eq_ignore_ascii_case("application/json")
}

/// A media type without its parameters.
fn essence(media_type: &str) -> &str {
    media_type.split(';').next().unwrap_or_default().trim()
}

/// A header that must be there and must not be empty.
pub(crate) fn required<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, ApiError> {
    single(headers, name)?
        .filter(|value| !value.is_empty())
        .ok_or_else(|| missing(name))
}

/// A header that may appear only once: duplicates are how requests get smuggled.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, ApiError> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(ApiError::header(format!("Duplicate Header: {name}")));
    }
    std::str::from_utf8(value.as_bytes())
        .map(Some)
        .map_err(|_| invalid(name))
}

fn missing(name: &str) -> ApiError {
    ApiError::header(format!("Missing Header: {name}"))
}

/// Leaves out the value, which may be a secret.
fn invalid(name: &str) -> ApiError {
    ApiError::header(format!("Invalid Header: {name}"))
}
