//! How the cost of a call grows. `--help` lists the options.

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    // Here and not in the library: a program that uses this crate gets its counting allocator, which is
    // slower.
    apideck_vault_benches::loopback::growth(|run| allocation_counter::measure(run).bytes_max)
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    eprintln!("error: this benchmark pins and measures processes, which works only on Linux");
    ExitCode::from(2)
}
