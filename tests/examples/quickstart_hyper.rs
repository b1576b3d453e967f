//! Creates a session and prints where to send the consumer: async, on hyper.

use apideck_vault_hyper::{CreateSession, Session, SessionLength, SessionSettings};
use apideck_vault_hyper::{Theme, UnifiedApiId, VaultClient};
use apideck_vault_tests::quickstart::Quickstart;
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
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
    let result = client.send(create).await;

    quickstart.end(result)
}
