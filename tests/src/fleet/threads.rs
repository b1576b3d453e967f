//! Work on all cores.

use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Does each job, and gives the results in the order of the jobs. A job reports which part of it is
/// done; `progress` hears of the part of all.
pub(super) fn run<T: Send>(
    threads: usize,
    jobs: usize,
    progress: impl Fn(f64) + Sync,
    work: impl Fn(usize, &dyn Fn(f64)) -> T + Sync,
) -> Vec<T> {
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(jobs)));
    let done = Mutex::new(0.0);
    thread::scope(|scope| {
        for _ in 0..threads.clamp(1, jobs.max(1)) {
            scope.spawn(|| {
                loop {
                    let job = next.fetch_add(1, Ordering::Relaxed);
                    if job >= jobs {
                        break;
                    }
                    let reported = Cell::new(0.0);
                    let report = |part| {
                        let mut done = done.lock().expect("no thread panics with it");
                        *done += part - reported.replace(part);
                        progress(*done / jobs as f64);
                    };
                    let result = work(job, &report);
                    report(1.0);
                    let mut results = results.lock().expect("no thread panics with it");
                    results.push((job, result));
                }
            });
        }
    });
    let mut results = results.into_inner().expect("no thread panicked with it");
    results.sort_by_key(|(job, _)| *job);
    results.into_iter().map(|(_, result)| result).collect()
}
