//! What keeps the retries of all calls together in bounds.

mod bucket;

mod atomic {
    pub(super) use std::sync::atomic::{AtomicU32, Ordering};
}

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::jitter;
use bucket::Bucket;

/// A bucket of tokens that all calls of a client share: a retry takes one, calls and successes bring
/// parts of one, first attempts are free. While a service is down, the tokens run out, and its
/// clients send little more than they do on a good day.
///
/// It comes with the [`Vault`](crate::Vault), so that all clients and calls made of one vault, or of
/// its clones, share it. [`ClientSettings::budget`](crate::ClientSettings) sets another, or none.
///
/// | | default |
/// | --- | --- |
/// | capacity, and what is there at the beginning | 5 retries |
/// | what a call brings when it begins | 0.1 |
/// | what a success brings | 0.33 |
/// | what a call brings for each second that it is held | 0.003 |
/// | what happens to a call that finds it empty | it waits ([`WhenEmpty::Wait`]) |
///
/// What comes in is counted in calls, not in seconds. So it bounds the retries **per call**,
/// whatever the rate of the calls: at 0.1 + 30 · 0.003 = 0.19 while nothing succeeds for 30 s of
/// patience, and at 0.43 while everything does, which is how fast held calls come back after an
/// outage. It needs no clock. Time counts only where calls are held, which is how a client with few
/// calls, or one call without a deadline, eventually gets a retry.
///
/// # Why these numbers
///
/// They come from a simulation of 10,000 clients with 1 call per second each, on a service with 1.3
/// times that capacity (`cargo run --release -p apideck-vault-tests --example fleet` in this
/// library's repository):
///
/// - With more for a success, or with a token that comes back whole when its retry succeeds, held
///   calls come back faster than a recovering service can take them, and it refuses calls for
///   another 20 s and more after a rate limit or a slow dependency. With less, calls that a slow
///   dependency failed are not tried again often enough.
/// - With more for a call, or for a held second, an outage of 5 minutes costs more than 1.25
///   attempts per call. With less for a held second, a short outage costs more calls.
/// - With a higher capacity, the first seconds of an outage see more than 2.5 times the load.
///
/// A clone shares the tokens. It is cheap, and so is every use: one atomic number.
///
/// ```
/// use apideck_vault_core::retry::{RetryBudget, WhenEmpty};
/// use apideck_vault_core::{ClientSettings, Vault};
///
/// let vault = Vault::new("sk_live_1", "app")?;
///
/// // For an early error rather than a late success:
/// let impatient = RetryBudget::new().when_empty(WhenEmpty::Fail);
/// let settings = ClientSettings::from(vault.clone()).budget(impatient);
///
/// // For retries that nothing bounds but the policy and the deadline:
/// let unbounded = ClientSettings::from(vault).budget(None);
/// # Ok::<(), apideck_vault_core::error::BuildError>(())
/// ```
///
/// Sources: the retry quota of the
/// [AWS SDKs' standard mode](https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html)
/// (a retry costs, a success refunds) and Finagle's
/// [`RetryBudget`](https://twitter.github.io/finagle/docs/com/twitter/finagle/service/RetryBudget$.html)
/// (each call brings a share of a retry). Both fail a call that finds the budget empty.
#[derive(Clone)]
pub struct RetryBudget(Arc<Shared>);

struct Shared {
    bucket: Bucket,
    settings: Settings,
}

#[derive(Debug, Clone, Copy)]
struct Settings {
    per_call: u32,
    per_success: u32,
    per_held_second: u32,
    when_empty: WhenEmpty,
}

/// What happens to a call that finds the budget empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WhenEmpty {
    /// It waits and looks again, until no further pause fits its deadline. Then it ends with the
    /// error in hand and [`GaveUp::Held`](crate::error::GaveUp::Held).
    ///
    /// Each pause is a random part of half the time that is left until 2 s before the deadline (or
    /// until the deadline, in these last 2 s), so calls look the more often the less time they
    /// have: those that would be lost first come first, early enough for an answer of a service
    /// that is still busy, and what was held during an outage comes back spread over the patience
    /// of its callers, not all at once.
    Wait,
    /// It ends at once with the error in hand and
    /// [`GaveUp::Budget`](crate::error::GaveUp::Budget).
    Fail,
}

/// What a retry costs: tokens are counted in hundred-thousandths of it, so that a short pause of a
/// held call counts, too.
const RETRY: u32 = 100_000;

/// The shortest pause of a held call, so that no caller spins: with this one, a call that is held
/// for 30 s looks some 14 times, and with a shorter one no more calls succeed.
const SHORTEST_PAUSE: Duration = Duration::from_millis(500);

