//! The one number that all calls share, and the two ways to change it.
//!
//! This file imports its atomics through `super`, so that a model checker can compile it with its
//! own: `tests/budget_model.rs` runs it through every interleaving of its threads.

use super::atomic::{AtomicU32, Ordering};

/// A number of tokens. The code that takes them decides what they are worth.
///
/// Invariant: `0 ≤ tokens ≤ capacity` at all times, and no token is lost: the number of tokens is
/// the initial number, plus what was put in (as far as [`put`](Self::put) reports that it fit),
/// minus what was taken.
///
/// Every change is one atomic update of one number that guards no other memory, so `Relaxed` is
/// enough: all threads see the changes of one atomic in one order.
#[derive(Debug)]
pub(super) struct Bucket {
    tokens: AtomicU32,
    capacity: u32,
}

impl Bucket {
    /// A full bucket.
    pub(super) fn new(capacity: u32) -> Self {
        Self {
            tokens: AtomicU32::new(capacity),
            capacity,
        }
    }

    /// Takes this many tokens, or none if there are not enough.
    pub(super) fn take(&self, tokens: u32) -> bool {
        self.tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |there| {
                there.checked_sub(tokens)
            })
            .is_ok()
    }

    /// Adds up to this many tokens, as far as they fit, and returns how many did.
    pub(super) fn put(&self, tokens: u32) -> u32 {
        let more = |there: u32| there.saturating_add(tokens).min(self.capacity);
        self.tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |there| {
                // A full bucket, which is the usual case, is only read and not written, so that
                // calls on different cores do not take the cache line from each other.
                (more(there) != there).then(|| more(there))
            })
            .map_or(0, |before| more(before).saturating_sub(before))
    }

    /// How many tokens there are now.
    pub(super) fn tokens(&self) -> u32 {
        self.tokens.load(Ordering::Relaxed)
    }

    pub(super) fn capacity(&self) -> u32 {
        self.capacity
    }
}
