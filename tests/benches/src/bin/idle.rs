//! How long a call takes if the server has closed its idle connection.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    apideck_vault_benches::loopback::idle()
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("error: the hand-written clients are built only on Linux");
    ExitCode::from(2)
}
