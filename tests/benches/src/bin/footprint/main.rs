//! What the SDK adds to a program: crates, build time, bytes, and time from its start to the first
//! session, compared with the same program written by hand on the same stack.

use std::error::Error;

use apideck_vault_benches::report::{Report, target};

use crate::cold_start::Server;
use crate::figures::Figures;
use crate::options::Options;
use crate::programs::{Builds, Stack};
use crate::trust::Trust;

mod cold_start;
mod dependencies;
mod figures;
mod options;
mod programs;
mod trust;

type Anything = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Anything> {
    let Some(options) = Options::read()? else {
        print!("{}", options::HELP);
        return Ok(());
    };
    let folder = target().join("benches").join("footprint");
    let trust = Trust::new(&folder)?;
    let builds = Builds::new(&folder, options.build_time)?;
    let mut report = Report::new("footprint");
    for stack in &options.stacks {
        measure(stack, &builds, &trust, &options)?.report(stack.name, &mut report);
    }
    println!("{}", report.write()?.display());
    Ok(())
}

fn measure(
    stack: &Stack,
    builds: &Builds,
    trust: &Trust,
    options: &Options,
) -> Result<Figures, Anything> {
    let mut figures = Figures::default();
    let (mut plain, mut trusting) = (Vec::new(), Vec::new());
    for program in stack.programs {
        let crates = dependencies::count(program)?;
        figures.add(program.label, "crates", crates.others, "crates");
        figures.add(program.label, "crates_http", crates.http_family, "crates");
        figures.add(program.label, "crates_own", crates.own, "crates");
        let built = builds.build(stack, program)?;
        figures.add(program.label, "stripped", built.bytes / 1000.0, "KB");
        if let Some(seconds) = built.seconds {
            figures.add(program.label, "clean_build", seconds, "s");
        }
        plain.push((program.label, built.path));
        if stack.speaks_https {
            let path = builds.build_trusting(stack, program, trust)?;
            trusting.push((program.label, path));
        }
    }
    let server = Server::http()?;
    for (label, median) in server.medians(&plain, options.starts)? {
        figures.add(label, "cold_start_http", median, "ms");
    }
    if stack.speaks_https {
        let server = Server::https(trust)?;
        for (label, median) in server.medians(&trusting, options.starts)? {
            figures.add(label, "cold_start_https", median, "ms");
        }
    }
    Ok(figures)
}
