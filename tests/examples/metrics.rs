//! Counts attempts and waits with the `metrics` crate, on any stack.

use apideck_vault_emulator::{Answer, Emulator};
use apideck_vault_ureq::{ClientSettings, CreateSession, Event, Vault, VaultClient};
use metrics::{counter, histogram};
use metrics_util::debugging::DebuggingRecorder;
use std::error::Error;

/// Names as in OpenTelemetry's conventions, where it has one.
fn record(event: &Event<'_>) {
    match *event {
        Event::AttemptEnded { outcome, took, .. } => {
            let outcome = match outcome {
                Ok(status) => status.as_u16().to_string(),
                Err(cause) => cause.to_string(),
            };
            counter!("apideck.vault.attempts", "outcome" => outcome).increment(1);
            histogram!("http.client.request.duration").record(took);
        }
        Event::WaitBegan { is_held, .. } => {
            counter!("apideck.vault.waits", "held" => is_held.to_string()).increment(1);
        }
        Event::CallEnded { outcome, .. } => {
            let succeeded = outcome.is_ok().to_string();
            counter!("apideck.vault.calls", "succeeded" => succeeded).increment(1);
        }
        _ => {}
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    // A service would install an exporter here.
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    recorder.install()?;

    let emulator = Emulator::start()?;
    emulator.script([Answer::close(), Answer::status(503)]);

    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(emulator.url())?;
    let client = VaultClient::new(ClientSettings::from(vault).observer(record));
    client.create_session(CreateSession::new("test-consumer"))?;

    for (key, _, _, value) in snapshotter.snapshot().into_vec() {
        println!("{} {value:?}", key.key());
    }
    Ok(())
}
