//! How the cost of a call grows: `--help` says what can be asked.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    // Here and not in the library: whoever names this crate gets its allocator, which counts and so
    // costs.
    apideck_vault_benches::loopback::growth(|run| allocation_counter::measure(run).bytes_max)
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("error: processes are pinned to cores and measured as Linux does it");
    ExitCode::from(2)
}
