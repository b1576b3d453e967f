//! The calls that wait for a token, and how fast they earn one together.

use super::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How often the pace is halved at most: to a 64th.
const MOST_HALVINGS: u32 = 6;

/// The calls of a client that are held, and the pace at which they earn.
///
/// Both numbers only steer how long calls wait, so `Relaxed` is enough: no other memory depends on
/// them.
#[derive(Debug, Default)]
pub(super) struct Line {
    held: AtomicU32,
    halvings: AtomicU32,
}

impl Line {
    pub(super) fn enter(&self) {
        self.held.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn leave(&self) {
        self.held.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn held(&self) -> u32 {
        self.held.load(Ordering::Relaxed)
    }

    /// The pace is halved: what was let through has failed.
    pub(super) fn slow_down(&self) {
        let more = |halvings: u32| halvings.saturating_add(1).min(MOST_HALVINGS);
        let _ = self
            .halvings
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |halvings| {
                Some(more(halvings))
            });
    }

    /// The pace is what it was at the beginning.
    pub(super) fn recover(&self) {
        if self.halvings.load(Ordering::Relaxed) != 0 {
            self.halvings.store(0, Ordering::Relaxed);
        }
    }

    /// Whether calls are held, and what was let through has failed.
    pub(super) fn is_slow(&self) -> bool {
        self.held() > 0 && self.halvings.load(Ordering::Relaxed) > 0
    }

    /// The share of this time that one of the held calls is credited with, in seconds at full pace.
    pub(super) fn share_of(&self, time: Duration) -> f64 {
        time.as_secs_f64() / self.seconds_for_one()
    }

    /// How long it takes at the current pace until each of the held calls has been credited with a
    /// second.
    pub(super) fn seconds_for_one(&self) -> f64 {
        let held = self.held().max(1);
        let slower = 1_u32.wrapping_shl(self.halvings.load(Ordering::Relaxed));
        f64::from(held) * f64::from(slower)
    }
}
