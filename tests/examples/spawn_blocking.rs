//! ureq from async code: a call on tokio's threads for blocking work.
//!
//! A blocking call cannot be canceled: if the future is dropped, the call goes on until its deadline.

use apideck_vault_emulator::Emulator;
use apideck_vault_ureq::{CallError, CreateSession, CreatedSession, Vault, VaultClient};
use std::error::Error;
use tokio::task::{JoinError, spawn_blocking};

async fn create_session(
    client: &VaultClient,
    create: CreateSession,
) -> Result<Result<CreatedSession, CallError>, JoinError> {
    let client = client.clone();
    spawn_blocking(move || client.create_session(create)).await
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start()?;
    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(emulator.url())?;
    let client = VaultClient::new(vault);
    let created = create_session(&client, CreateSession::new("test-consumer")).await??;
    println!("{}", created.session_uri());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use apideck_vault_emulator::Answer;
    use std::time::Duration;

    #[tokio::test]
    async fn the_runtime_goes_on_while_a_call_waits() {
        let emulator = Emulator::start().unwrap();
        emulator.script([Answer::normal().delay(Duration::from_millis(100))]);
        let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID).unwrap();
        let client = VaultClient::new(vault.with_server_url(emulator.url()).unwrap());
        let call = create_session(&client, CreateSession::new("test-consumer"));
        let mut call = std::pin::pin!(call);
        tokio::select! {
            biased;
            _ = &mut call => panic!("the call ended first"),
            () = tokio::time::sleep(Duration::from_millis(10)) => (),
        }
        call.await.unwrap().unwrap();
    }
}
