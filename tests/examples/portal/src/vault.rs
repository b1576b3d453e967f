//! What Larkspur asks of Vault, and what it tells a person when that fails.

use std::time::Duration;

use apideck_vault_reqwest::{
    CallError, ClientSettings, ConsumerMetadata, CreateSession, Event, Session, SessionSettings,
    Theme, UnifiedApiId, Vault, VaultClient,
};
use axum::http::StatusCode;
use serde::Serialize;

use crate::customers::Customer;
use crate::pages::LOGO;

/// How long a person waits for a page before giving up on it.
const PATIENCE: Duration = Duration::from_secs(6);

pub(crate) fn client(vault: Vault) -> VaultClient {
    VaultClient::new(ClientSettings::from(vault).deadline(PATIENCE).observer(log))
}

/// One line for each call.
fn log(event: &Event<'_>) {
    if let Event::CallEnded {
        attempts,
        elapsed,
        outcome,
        cause,
        ..
    } = event
    {
        match (outcome, cause) {
            (Ok(status), _) => tracing::info!(attempts, ?elapsed, %status, "session created"),
            (Err(gave_up), Some(cause)) => {
                tracing::warn!(attempts, ?elapsed, %cause, ?gave_up, "no session");
            }
            (Err(gave_up), None) => tracing::warn!(attempts, ?elapsed, ?gave_up, "no session"),
        }
    }
}

/// A session for this customer, whatever the browser says.
pub(crate) fn session_for(customer: &Customer, portal: &str) -> CreateSession {
    let session = Session::new()
        .consumer_metadata(
            ConsumerMetadata::new()
                .account_name(customer.company.to_owned())
                .user_name(customer.person.to_owned())
                .email(customer.email.to_owned())
                .image(format!("{portal}{}", customer.face())),
        )
        .redirect_uri(format!("{portal}/?returned"))
        .settings(
            SessionSettings::new().unified_apis([UnifiedApiId::Crm, UnifiedApiId::Accounting]),
        )
        .theme(
            Theme::new()
                .vault_name("Larkspur")
                .logo(LOGO)
                .primary_color("#3f4fc4")
                .sidepanel_background_color("#232a5c")
                .sidepanel_text_color("#ffffff"),
        );
    CreateSession::new(customer.id).session(session)
}

/// What a person is told when there is no session.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(skip)]
    pub(crate) status: StatusCode,
    #[serde(skip)]
    pub(crate) retry_after: Option<Duration>,
    pub(crate) title: &'static str,
    pub(crate) advice: String,
}

impl Problem {
    /// Whose fault it was, and what the person can do. Apideck's own words are for the log.
    pub(crate) fn of(error: &CallError) -> Self {
        let api = error.api_error();
        let reference = api.and_then(|api| api.request_id());
        let support = match reference {
            Some(id) => format!("write to help@larkspur.example and mention {id}"),
            None => "write to help@larkspur.example".to_owned(),
        };
        let (status, title, advice) = if api.is_some_and(|api| api.is_too_many_requests()) {
            let wait = match error.retry_after() {
                Some(wait) if wait > Duration::from_secs(90) => {
                    format!("in {} minutes", wait.as_secs().div_ceil(60))
                }
                Some(wait) => format!("in {} seconds", wait.as_secs().max(1)),
                None => "in a minute".to_owned(),
            };
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "Many people are opening their integrations right now",
                format!("Please try again {wait}."),
            )
        } else if api.is_some_and(|api| api.is_payment_required()) {
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Larkspur has reached the limit of its plan for integrations",
                format!("This is ours to fix, not yours. If it is urgent, {support}."),
            )
        } else if error.is_retryable() {
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "Your integrations are out of reach at the moment",
                format!("Please try again in a few minutes. If that does not help, {support}."),
            )
        } else {
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Larkspur is not set up correctly for integrations",
                format!("Trying again will not help. To let us know, {support}."),
            )
        };
        Self {
            status,
            retry_after: error.retry_after(),
            title,
            advice,
        }
    }
}
