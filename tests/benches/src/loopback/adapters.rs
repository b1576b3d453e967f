//! What each adapter costs compared with the same stack by hand.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Anything;
use super::certificate::Certificate;
use super::child::{Server, Serving};
use super::compare::{Compared, Effort, Round, generations};
use super::options::Options;
use super::work::{Side, Slice, Stack, Timeouts, Work};
use crate::report::Report;

pub(crate) const HELP: &str = "\
Compares each adapter with the same stack by hand, over loopback.

  --quick           takes a tenth of the time, with more noise
  --stack NAME      only this stack: hyper, reqwest or ureq
  --in-flight 1,64  only these numbers of calls in flight (default: 1,64,512)
  --timeouts on     only with timeouts on, off, or ours, where by hand has none (default: all)
  --nginx           uses nginx instead of the built-in server
";

const IN_FLIGHT: [usize; 3] = [1, 64, 512];

/// Runs it and writes `target/benches/adapters.json` (or `adapters-nginx.json`).
pub(crate) fn run(options: &Options) -> Result<(), Anything> {
    let effort = if options.quick {
        Effort {
            generations: 1,
            rounds: 4,
            slice_milliseconds: 60,
        }
    } else {
        Effort {
            generations: 6,
            rounds: 4,
            slice_milliseconds: 120,
        }
    };
    let certificate = Certificate::new()?;
    let cells = cells(options);
    let bar = bar(cells.len() * effort.generations * effort.rounds);
    let mut report = Report::new(if options.nginx {
        "adapters-nginx"
    } else {
        "adapters"
    });
    for cell in cells {
        let certificate = cell.tls.then_some(&certificate);
        let server = if options.nginx {
            Server::start_nginx(certificate)?
        } else {
            Server::start(certificate, Serving::default())?
        };
        let work = Work {
            timeouts: cell.timeouts,
            in_flight: cell.in_flight,
            ..Work::new(cell.stack, Side::Ours)
        };
        let generations = generations(&work, &server, effort, || bar.inc(1))
            .map_err(|error| format!("{}: {error}", cell.name()))?;
        bar.suspend(|| rows(&mut report, &cell.name(), &generations));
    }
    bar.finish_and_clear();
    println!("{}", report.write()?.display());
    Ok(())
}

fn rows(report: &mut Report, name: &str, generations: &[Vec<Round>]) {
    let rounds = &generations.concat();
    let mut row = |what: &str, unit, compared: Compared| {
        let name = format!("{name}/{what}");
        report.compared(name, compared.ours, unit, compared.ratio, compared.noise);
    };
    row("cpu", "us/call", Compared::of(rounds, Slice::cpu_per_call));
    row(
        "throughput",
        "calls/s",
        Compared::of(rounds, Slice::calls_per_second),
    );
    for (number, what) in ["p50", "p95", "p99"].into_iter().enumerate() {
        let latency = |slice: &Slice| slice.latencies.get(number).copied().unwrap_or(f64::NAN);
        row(what, "us", Compared::of(rounds, latency));
    }
    // A peak covers all slices of a generation so far.
    let last: Vec<Round> = generations
        .iter()
        .filter_map(|rounds| rounds.last().cloned())
        .collect();
    let peak = |slice: &Slice| slice.peak_resident_bytes as f64 / 1e6;
    row("peak-resident", "MB", Compared::of(&last, peak));
}

/// One comparison.
struct Cell {
    stack: Stack,
    tls: bool,
    timeouts: Timeouts,
    in_flight: usize,
}

impl Cell {
    fn name(&self) -> String {
        let on = |is_on| if is_on { "on" } else { "off" };
        format!(
            "{}/tls-{}/timeouts-{}/{}",
            self.stack.name(),
            on(self.tls),
            self.timeouts.name(),
            self.in_flight
        )
    }
}

fn cells(options: &Options) -> Vec<Cell> {
    let timeouts = options
        .timeouts
        .map_or(Timeouts::ALL.to_vec(), |only| vec![only]);
    let in_flight = options.in_flight.as_deref().unwrap_or(&IN_FLIGHT);
    let mut cells = Vec::new();
    for &stack in &options.stacks {
        for tls in [false, true] {
            for &timeouts in &timeouts {
                cells.extend(in_flight.iter().map(|&in_flight| Cell {
                    stack,
                    tls,
                    timeouts,
                    in_flight,
                }));
            }
        }
    }
    cells
}

/// A progress bar, visible only on a terminal.
pub(crate) fn bar(steps: usize) -> ProgressBar {
    let target = ProgressDrawTarget::stderr_with_hz(4);
    let bar = ProgressBar::with_draw_target(u64::try_from(steps).ok(), target);
    let style = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {elapsed_precise}");
    style.map_or(bar.clone(), |style| bar.with_style(style))
}
