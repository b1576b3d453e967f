//! How many instructions each case takes, counted by valgrind: exact, even on a busy machine.
//!
//! This program runs itself under callgrind, which counts only inside [`counted`] and writes a file each
//! time [`end_of_case`] is called.

use apideck_vault_benches::cases::{Meter, Side};
use apideck_vault_benches::report::target;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::Anything;
use crate::figures::Figures;

/// The argument that marks the run under callgrind.
pub(crate) const COUNTED: &str = "--counted";

/// How often a case runs before it is counted: work that is done only the first time is not part of the
/// cost of a call.
const WARM_UP: u32 = 5;
const RUNS: u32 = 20;

/// Runs the cases where callgrind counts them, and prints the name of each.
pub(crate) struct Counted;

impl Meter for Counted {
    fn measure<I, O>(
        &mut self,
        case: &'static str,
        side: Side,
        mut input: impl FnMut() -> I,
        mut work: impl FnMut(I) -> O,
    ) {
        for _ in 0..WARM_UP {
            drop(black_box(work(black_box(input()))));
        }
        for _ in 0..RUNS {
            let mut waiting = Some(black_box(input()));
            let mut output = None;
            counted(&mut || output = waiting.take().map(&mut work));
            drop(black_box(output));
        }
        println!("{case} {}", side.name());
        end_of_case();
    }
}

#[inline(never)]
fn counted(work: &mut dyn FnMut()) {
    black_box(work)();
}

#[inline(never)]
fn end_of_case() {
    black_box(());
}

/// Counts all cases.
pub(crate) fn count() -> Result<Figures, Anything> {
    let folder = target().join("benches/callgrind");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let file = folder.join("core");
    let run = Command::new("valgrind")
        .arg("--tool=callgrind")
        // Makes each file readable on its own: `callgrind_annotate core.7`.
        .arg("--compress-strings=no")
        .arg("--collect-atstart=no")
        .arg("--toggle-collect=*::instructions::counted")
        .arg("--dump-before=*::instructions::end_of_case")
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(env::current_exe()?)
        .arg(COUNTED)
        // Makes glibc reuse freed memory at once, so that a count does not depend on what ran before.
        .env("GLIBC_TUNABLES", "glibc.malloc.tcache_count=1000")
        .output()
        .map_err(|error| {
            format!(
                "valgrind did not start ({error}); on Debian: apt-get install valgrind libc6-dbg"
            )
        })?;
    if !run.status.success() {
        return Err(String::from_utf8_lossy(&run.stderr).into());
    }
    let mut figures = Figures::default();
    for (index, line) in String::from_utf8(run.stdout)?.lines().enumerate() {
        let (case, side) = line.split_once(' ').ok_or("a case has a name and a side")?;
        let count = instructions(&numbered(&file, index + 1))?;
        figures.add(case, side, count / f64::from(RUNS));
    }
    Ok(figures)
}

fn numbered(file: &Path, number: usize) -> PathBuf {
    file.with_extension(number.to_string())
}

/// The total at the end of one of callgrind's files.
fn instructions(file: &Path) -> Result<f64, Anything> {
    let text = fs::read_to_string(file)?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    let count = total.ok_or_else(|| format!("{} has no totals", file.display()))?;
    match count.trim().parse::<f64>()? {
        0.0 => Err(format!("{} counted nothing", file.display()).into()),
        count => Ok(count),
    }
}
