//! Creates a session and prints where to send the consumer: blocking, on ureq.

use apideck_vault_tests::quickstart::Quickstart;
use apideck_vault_ureq::{CreateSession, Session, SessionLength, SessionSettings};
use apideck_vault_ureq::{Theme, UnifiedApiId, VaultClient};
use std::process::ExitCode;

fn main() -> ExitCode {
    let quickstart = match Quickstart::begin() {
        Ok(quickstart) => quickstart,
        Err(code) => return code,
    };

    let client = VaultClient::new(quickstart.vault.clone());
    let session = Session::new()
        .redirect_uri("https://mysaas.com/dashboard")
        .settings(
            SessionSettings::new()
                .unified_apis([UnifiedApiId::Crm])
                .session_length(SessionLength::minutes(30)),
        )
        .theme(Theme::new().vault_name("Intercom").primary_color("#286efa"))
        .custom_consumer_setting("feature_flag_1", true);
    let create = CreateSession::new(&quickstart.consumer_id).session(session);
    let result = client.send(create);

    quickstart.end(result)
}
