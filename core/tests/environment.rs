//! The environment of the process.

use apideck_vault_core::Vault;
use std::process::Command;

/// Nothing listens there; the text tells whose environment it is.
const SERVER_URL: &str = "https://from-the-environment.invalid";

#[test]
fn a_vault_is_made_of_the_environment_of_the_process() {
    if Vault::from_env().is_ok_and(|vault| vault.server_url() == SERVER_URL) {
        println!("made of it");
        return;
    }
    // A process of its own: to change the environment of this one is `unsafe`.
    let output = Command::new(std::env::current_exe().unwrap())
        .arg("--nocapture")
        .env("APIDECK_API_KEY", "sk_live_1")
        .env("APIDECK_APP_ID", "app")
        .env("APIDECK_SERVER_URL", SERVER_URL)
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("made of it"), "{output:?}");
}
