//! How long each case takes, measured by criterion.

use apideck_vault_benches::cases::{self, Meter, Side};
use apideck_vault_benches::report::target;
use criterion::{BatchSize, Criterion};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::Anything;
use crate::figures::Figures;

struct Timed {
    criterion: Criterion,
    names: Vec<(&'static str, Side)>,
}

impl Meter for Timed {
    fn measure<I, O>(
        &mut self,
        case: &'static str,
        side: Side,
        mut input: impl FnMut() -> I,
        mut work: impl FnMut(I) -> O,
    ) {
        let mut group = self.criterion.benchmark_group(case);
        group.bench_function(side.name(), |bencher| {
            bencher.iter_batched(&mut input, &mut work, BatchSize::SmallInput);
        });
        group.finish();
        self.names.push((case, side));
    }
}

/// Measures all cases. Criterion prints each with its spread.
pub(crate) fn measure() -> Result<Figures, Anything> {
    let folder = target().join("benches/criterion");
    let criterion = Criterion::default()
        .output_directory(&folder)
        .without_plots()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1200))
        .sample_size(60)
        .nresamples(10_000);
    let mut timed = Timed {
        criterion,
        names: Vec::new(),
    };
    cases::all(&mut timed);
    let mut figures = Figures::default();
    for (case, side) in timed.names {
        let estimates: PathBuf = [case, side.name(), "new", "estimates.json"]
            .iter()
            .collect();
        let estimates: Value = serde_json::from_slice(&fs::read(folder.join(estimates))?)?;
        let median = &estimates["median"]["point_estimate"];
        let median = median.as_f64().ok_or("criterion estimated no median")?;
        figures.add(case, side.name(), median);
    }
    Ok(figures)
}
