//! One call of the contract: its request and its responses.

use apideck_vault_core::{
    ConsumerMetadata, CreateSession, Session, SessionLength, SessionSettings, Theme, UnifiedApiId,
};
use bytes::Bytes;
use serde_json::json;

/// The API key of the examples.
pub const API_KEY: &str = "sk_live_0123456789abcdefghijklmnopqrstuvwxyz";
/// The application ID of the contract's example.
pub const APP_ID: &str = "dSBdXd2H6Mqwfg0atXHXYcysLJE9qyn1VwBtXHX";
/// The consumer ID of the contract's example.
pub const CONSUMER_ID: &str = "test-consumer";

/// The contract's full example: 777 bytes of JSON.
pub fn session() -> Session {
    let icon = "https://res.cloudinary.com/apideck/icons/intercom";
    Session::new()
        .consumer_metadata(
            ConsumerMetadata::new()
                .account_name("SpaceX")
                .user_name("Elon Musk")
                .email("elon@musk.com")
                .image("https://www.spacex.com/static/images/share.jpg"),
        )
        .redirect_uri("https://mysaas.com/dashboard")
        .settings(
            SessionSettings::new()
                .unified_apis([UnifiedApiId::Crm])
                .session_length(SessionLength::minutes(30)),
        )
        .theme(
            Theme::new()
                .favicon(icon)
                .logo(icon)
                .primary_color("#286efa")
                .sidepanel_background_color("#286efa")
                .sidepanel_text_color("#FFFFFF")
                .vault_name("Intercom")
                .privacy_url("https://compliance.apideck.com/privacy-policy")
                .terms_url(
                    "https://www.termsfeed.com/terms-conditions/957c85c1b089ae9e3219c83eff65377e",
                ),
        )
        .custom_consumer_setting("feature_flag_1", true)
        .custom_consumer_setting(
            "tax_rates",
            json!([{"id": "6", "label": "6%"}, {"id": "21", "label": "21%"}]),
        )
}

/// A call with the full example.
pub fn create() -> CreateSession {
    CreateSession::new(CONSUMER_ID).session(session())
}

/// A success of 2.2 KB, most of which is the token.
pub fn created() -> Bytes {
    let token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.".repeat(28);
    json!({
        "status_code": 200,
        "status": "OK",
        "data": {
            "session_uri": format!("https://vault.apideck.com/session/{token}"),
            "session_token": token,
        },
        "_raw": null,
    })
    .to_string()
    .into()
}

/// The body of an error as the API sends it; `None` for a status that it does not document.
pub fn refused(status: u16) -> Option<Bytes> {
    let (error, type_name, detail) = match status {
        400 => ("Bad Request", "RequestValidationError", "Invalid Params"),
        401 => (
            "Unauthorized",
            "UnauthorizedError",
            "Missing authentication",
        ),
        402 => (
            "Payment Required",
            "RequestLimitError",
            "You have reached your limit of 2000",
        ),
        404 => ("Not Found", "EntityNotFoundError", "Unknown application"),
        422 => (
            "Unprocessable request",
            "InvalidStateError",
            "Invalid State",
        ),
        429 => ("Too Many Requests", "TooManyRequestsError", "Slow down"),
        503 => (
            "Service Unavailable",
            "ServiceUnavailableError",
            "Try again",
        ),
        _ => return None,
    };
    let body = json!({
        "status_code": status,
        "error": error,
        "type_name": type_name,
        "message": format!("{error}: the request was not carried out"),
        "detail": detail,
        "ref": format!("https://developers.apideck.com/errors#{}", type_name.to_lowercase()),
    });
    Some(body.to_string().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_has_the_contracts_length() {
        assert_eq!(serde_json::to_vec(&session()).unwrap().len(), 777);
    }

    #[test]
    fn the_success_has_some_2200_bytes() {
        let bytes = created().len();
        assert!((2100..2300).contains(&bytes), "{bytes}");
    }
}
