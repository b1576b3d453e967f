//! What a call takes that finds its idle connection closed by the server.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    apideck_vault_benches::loopback::idle()
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("error: the stacks by hand are there on Linux only");
    ExitCode::from(2)
}
