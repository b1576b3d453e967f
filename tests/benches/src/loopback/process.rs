//! What the system knows about a process.

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, setrlimit};
use nix::sys::time::TimeValLike as _;
use nix::unistd::Pid;
use std::{fs, io};

use super::Anything;

/// Runs something that starts a process; the process inherits the core.
pub(crate) fn on_core<T>(
    core: usize,
    start: impl FnOnce() -> io::Result<T>,
) -> Result<T, Anything> {
    let this = Pid::from_raw(0);
    let before = sched_getaffinity(this)?;
    let mut only = CpuSet::new();
    only.set(core)?;
    sched_setaffinity(this, &only)
        .map_err(|error| format!("core {core}: {error} (this benchmark needs two cores)"))?;
    let started = start();
    sched_setaffinity(this, &before)?;
    Ok(started?)
}

/// User and system time of this process so far, in seconds.
pub(crate) fn cpu_seconds() -> Result<f64, Anything> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let time = usage.user_time() + usage.system_time();
    Ok(time.num_microseconds() as f64 / 1e6)
}

/// The peak memory of this process so far. (`getrusage` would include its parent's.)
pub(crate) fn peak_resident_bytes() -> Result<u64, Anything> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kilobytes: u64 = kilobytes.ok_or("no VmHWM in /proc/self/status")?.parse()?;
    Ok(kilobytes * 1024)
}

/// Raises the limit of open files as far as possible: each call in flight needs one.
pub(crate) fn allow_many_files() -> Result<(), Anything> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    Ok(setrlimit(Resource::RLIMIT_NOFILE, most, most)?)
}
