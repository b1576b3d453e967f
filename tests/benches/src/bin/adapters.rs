//! What the adapters cost compared with a hand-written client. `--help` lists the options.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    apideck_vault_benches::loopback::adapters()
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("error: this benchmark pins and measures processes, which works only on Linux");
    ExitCode::from(2)
}
