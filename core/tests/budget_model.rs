//! The retry budget's bucket under concurrency: loom runs the core's source file, with loom's
//! atomics in place of the standard ones, through every interleaving of the threads.
//!
//! The invariant: `0 ≤ tokens ≤ capacity` at all times, and no token is lost.

#[path = "../src/retry/budget/bucket.rs"]
mod bucket;

mod atomic {
    pub(crate) use loom::sync::atomic::{AtomicU32, Ordering};
}

use bucket::Bucket;
use loom::sync::Arc;
use loom::thread;

/// What a thread did to the bucket: what it put in, as far as it fit, minus what it took.
type Change = i64;

fn take(bucket: &Bucket, tokens: u32) -> Change {
    let taken = bucket.take(tokens);
    assert!(bucket.tokens() <= bucket.capacity());
    if taken { -i64::from(tokens) } else { 0 }
}

fn put(bucket: &Bucket, tokens: u32) -> Change {
    let put = bucket.put(tokens);
    assert!(put <= tokens && bucket.tokens() <= bucket.capacity());
    i64::from(put)
}

/// Runs the threads in every possible order and checks that the final number of tokens is the
/// initial one plus all changes. Returns the number of orders.
fn in_every_order(
    capacity: u32,
    threads: &'static [fn(&Bucket) -> Change],
    end: impl Fn(u32) + Sync + Send + 'static,
) -> usize {
    let orders = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = orders.clone();
    loom::model(move || {
        counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let bucket = Arc::new(Bucket::new(capacity));
        let running: Vec<_> = threads
            .iter()
            .map(|thread| {
                let bucket = bucket.clone();
                thread::spawn(move || thread(&bucket))
            })
            .collect();
        let changes: Change = running
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum();
        assert_eq!(i64::from(bucket.tokens()), i64::from(capacity) + changes);
        end(bucket.tokens());
    });
    orders.load(std::sync::atomic::Ordering::Relaxed)
}

#[test]
fn two_concurrent_calls_do_not_both_get_the_last_token() {
    let orders = in_every_order(
        10,
        &[|bucket| take(bucket, 10), |bucket| take(bucket, 10)],
        |left| assert_eq!(left, 0),
    );
    assert!(orders > 1, "{orders}");
}

#[test]
fn tokens_given_back_concurrently_are_all_kept() {
    let orders = in_every_order(
        30,
        &[
            |bucket| take(bucket, 10) + put(bucket, 10),
            |bucket| take(bucket, 10) + put(bucket, 10),
        ],
        |left| assert_eq!(left, 30),
    );
    assert!(orders > 1, "{orders}");
}

#[test]
fn concurrent_puts_never_exceed_the_capacity() {
    let orders = in_every_order(
        10,
        &[
            |bucket| take(bucket, 10),
            |bucket| put(bucket, 7) + put(bucket, 7),
        ],
        |left| assert!([0, 7, 10].contains(&left), "{left}"),
    );
    assert!(orders > 1, "{orders}");
}
