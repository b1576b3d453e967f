//! How cost grows with the work.

use super::Anything;
use super::adapters::bar;
use super::child::{Client, Server, Serving};
use super::compare::Spread;
use super::options::Options;
use super::work::{Ask, Side, Slice, Stack, Work};
use crate::report::Report;
use figures::{Figures, Step, exponents, plots, rows};

mod figures;

pub(crate) const HELP: &str = "\
Shows how the cost of a call grows with the calls in flight, the settings it sends, its attempts, and
the clients that share a budget, compared with the same work by hand.

  --quick       takes fewer steps, with more noise
  --stack NAME  only this stack: hyper, reqwest or ureq
";

/// A blocking call takes a thread. How a system copes with thousands of threads is not the adapter's
/// concern.
const MOST_THREADS: usize = 512;

/// One thing that grows.
struct Growth {
    name: &'static str,
    x: &'static str,
    logarithmic: bool,
    steps: &'static [usize],
    quick_steps: &'static [usize],
    /// The work at a step.
    work: fn(Work, usize) -> Work,
    /// What to multiply the cost per call by to get the total cost of the step.
    whole: fn(usize) -> f64,
}

const GROWTHS: [Growth; 4] = [
    Growth {
        name: "in-flight",
        x: "calls in flight",
        logarithmic: true,
        steps: &[1, 10, 64, 512, 2_000, 10_000],
        quick_steps: &[1, 64, 1_000],
        work: |work, in_flight| Work { in_flight, ..work },
        whole: |in_flight| in_flight as f64,
    },
    Growth {
        name: "settings",
        x: "KB of custom_consumer_settings",
        logarithmic: false,
        steps: &[0, 1, 16, 64, 128, 256, 512],
        quick_steps: &[0, 64, 512],
        work: |work, kilobytes| Work {
            in_flight: 8,
            settings_bytes: Some(kilobytes * 1000),
            ..work
        },
        whole: |_| 1.0,
    },
    Growth {
        name: "attempts",
        x: "attempts of a call",
        logarithmic: false,
        steps: &[1, 2, 4, 8, 16],
        quick_steps: &[1, 4, 16],
        work: |work, attempts| Work {
            in_flight: 64,
            attempts: attempts as u32,
            ..work
        },
        whole: |_| 1.0,
    },
    Growth {
        name: "clients",
        x: "clients that share a budget, two attempts a call",
        logarithmic: false,
        steps: &[1, 2, 4, 8],
        quick_steps: &[1, 8],
        work: |work, clients| Work {
            in_flight: 64,
            attempts: 2,
            clients,
            shared_budget: true,
            ..work
        },
        whole: |_| 1.0,
    },
];

impl Growth {
    fn steps(&self, stack: Stack, quick: bool) -> Vec<usize> {
        let steps = if quick { self.quick_steps } else { self.steps };
        let in_flight = |step| (self.work)(Work::new(stack, Side::Ours), step).in_flight;
        let steps = steps.iter().copied();
        steps
            .filter(|step| !stack.blocks() || in_flight(*step) <= MOST_THREADS)
            .collect()
    }
}

/// Runs it and writes `target/benches/growth.json` and the plots beside it.
pub(crate) fn run(options: &Options) -> Result<(), Anything> {
    if options.nginx {
        return Err("nginx cannot hold its responses until all calls are in flight".into());
    }
    if options.in_flight.is_some() || options.timeouts.is_some() {
        return Err("--in-flight and --timeouts are for the adapters".into());
    }
    let steps = |growth: &Growth, stack| growth.steps(stack, options.quick);
    let all = GROWTHS.iter().flat_map(|growth| {
        let stacks = options.stacks.iter();
        stacks.map(|stack| steps(growth, *stack).len())
    });
    let bar = bar(all.sum());
    let mut report = Report::new("growth");
    let mut pictures = Vec::new();
    for growth in &GROWTHS {
        let mut results = Vec::new();
        for &stack in &options.stacks {
            let mut done = Vec::new();
            for at in steps(growth, stack) {
                let step = step(growth, stack, at, options.quick)
                    .map_err(|error| format!("{} {at}: {error}", growth.name))?;
                bar.suspend(|| rows(&mut report, growth, stack, &step));
                bar.inc(1);
                done.push(step);
            }
            bar.suspend(|| exponents(&mut report, growth, stack, &done));
            results.push((stack, done));
        }
        pictures.extend(plots(growth, &results)?);
    }
    bar.finish_and_clear();
    println!("{}", report.write()?.display());
    for picture in pictures {
        println!("{}", picture.display());
    }
    Ok(())
}

fn step(growth: &Growth, stack: Stack, at: usize, quick: bool) -> Result<Step, Anything> {
    let mut clients = Vec::new();
    let mut memory = Vec::new();
    let mut servers = Vec::new();
    for side in [Side::Ours, Side::ByHand] {
        let work = (growth.work)(Work::new(stack, side), at);
        let mut firsts = Vec::new();
        // The peak depends on chance, so it is measured several times. The last client goes on.
        for _ in 1..if quick { 1 } else { 5 } {
            firsts.push(begin(&work)?.2);
        }
        let (server, client, first) = begin(&work)?;
        firsts.push(first);
        memory.push(firsts);
        clients.push(client);
        servers.push(server);
    }
    let in_flight = (growth.work)(Work::new(stack, Side::Ours), at).in_flight as u64;
    // Long enough for several calls of each task.
    let slice = Ask::For((if quick { 60 } else { 200 }).max(in_flight / 10));
    let mut rounds = Vec::new();
    for round in 0..if quick { 3 } else { 7 } {
        let mut slices = Vec::new();
        for client in &mut clients {
            slices.push(client.ask(slice)?.complete()?.cpu_per_call());
        }
        // The first round is a warm-up.
        if let ([ours, by_hand], 1..) = (&slices[..], round) {
            rounds.push([*ours, *by_hand]);
        }
    }
    let [ours, by_hand] = &memory[..] else {
        return Err("there should be two sides".into());
    };
    let cpu = |side: fn(&[f64; 2]) -> f64| Spread::of(rounds.iter().map(side)).median;
    Ok(Step {
        at,
        sides: [
            Figures::of(ours, cpu(|round| round[0])),
            Figures::of(by_hand, cpu(|round| round[1])),
        ],
        ratio: cpu(|round| round[0] / round[1]),
    })
}

/// Starts a client and makes its first calls. Each client has its own server: the connections of two
/// clients may be too many for one server.
fn begin(work: &Work) -> Result<(Server, Client, Slice), Anything> {
    let serving = Serving {
        hold: work.in_flight,
        attempts: work.attempts,
        ..Serving::default()
    };
    let server = Server::start(None, serving)?;
    let mut client = Client::start(work.clone(), &server)?;
    let first = client.ask(Ask::Once)?.complete()?;
    Ok((server, client, first))
}
