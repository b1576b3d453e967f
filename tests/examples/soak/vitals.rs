//! What the system knows about a process.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// A look at a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Vitals {
    pub(crate) resident_kib: u64,
    pub(crate) descriptors: u64,
    pub(crate) threads: u64,
}

impl Vitals {
    /// Of this process: `self`, or a number.
    pub(crate) fn of(process: &str) -> io::Result<Self> {
        let status = fs::read_to_string(format!("/proc/{process}/status"))?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        let missing = || io::Error::other("a field is missing in /proc");
        Ok(Self {
            resident_kib: field("VmRSS:").ok_or_else(missing)?,
            descriptors: fs::read_dir(format!("/proc/{process}/fd"))?.count() as u64,
            threads: field("Threads:").ok_or_else(missing)?,
        })
    }
}

/// How long this thread has waited for a processor so far, or all threads of this process together.
pub(crate) fn waited(is_thread: bool) -> Duration {
    let nanoseconds = |path: PathBuf| -> Option<u64> {
        let line = fs::read_to_string(path).ok()?;
        line.split_whitespace().nth(1)?.parse().ok()
    };
    Duration::from_nanos(match is_thread {
        true => nanoseconds("/proc/thread-self/schedstat".into()).unwrap_or(0),
        false => {
            let threads = fs::read_dir("/proc/self/task").into_iter().flatten();
            let of_threads =
                threads.filter_map(|thread| nanoseconds(thread.ok()?.path().join("schedstat")));
            of_threads.sum()
        }
    })
}

/// A process over time.
#[derive(Debug, Default)]
pub(crate) struct History(Vec<Vitals>);

impl History {
    pub(crate) fn add(&mut self, vitals: Vitals) {
        self.0.push(vitals);
    }

    /// What grew: the median of the last sixth of the time is over that of the second sixth, when all is
    /// warm, by more than this.
    pub(crate) fn growth(&self) -> Vec<String> {
        const MORE_KIB: u64 = 8 * 1024;
        const MORE_DESCRIPTORS: u64 = 16;

        let sixth = self.0.len() / 6;
        let (early, late) = (&self.0[sixth..2 * sixth], &self.0[5 * sixth..]);
        let mut grown = Vec::new();
        let of_memory = |one: &Vitals| one.resident_kib;
        let (before, after) = (median(early, of_memory), median(late, of_memory));
        if after > before + MORE_KIB {
            grown.push(format!("memory grew from {before} to {after} KiB"));
        }
        let of_descriptors = |one: &Vitals| one.descriptors;
        let (before, after) = (median(early, of_descriptors), median(late, of_descriptors));
        if after > before + MORE_DESCRIPTORS {
            grown.push(format!("open files grew from {before} to {after}"));
        }
        grown
    }
}

fn median(of: &[Vitals], field: fn(&Vitals) -> u64) -> u64 {
    let mut values: Vec<_> = of.iter().map(field).collect();
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}
