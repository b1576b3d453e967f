//! Prints the trace of a call that fails twice and then succeeds.

use apideck_vault_emulator::{Answer, Emulator};
use apideck_vault_reqwest::{CreateSession, Vault, VaultClient};
use std::error::Error;
use tracing_subscriber::fmt::format::FmtSpan;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_span_events(FmtSpan::CLOSE)
        .with_target(false)
        .init();

    let emulator = Emulator::start()?;
    emulator.script([Answer::close(), Answer::status(503)]);

    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(emulator.url())?;
    let client = VaultClient::new(vault);
    let created = client
        .create_session(CreateSession::new("test-consumer"))
        .await?;

    println!(
        "created a session of {} characters",
        created.session_uri().len()
    );
    Ok(())
}
