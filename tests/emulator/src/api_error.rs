use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;

use crate::exchange::shown;

/// An error in the API's format.
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    type_name: String,
    message: String,
    detail: String,
}

impl ApiError {
    fn new(status: StatusCode, type_name: &str, message: &str, detail: impl Into<String>) -> Self {
        Self {
            status,
            type_name: type_name.to_owned(),
            message: message.to_owned(),
            detail: detail.into(),
        }
    }

    /// 400 for a bad header.
    pub(crate) fn header(detail: impl Into<String>) -> Self {
        let type_name = "RequestHeadersValidationError";
        Self::new(StatusCode::BAD_REQUEST, type_name, "Invalid Params", detail)
    }

    /// 400 for a bad body.
    pub(crate) fn body(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "RequestValidationError",
            "Invalid Params",
            detail,
        )
    }

    /// 401.
    pub(crate) fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "UnauthorizedError",
            "Unauthorized Request",
            detail,
        )
    }

    /// 413.
    pub(crate) fn too_large(most_bytes: usize) -> Self {
        Self {
            detail: format!("The body is larger than {most_bytes} bytes"),
            ..Self::of_status(StatusCode::PAYLOAD_TOO_LARGE)
        }
    }

    /// 422.
    pub(crate) fn unprocessable(detail: impl Into<String>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::new(status, "InvalidStateError", "Invalid State", detail)
    }

    /// 404 for something that a served path does not lead to.
    pub(crate) fn not_found(message: &str, detail: impl Into<String>) -> Self {
        let status = StatusCode::NOT_FOUND;
        Self::new(status, "EntityNotFoundError", message, detail)
    }

    /// 404 for a path that is not served.
    pub(crate) fn unknown_path(path: &str) -> Self {
        Self::not_found("Unknown Path", format!("Nothing is at {}", shown(path)))
    }

    /// 500 for a script that asks for something that cannot be sent.
    pub(crate) fn script(mistake: &str) -> Self {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Self::new(
            status,
            "EmulatorScriptError",
            "The emulator's script has a mistake",
            mistake,
        )
    }

    /// The API's error for a status, or a plausible one if the API documents none.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let (type_name, message, detail) = match status.as_u16() {
            400 => (
                "RequestValidationError",
                "Invalid Params",
                "Missing property foobar",
            ),
            401 => (
                "UnauthorizedError",
                "Unauthorized Request",
                "Missing authentication",
            ),
            402 => (
                "RequestLimitError",
                "Request Limit Reached",
                "You have reached your limit of 2000",
            ),
            404 => (
                "EntityNotFoundError",
                "Unknown Widget",
                "Could not find widget with id: '123'",
            ),
            422 => (
                "InvalidStateError",
                "Invalid State",
                "Unprocessable request, please verify your request headers and body.",
            ),
            429 => (
                "ConnectorRateLimitError",
                "Too Many Requests",
                "Rate limit exceeded",
            ),
            500 => (
                "InternalServerError",
                "Internal Server Error",
                "Something went wrong",
            ),
            503 => (
                "ServiceUnavailableError",
                "Service Unavailable",
                "Try again later",
            ),
            _ => return Self::plausible(status),
        };
        Self::new(status, type_name, message, detail)
    }

    fn plausible(status: StatusCode) -> Self {
        let reason = reason(status);
        let mut type_name: String = reason.chars().filter(char::is_ascii_alphanumeric).collect();
        if !type_name.ends_with("Error") {
            type_name.push_str("Error");
        }
        Self::new(
            status,
            &type_name,
            reason,
            format!("Answered with status {}", status.as_u16()),
        )
    }

    /// What is wrong, in a line for a log.
    pub(crate) fn problem(&self) -> String {
        format!("{}: {}", self.message, self.detail)
    }

    /// The body as JSON.
    pub(crate) fn to_json(&self) -> Bytes {
        json(&Body {
            status_code: self.status.as_u16(),
            error: reason(self.status),
            type_name: &self.type_name,
            message: &self.message,
            detail: &self.detail,
            reference: format!(
                "https://developers.apideck.com/errors#{}",
                self.type_name.to_lowercase()
            ),
        })
    }
}

#[derive(Serialize)]
struct Body<'a> {
    status_code: u16,
    error: &'a str,
    type_name: &'a str,
    message: &'a str,
    detail: &'a str,
    #[serde(rename = "ref")]
    reference: String,
}

/// HTTP's name for a status.
pub(crate) fn reason(status: StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or("Unknown Status")
}

/// JSON with the fields in the order in which they are declared.
pub(crate) fn json(value: &impl Serialize) -> Bytes {
    // This cannot fail for structs of strings and numbers, and nothing else is passed here.
    serde_json::to_vec(value)
        .map(Bytes::from)
        .unwrap_or_default()
}
