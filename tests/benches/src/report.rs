//! The figures of a benchmark: a line for each as soon as it is known, and all of them as JSON at the
//! end.

use serde::Serialize;
use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The figures of one benchmark.
#[derive(Debug, Serialize)]
pub struct Report {
    #[serde(skip)]
    name: &'static str,
    rows: Vec<Row>,
}

/// One figure: its name, value and unit, and its ratio to the same work done by hand.
#[derive(Debug, Serialize)]
pub struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    ratio: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    noise: Option<f64>,
}

impl Report {
    /// A report that will be `target/benches/<name>.json`.
    pub fn new(name: &'static str) -> Self {
        println!("name value unit ratio");
        Self {
            name,
            rows: Vec::new(),
        }
    }

    /// Prints a figure and keeps it. The ratio is ours to by hand, if there is one.
    pub fn row(
        &mut self,
        name: impl Into<String>,
        value: f64,
        unit: &'static str,
        ratio: Option<f64>,
    ) {
        self.add(Row {
            name: name.into(),
            value,
            unit,
            ratio,
            noise: None,
        });
    }

    /// The same for a ratio with known noise, which is how far from 1 the ratio can be by chance. A ratio
    /// within the noise is reported as no difference.
    pub fn compared(
        &mut self,
        name: impl Into<String>,
        value: f64,
        unit: &'static str,
        ratio: f64,
        noise: f64,
    ) {
        self.add(Row {
            name: name.into(),
            value,
            unit,
            ratio: Some(ratio),
            noise: Some(noise),
        });
    }

    fn add(&mut self, row: Row) {
        println!("{row}");
        self.rows.push(row);
    }

    /// Writes all figures as JSON and says where.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write(&self) -> io::Result<PathBuf> {
        let folder = target().join("benches");
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{}.json", self.name));
        fs::write(&path, serde_json::to_vec_pretty(self)?)?;
        Ok(path)
    }
}

impl Display for Row {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} {} {} ",
            self.name,
            rounded(self.value),
            self.unit
        )?;
        match (self.ratio, self.noise) {
            (Some(ratio), Some(noise)) => {
                let differs = (ratio - 1.0).abs() > noise;
                let verdict = if differs { "" } else { ", no difference" };
                write!(formatter, "{ratio:.3} (noise {noise:.3}{verdict})")
            }
            (Some(ratio), None) => write!(formatter, "{ratio:.3}"),
            (None, _) => write!(formatter, "-"),
        }
    }
}

/// The folder where Cargo builds, even if the program runs from elsewhere.
pub fn target() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
    let workspace = workspace.unwrap_or(Path::new("."));
    env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace.join("target"), |set| workspace.join(set))
}

fn rounded(value: f64) -> String {
    match value {
        value if value.fract() == 0.0 || value >= 1000.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.3}"),
    }
}