/// The longest pause of a held call, so that a call with a late deadline, or none, still looks now
/// and then.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// How long before its deadline a held call tries to be let through: a retry of the last moment
/// costs a token, and no answer comes in time from a service that is still busy.
const TIME_FOR_AN_ANSWER: Duration = Duration::from_secs(2);

impl RetryBudget {
    /// A full budget with the defaults above.
    pub fn new() -> Self {
        Self::with(
            5 * RETRY,
            Settings {
                per_call: RETRY / 10,
                per_success: RETRY / 100 * 33,
                per_held_second: RETRY / 1000 * 3,
                when_empty: WhenEmpty::Wait,
            },
        )
    }

    /// A new, full budget for so many retries in a row that all fail. Default: 5. It shares nothing
    /// with this one. A budget of 0 fails every call at once: waiting could not help it.
    pub fn capacity(self, retries: u32) -> Self {
        Self::with(retries.saturating_mul(RETRY), self.0.settings)
    }

    /// A new, full budget that does this with a call that finds it empty. Default:
    /// [`WhenEmpty::Wait`]. It shares nothing with this one.
    pub fn when_empty(self, when_empty: WhenEmpty) -> Self {
        let settings = Settings {
            when_empty,
            ..self.0.settings
        };
        Self::with(self.0.bucket.capacity(), settings)
    }

    /// A new, full budget to which each call brings so much of a retry when it begins, when it
    /// succeeds, and for each second that it is held: for the simulation that the defaults come from.
    #[doc(hidden)]
    pub fn refilled(self, per_call: f64, per_success: f64, per_held_second: f64) -> Self {
        let settings = Settings {
            per_call: parts_of(per_call),
            per_success: parts_of(per_success),
            per_held_second: parts_of(per_held_second),
            ..self.0.settings
        };
        Self::with(self.0.bucket.capacity(), settings)
    }

    /// How many retries it would let through now, with the fraction: to be logged or shown.
    pub fn available(&self) -> f64 {
        f64::from(self.0.bucket.tokens()) / f64::from(RETRY)
    }

    /// Whether both are the same: clones of each other.
    pub fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn call_begins(&self) {
        self.0.bucket.put(self.0.settings.per_call);
    }

    pub(crate) fn call_succeeds(&self) {
        self.0.bucket.put(self.0.settings.per_success);
    }

    pub(crate) fn call_was_held(&self, time: Duration) {
        let tokens = f64::from(self.0.settings.per_held_second) * time.as_secs_f64();
        self.0.bucket.put(tokens as u32);
    }

    pub(crate) fn take(&self) -> bool {
        self.0.bucket.take(RETRY)
    }

    /// What was taken for a retry that is not made.
    pub(crate) fn give_back(&self) {
        self.0.bucket.put(RETRY);
    }

    /// How long a held call pauses before it looks again, given what is left until its deadline and
    /// 64 random bits.
    pub(crate) fn pause(left: Option<Duration>, random: u64) -> Duration {
        let longest = left.map_or(LONGEST_PAUSE, |left| {
            let left = left.checked_sub(TIME_FOR_AN_ANSWER).unwrap_or(left);
            LONGEST_PAUSE.min(left.checked_div(2).unwrap_or(left))
        });
        let more = jitter(longest.saturating_sub(SHORTEST_PAUSE), random);
        SHORTEST_PAUSE.saturating_add(more)
    }

    /// Whether a call ends when it finds no token, because it is meant to, or because waiting could
    /// never help it: the bucket cannot hold a token, or nothing ever ends the wait.
    pub(crate) fn fails_when_empty(&self, deadline: Option<Duration>) -> bool {
        let settings = &self.0.settings;
        settings.when_empty == WhenEmpty::Fail
            || self.0.bucket.capacity() < RETRY
            || (deadline.is_none() && settings.per_held_second == 0)
    }

    /// Whether a call would end at once now.
    pub(crate) fn fails_now(&self, deadline: Option<Duration>) -> bool {
        self.0.bucket.tokens() < RETRY && self.fails_when_empty(deadline)
    }

    fn with(capacity: u32, settings: Settings) -> Self {
        Self(Arc::new(Shared {
            bucket: Bucket::new(capacity),
            settings,
        }))
    }
}

/// What is negative or not a number is nothing, and what is too much is all that fits.
fn parts_of(retries: f64) -> u32 {
    (retries * f64::from(RETRY)).round() as u32
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for RetryBudget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = &self.0.settings;
        let retries = |tokens: u32| f64::from(tokens) / f64::from(RETRY);
        formatter
            .debug_struct("RetryBudget")
            .field("available", &self.available())
            .field("capacity", &retries(self.0.bucket.capacity()))
            .field("per_call", &retries(settings.per_call))
            .field("per_success", &retries(settings.per_success))
            .field("per_held_second", &retries(settings.per_held_second))
            .field("when_empty", &settings.when_empty)
            .finish()
    }
}
