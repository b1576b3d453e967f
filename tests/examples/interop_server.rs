//! The emulator for the check that the official SDKs and this one agree (`tests/interop`).
//!
//! The first line on standard output says where it is and whom it knows. Each line on standard
//! input is answered with the requests that arrived since the last one; its end ends the server. A
//! consumer named `status-402` is answered with that status.

use apideck_vault_emulator::{Answer, Emulator, RecordedRequest};
use serde_json::{Value, json};
use std::error::Error;
use std::io::{Write, stdin, stdout};

fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start()?;
    emulator.rule(|request| {
        let consumer_id = request.header("x-apideck-consumer-id")?;
        let status = consumer_id.strip_prefix("status-")?.parse().ok()?;
        Some(Answer::status(status))
    });
    print(&json!({
        "url": emulator.url(),
        "api_key": Emulator::API_KEY,
        "app_id": Emulator::APP_ID,
    }))?;
    let mut told = 0;
    for line in stdin().lines() {
        line?;
        let requests = emulator.requests();
        let new: Vec<Value> = requests.iter().skip(told).map(recorded).collect();
        told = requests.len();
        print(&json!(new))?;
    }
    Ok(())
}

fn recorded(request: &RecordedRequest) -> Value {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = request.headers.iter();
    let headers = headers.map(|(name, value)| json!([name.as_str(), text(value.as_bytes())]));
    json!({
        "method": request.method.as_str(),
        "path": request.path_and_query(),
        "headers": headers.collect::<Vec<_>>(),
        "body": text(&request.body),
    })
}

/// One line, which the reader must not wait for.
fn print(value: &Value) -> std::io::Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{value}")?;
    out.flush()
}
