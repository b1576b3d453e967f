//! What retry policies do to a service in trouble: a fleet of clients on the real state machine, in
//! virtual time. `--help` says what can be asked.

mod front;
mod options;
mod picture;

use apideck_vault_tests::fleet::{Load, Policy, Row, Scenario, Settings, simulate};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::process::ExitCode;

use options::Options;

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(Some(options)) => options,
        Ok(None) => {
            print!("{}", options::HELP);
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("error: {problem} (--help says what can be asked)");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    if let Some(path) = &options.front {
        let points = front::search(&options.settings, progress);
        return picture::front(path, &points);
    }
    let results = progress(&options.settings, &options.scenarios, &options.policies);
    if let Some(directory) = &options.pictures {
        std::fs::create_dir_all(directory)?;
        for (scenario, results) in options
            .scenarios
            .iter()
            .zip(results.chunks(options.policies.len()))
        {
            let path = directory.join(format!("{}.svg", scenario.name()));
            let loads: Vec<&Load> = results.iter().map(|(_, load)| load).collect();
            picture::load(&path, *scenario, &loads)?;
        }
    }
    if options.json {
        let rows: Vec<_> = results.iter().map(|(row, _)| row.to_json()).collect();
        println!("{}", json!({ "rows": rows }));
    } else {
        println!("{}", Row::HEAD);
        for (row, _) in &results {
            println!("{row}");
        }
    }
    Ok(())
}

/// Simulates, with a bar on a terminal.
fn progress(settings: &Settings, scenarios: &[Scenario], policies: &[Policy]) -> Vec<(Row, Load)> {
    const STEPS: u64 = 1000;
    let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::stderr_with_hz(10));
    let style = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {elapsed_precise}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    let results = simulate(settings, scenarios, policies, |part| {
        bar.set_position((part * STEPS as f64) as u64);
    });
    bar.finish_and_clear();
    results
}
