//! Who calls: the consumer's browser, with a session token, or a backend, with its API key.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::RecordedRequest;
use crate::api_error::ApiError;
use crate::check::headers::{bearer, check, required};
use crate::state::State;
use crate::token::Mint;

/// How long the links in an answer to a backend work, in seconds: as long as those of a usual session.
const AN_HOUR: u64 = 60 * 60;

/// A session that is still valid, as its token says. For a backend, one without settings.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) application_id: String,
    pub(crate) consumer_id: String,
    pub(crate) claims: Value,
}

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Invalid {
    /// It was not signed here, or is no session's.
    Forged,
    /// Its time is over.
    Expired,
}

impl Session {
    /// Reads a session token.
    pub(crate) fn read(mint: &Mint, token: &str) -> Result<Self, Invalid> {
        let claims = mint.verify(token).ok_or(Invalid::Forged)?;
        let id = |name: &str| {
            let id = claims.get(name).and_then(Value::as_str);
            id.map(str::to_owned).ok_or(Invalid::Forged)
        };
        let (application_id, consumer_id) = (id("application_id")?, id("consumer_id")?);
        let expires = claims.get("exp").and_then(Value::as_u64).unwrap_or(0);
        if expires <= now() {
            return Err(Invalid::Expired);
        }
        Ok(Self {
            application_id,
            consumer_id,
            claims,
        })
    }

    /// The session that a request carries the token of.
    pub(super) fn of(request: &RecordedRequest, state: &State) -> Result<Self, ApiError> {
        let headers = &request.headers;
        if !headers.contains_key("x-apideck-auth-type") {
            let ids = check(headers, request.body.is_empty(), state.settings().any_key)?;
            return Ok(Self {
                application_id: ids.application.to_owned(),
                consumer_id: ids.consumer.to_owned(),
                claims: json!({"exp": now().saturating_add(AN_HOUR)}),
            });
        }
        let token = bearer(headers)?;
        let kind = required(headers, "x-apideck-auth-type")?;
        if !kind.eq_ignore_ascii_case("JWT") {
            let detail = "The emulator knows only x-apideck-auth-type: JWT";
            return Err(ApiError::unauthorized(detail));
        }
        let session = Self::read(state.mint(), token).map_err(|invalid| {
            ApiError::unauthorized(match invalid {
                Invalid::Forged => "Invalid session token",
                Invalid::Expired => "The session token has expired",
            })
        })?;
        if required(headers, "x-apideck-app-id")? != session.application_id {
            return Err(ApiError::unauthorized(
                "The session is another application's",
            ));
        }
        if required(headers, "x-apideck-consumer-id")? != session.consumer_id {
            return Err(ApiError::unauthorized("The session is another consumer's"));
        }
        Ok(session)
    }

    /// Whether the session shows this unified API: those in its settings, or all if it names none.
    pub(crate) fn shows(&self, unified_api: &str) -> bool {
        let asked = self.claims.pointer("/settings/unified_apis");
        match asked.and_then(Value::as_array) {
            Some(asked) if !asked.is_empty() => asked.iter().any(|one| one == unified_api),
            _ => true,
        }
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs()
}
