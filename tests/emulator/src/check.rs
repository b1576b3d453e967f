//! What the API requires of a request, going by the contract alone.

pub(crate) mod headers;
mod session;

use std::time::Duration;

use serde_json::{Map, Value};

use crate::RecordedRequest;
use crate::api_error::ApiError;
use crate::state::Settings;

/// What a valid request asks for.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) application_id: String,
    pub(crate) consumer_id: String,
    pub(crate) session: Map<String, Value>,
    pub(crate) session_length: Duration,
}

/// Checks a request for a session; the error is the first problem found.
pub(crate) fn check(request: &RecordedRequest, settings: &Settings) -> Result<Accepted, ApiError> {
    let ids = headers::check(&request.headers, request.body.is_empty(), settings.any_key)?;
    let session = session::parse(&request.body, settings.longest_session)?;
    let session_length = session::length(&session).min(settings.longest_session);
    Ok(Accepted {
        application_id: ids.application.to_owned(),
        consumer_id: ids.consumer.to_owned(),
        session,
        session_length,
    })
}
