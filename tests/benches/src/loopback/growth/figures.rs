//! The figures of each step: rows of the report, and plots.

use std::fs;
use std::path::PathBuf;

use super::Growth;
use crate::loopback::Anything;
use crate::loopback::compare::Spread;
use crate::loopback::picture::{Axes, Line, draw};
use crate::loopback::work::{Side, Slice, Stack};
use crate::report::{Report, target};

/// The figures of both sides at a step.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) at: usize,
    /// Ours and by hand.
    pub(super) sides: [Figures; 2],
    /// The ratio of CPU times, as the median over the rounds.
    pub(super) ratio: f64,
}

/// Figures per call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Figures {
    /// Only for the async stacks: the allocation counter sees a single thread.
    heap: Option<f64>,
    resident: f64,
    cpu: f64,
}

/// One of these figures.
type Figure = fn(&Figures) -> Option<f64>;

impl Figures {
    pub(super) fn of(firsts: &[Slice], cpu: f64) -> Self {
        let per_call = |bytes: fn(&Slice) -> u64| {
            let each = firsts
                .iter()
                .map(|first| bytes(first) as f64 / first.calls as f64);
            Spread::of(each).median
        };
        let heap = per_call(|first| first.heap_bytes);
        Self {
            heap: (heap > 0.0).then_some(heap),
            resident: per_call(|first| first.peak_resident_bytes),
            cpu,
        }
    }
}

/// Reports the figures of a step.
pub(super) fn rows(report: &mut Report, growth: &Growth, stack: Stack, step: &Step) {
    let [ours, by_hand] = step.sides;
    let name = |what| format!("{}/{}/{}/{what}", growth.name, stack.name(), step.at);
    report.row(name("cpu"), ours.cpu, "us/call", Some(step.ratio));
    if let (Some(ours), Some(by_hand)) = (ours.heap, by_hand.heap) {
        report.row(name("heap"), ours / 1e3, "KB/call", Some(ours / by_hand));
        let more = (ours - by_hand) / 1e3;
        report.row(name("heap-above-by-hand"), more, "KB/call", None);
    }
    if growth.name == "in-flight" {
        let ratio = ours.resident / by_hand.resident;
        report.row(
            name("resident"),
            ours.resident / 1e3,
            "KB/call",
            Some(ratio),
        );
    }
}

/// Reports the exponent with which the total cost grows in the last step: 1 or less is linear or better.
pub(super) fn exponents(report: &mut Report, growth: &Growth, stack: Stack, steps: &[Step]) {
    let [.., before, last] = steps else {
        return;
    };
    let x = (last.at as f64 / before.at as f64).ln();
    let mut row = |what: &str, side: usize, figure: Figure| {
        let cost = |step: &Step| Some(figure(&step.sides[side])? * (growth.whole)(step.at));
        if let (Some(before), Some(last)) = (cost(before), cost(last)) {
            let power = (last / before).ln() / x;
            let name = format!("{}/{}/{what}", growth.name, stack.name());
            report.row(name, power, "power", None);
        }
    };
    row("cpu-exponent", 0, |figures| Some(figures.cpu));
    row("cpu-exponent-by-hand", 1, |figures| Some(figures.cpu));
    row("heap-exponent", 0, |figures| figures.heap);
    row("heap-exponent-by-hand", 1, |figures| figures.heap);
}

/// Draws a plot for each figure.
pub(super) fn plots(
    growth: &Growth,
    results: &[(Stack, Vec<Step>)],
) -> Result<Vec<PathBuf>, Anything> {
    let folder = target().join("benches");
    fs::create_dir_all(&folder)?;
    let figures: [(&str, &str, Figure); 2] = [
        ("cpu", "us of CPU per call", |figures| Some(figures.cpu)),
        ("heap", "KB of heap per call", |figures| {
            Some(figures.heap? / 1e3)
        }),
    ];
    figures
        .into_iter()
        .map(|(what, y, figure)| {
            let line = |stack, side, number: usize, steps: &[Step]| Line {
                stack,
                side,
                points: steps
                    .iter()
                    .filter_map(|step| Some((step.at as f64, figure(&step.sides[number])?)))
                    .collect(),
            };
            let lines: Vec<Line> = results
                .iter()
                .flat_map(|(stack, steps)| {
                    [
                        line(*stack, Side::Ours, 0, steps),
                        line(*stack, Side::ByHand, 1, steps),
                    ]
                })
                .filter(|line| !line.points.is_empty())
                .collect();
            let path = folder.join(format!("growth-{}-{what}.svg", growth.name));
            let axes = Axes {
                title: "What a call costs",
                x: growth.x,
                y,
                logarithmic: growth.logarithmic,
            };
            draw(&path, axes, &lines).map_err(|error| format!("{}: {error}", path.display()))?;
            Ok(path)
        })
        .collect()
}
