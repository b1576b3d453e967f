//! What the API requires of a request, going by the contract alone.

pub(crate) mod headers;
mod session;

use std::time::Duration;

use serde_json::{Map, Value};

use crate::RecordedRequest;
use crate::api_error::ApiError;

/// What a valid request asks for.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub(crate) consumer_id: String,
    pub(crate) session: Map<String, Value>,
    pub(crate) session_length: Duration,
}

/// Checks a request for a session; the error is the first problem found.
pub(crate) fn check(request: &RecordedRequest) -> Result<Accepted, ApiError> {
    let consumer_id = headers::check(&request.headers, request.body.is_empty())?.to_owned();
    let session = session::parse(&request.body)?;
    let session_length = session::length(&session);
    Ok(Accepted {
        consumer_id,
        session,
        session_length,
    })
}
