//! `cargo bench --bench core`: the core without a network, compared with the same work by hand. Measures
//! the time, instructions and allocations of each case.
//!
//! `-- --check` counts only instructions and allocations, and fails if a count is over its limit.

use apideck_vault_benches::cases;
use apideck_vault_benches::report::Report;
use std::env;
use std::error::Error;
use std::process::ExitCode;

use figures::Figures;

mod allocations;
mod figures;
mod growth;
mod instructions;
mod limits;
mod once;
mod time;

type Anything = Box<dyn Error>;

fn main() -> Result<ExitCode, Anything> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let has = |wanted: &str| arguments.iter().any(|argument| argument == wanted);
    if has(instructions::COUNTED) {
        cases::all(&mut instructions::Counted);
        cases::growing(&mut instructions::Counted);
        return Ok(ExitCode::SUCCESS);
    }
    if !has("--bench") {
        // For `cargo test --benches`, it only has to run.
        cases::all(&mut once::Once);
        cases::growing(&mut once::Once);
        return Ok(ExitCode::SUCCESS);
    }
    let mut report = Report::new("core");
    if has("--check") {
        return check(&mut report);
    }
    allocations::count()?.report("allocations", &mut report);
    match instructions::count() {
        Ok(counted) => counted.report("instructions", &mut report),
        Err(error) => eprintln!("no instructions: {error}"),
    }
    time::measure()?.report("ns", &mut report);
    eprintln!("{}", report.write()?.display());
    Ok(ExitCode::SUCCESS)
}

fn check(report: &mut Report) -> Result<ExitCode, Anything> {
    let allocations: Figures = allocations::count()?;
    let instructions: Figures = instructions::count()?;
    allocations.report("allocations", report);
    instructions.report("instructions", report);
    let mut broken = limits::broken(&instructions, &allocations);
    broken.extend(growth::broken(&instructions));
    for line in &broken {
        eprintln!("over the limit: {line}");
    }
    Ok(ExitCode::from(u8::from(!broken.is_empty())))
}
