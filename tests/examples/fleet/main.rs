//! What retry policies do to a service in trouble: a fleet of clients on the real state machine, in
//! virtual time. `--help` says what can be asked.

mod front;
mod headroom;
mod options;
mod picture;

use apideck_vault_tests::fleet::{
    self, Behind, CallerRow, Load, Policy, Row, Scenario, Settings, simulate,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use std::process::ExitCode;

use options::{Options, What};

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
    match &options.what {
        What::Comparison => compare(options),
        What::Callers => {
            callers(options);
            Ok(())
        }
        What::Headroom => {
            headroom::search(options, progress);
            Ok(())
        }
        What::Front(path) => picture::front(path, &front::search(&options.settings[0], progress)),
    }
}

fn compare(options: &Options) -> Result<(), Box<dyn std::error::Error>> {
    let mut rows = Vec::new();
    for settings in &options.settings {
        let results = progress(settings, &options.scenarios, &options.policies);
        if let Some(directory) = &options.pictures {
            std::fs::create_dir_all(directory)?;
            let of_scenarios = results.chunks(options.policies.len());
            for (scenario, results) in options.scenarios.iter().zip(of_scenarios) {
                let path = directory.join(format!("{}.svg", scenario.name()));
                let loads: Vec<&Load> = results.iter().map(|(_, load)| load).collect();
                picture::load(&path, *scenario, &loads)?;
            }
        }
        if !options.json {
            println!("{settings}\n{}", Row::HEAD);
            for (row, _) in &results {
                println!("{row}");
            }
        }
        rows.extend(results.into_iter().map(|(row, _)| row.to_json()));
    }
    if options.json {
        println!("{}", json!({ "rows": rows }));
    }
    Ok(())
}

fn callers(options: &Options) {
    let settings = &options.settings[0];
    let rows = with_bar(|progress| {
        fleet::play(
            settings,
            options.calls,
            &options.callers,
            &options.policies,
            progress,
        )
    });
    let behind = fleet::behind(&rows);
    if options.json {
        let rows: Vec<_> = rows.iter().map(CallerRow::to_json).collect();
        let behind: Vec<_> = behind.iter().map(Behind::to_json).collect();
        println!("{}", json!({ "rows": rows, "default_is_behind": behind }));
        return;
    }
    println!("{}", CallerRow::HEAD);
    for row in &rows {
        println!("{row}");
    }
    println!("\nWhere the default is behind a policy of at most 10 % more attempts:");
    for behind in &behind {
        println!("{behind}");
    }
}

/// Simulates, with a bar on a terminal.
fn progress(settings: &Settings, scenarios: &[Scenario], policies: &[Policy]) -> Vec<(Row, Load)> {
    with_bar(|progress| simulate(settings, scenarios, policies, progress))
}

fn with_bar<T>(work: impl FnOnce(&(dyn Fn(f64) + Sync)) -> T) -> T {
    const STEPS: u64 = 1000;
    let bar = ProgressBar::with_draw_target(Some(STEPS), ProgressDrawTarget::stderr_with_hz(10));
    let style = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {elapsed_precise}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    let results = work(&|part| bar.set_position((part * STEPS as f64) as u64));
    bar.finish_and_clear();
    results
}
