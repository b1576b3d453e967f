//! What the adapters cost beside a client written by hand: `--help` says what can be asked.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    apideck_vault_benches::loopback::adapters()
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("error: processes are pinned to cores and measured as Linux does it");
    ExitCode::from(2)
}
