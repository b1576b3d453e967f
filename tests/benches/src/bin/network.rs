//! How many round trips a call takes on a network with a delay.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    apideck_vault_benches::network::run(|run| allocation_counter::measure(run).bytes_max)
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("error: the hand-written clients are built only on Linux");
    ExitCode::from(2)
}
