//! A limit on the retries of all calls together.

mod bucket;
mod line;

mod atomic {
    pub(super) use std::sync::atomic::{AtomicU32, Ordering};
}

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::jitter;
use bucket::Bucket;
use line::Line;

/// A bucket of tokens that all calls of a client share.
///
/// A retry takes one token, a success brings one, and first attempts are free. While a service is down, the
/// tokens run out, and its clients send little more than they do normally.
///
/// The budget comes with the [`Vault`](crate::Vault), so all clients and calls made from one vault,
/// or from its clones, share it. [`ClientSettings::budget`](crate::ClientSettings) sets another
/// one, or none.
///
/// | | default |
/// | --- | --- |
/// | capacity, and tokens at the start | 2 retries |
/// | added when a call succeeds | 1; only 0.2 while calls are held and a retry of a held call has failed, unless it was held itself |
/// | added while calls are held | 2 in 3 s for all of them together, halved with each retry of a held call that fails, down to 1/64 |
/// | what happens to a call that finds it empty | it waits ([`WhenEmpty::Wait`]) |
///
/// What never reached the service takes no token, and neither does the first retry of a call whose
/// connection broke. A call that is held alone is let through once in its last 2 s.
///
/// So failures at random hold hardly a call, and many calls at once send little more than one attempt
/// each while the service is down. When it is up again, each held call that succeeds lets the next one
/// through, not all of them at once. A lone caller, whom no other call can bring a token, still gets
/// through an outage that is shorter than its patience. It needs no clock: time counts only while calls
/// are held. The figures, and what they cost, are in `docs/retries.md` of this library's repository.
///
/// Clones share the tokens. Cloning is cheap, and so is every use: it is one atomic number.
///
/// ```
/// use apideck_vault_core::retry::{RetryBudget, WhenEmpty};
/// use apideck_vault_core::{ClientSettings, Vault};
///
/// let vault = Vault::new("sk_live_1", "app")?;
///
/// // To get an early error rather than a late success:
/// let impatient = RetryBudget::new().when_empty(WhenEmpty::Fail);
/// let settings = ClientSettings::from(vault.clone()).budget(impatient);
///
/// // To limit retries only by the policy and the deadline:
/// let unbounded = ClientSettings::from(vault).budget(None);
/// # Ok::<(), apideck_vault_core::error::BuildError>(())
/// ```
///
/// Sources: the retry quota of the
/// [AWS SDKs' standard mode](https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html)
/// (a retry costs tokens, a success refunds them) and the
/// [throttling of gRPC](https://github.com/grpc/proposal/blob/master/A6-client-retries.md) (each success
/// adds a fraction of one). Both fail a call that finds the budget empty.
#[derive(Clone)]
pub struct RetryBudget(Arc<Shared>);

struct Shared {
    bucket: Bucket,
    line: Line,
    settings: Settings,
}

#[derive(Debug, Clone, Copy)]
struct Settings {
    per_success: u32,
    per_slow_success: u32,
    per_held_second: u32,
    when_empty: WhenEmpty,
}

/// What happens to a call that finds the budget empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WhenEmpty {
    /// The call waits and checks again until no further pause fits its deadline. Then it ends with
    /// its last error and [`GaveUp::Held`](crate::error::GaveUp::Held), or with
    /// [`GaveUp::Budget`](crate::error::GaveUp::Budget) if not even one pause fitted. A call that is
    /// held alone is let through once in its last 2 s.
    ///
    /// Each pause is a random part of the time that the held calls need to earn a token each, but of
    /// no more than half the time left until 2 s before the deadline (or, in the last 2 s, until the
    /// deadline). The less time a call has, the more often it checks. Calls
    /// that would be lost first therefore go first, early enough for an answer from a service that
    /// is still busy. The calls held during an outage come back spread over the time that their
    /// callers are willing to wait, not all at once.
    Wait,
    /// The call ends at once with its last error and
    /// [`GaveUp::Budget`](crate::error::GaveUp::Budget).
    Fail,
}

/// The cost of a retry. Tokens are counted in hundred-thousandths of it, so that even a short pause
/// of a held call counts.
const RETRY: u32 = 100_000;

/// The shortest pause of a held call, so that no caller spins. With this value, a call that is held
/// for 30 s checks about 14 times; with a shorter one, no more calls succeed.
const SHORTEST_PAUSE: Duration = Duration::from_millis(500);

/// The longest pause of a held call, so that a call with a late deadline, or none, still checks
/// occasionally.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// How long before its deadline a held call tries to get its retry. A last-moment retry would cost
/// a token, and a service that is still busy would not answer in time.
const TIME_FOR_AN_ANSWER: Duration = Duration::from_secs(2);

impl RetryBudget {
    /// A full budget with the default values above.
    pub fn new() -> Self {
        Self::with(
            2 * RETRY,
            Settings {
                per_success: RETRY,
                per_slow_success: RETRY / 5,
                per_held_second: RETRY / 3 * 2,
                when_empty: WhenEmpty::Wait,
            },
        )
    }

    /// A new, full budget that holds this many retries. Default: 2. It shares nothing with this
    /// one. With a capacity of 0, a call that would retry fails at once, because waiting could not
    /// help.
    pub fn capacity(self, retries: u32) -> Self {
        Self::with(retries.saturating_mul(RETRY), self.0.settings)
    }

    /// A new, full budget with this behavior for a call that finds it empty. Default:
    /// [`WhenEmpty::Wait`]. It shares nothing with this one.
    pub fn when_empty(self, when_empty: WhenEmpty) -> Self {
        let settings = Settings {
            when_empty,
            ..self.0.settings
        };
        Self::with(self.0.bucket.capacity(), settings)
    }

    /// A new, full budget to which these parts of a retry are added by a success, by one while
    /// retries of held calls fail, and by a second of held calls. Used by the simulation that the
    /// defaults come from.
    #[doc(hidden)]
    pub fn refilled(self, success: f64, slow_success: f64, held_second: f64) -> Self {
        let settings = Settings {
            per_success: parts_of(success),
            per_slow_success: parts_of(slow_success),
            per_held_second: parts_of(held_second),
            ..self.0.settings
        };
        Self::with(self.0.bucket.capacity(), settings)
    }

    /// How many retries it would allow now, including the fraction, for example to log it.
    pub fn available(&self) -> f64 {
        f64::from(self.0.bucket.tokens()) / f64::from(RETRY)
    }

    /// Whether both are the same budget, that is, clones of each other.
    pub fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// A held call whose retry succeeds lets the next one through. Once the service was seen down, any
    /// other success brings little as long as calls are held: it cannot answer all of them at once.
    pub(crate) fn call_succeeds(&self, is_probe: bool) {
        let settings = &self.0.settings;
        self.0.bucket.put(match self.0.line.is_slow() && !is_probe {
            true => settings.per_slow_success,
            false => settings.per_success,
        });
        if self.0.bucket.tokens() == self.0.bucket.capacity() {
            self.0.line.recover();
        }
    }

    /// A retry that a held call was given has failed.
    pub(crate) fn probe_fails(&self) {
        self.0.line.slow_down();
    }

    pub(crate) fn take(&self) -> bool {
        self.0.bucket.take(RETRY)
    }

    /// Whether a held call that finds no token is let through anyway: no other call is held that might need
    /// one more, and with this little time left, no further look could help it.
    pub(crate) fn is_last_chance(&self, left: Option<Duration>) -> bool {
        self.0.line.held() == 1 && left.is_some_and(|left| left <= TIME_FOR_AN_ANSWER)
    }

    /// How long a held call pauses before it checks again, given the time left until its deadline
    /// and 64 random bits.
    pub(crate) fn pause(&self, left: Option<Duration>, random: u64) -> Duration {
        let longest = left.map_or(LONGEST_PAUSE, |left| {
            let left = left.checked_sub(TIME_FOR_AN_ANSWER).unwrap_or(left);
            LONGEST_PAUSE.min(left.checked_div(2).unwrap_or(left))
        });
        let longest = longest.min(self.time_for_a_token());
        let more = jitter(longest.saturating_sub(SHORTEST_PAUSE), random);
        SHORTEST_PAUSE.saturating_add(more)
    }

    /// How long the held calls need to earn what is missing to a token for each.
    fn time_for_a_token(&self) -> Duration {
        let per_second = f64::from(self.0.settings.per_held_second);
        let missing = RETRY.saturating_sub(self.0.bucket.tokens());
        let seconds = self.0.line.seconds_for_one() * f64::from(missing) / per_second;
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }

    /// Whether a call ends when it finds no token, either because it is meant to, or because
    /// waiting could never help: the bucket cannot hold a whole token, or nothing would ever end
    /// the wait.
    pub(crate) fn fails_when_empty(&self, deadline: Option<Duration>) -> bool {
        let settings = &self.0.settings;
        settings.when_empty == WhenEmpty::Fail
            || self.allows_none()
            || (deadline.is_none() && settings.per_held_second == 0)
    }

    /// Whether it cannot even hold a whole token.
    pub(crate) fn allows_none(&self) -> bool {
        self.0.bucket.capacity() < RETRY
    }

    /// Whether there is no token now.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.bucket.tokens() < RETRY
    }

    fn with(capacity: u32, settings: Settings) -> Self {
        Self(Arc::new(Shared {
            bucket: Bucket::new(capacity),
            line: Line::default(),
            settings,
        }))
    }
}

/// A held call's place in the line, for as long as it is held.
pub(crate) struct Hold(RetryBudget);

impl Hold {
    pub(crate) fn begin(budget: &RetryBudget) -> Self {
        budget.0.line.enter();
        Self(budget.clone())
    }

    /// Credits the budget with what this call earned by waiting so long.
    pub(crate) fn has_waited(&self, time: Duration) {
        let shared = &*self.0.0;
        let tokens = f64::from(shared.settings.per_held_second) * shared.line.share_of(time);
        shared.bucket.put(tokens as u32);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.0.line.leave();
    }
}

/// A negative number or NaN becomes zero, and a number that is too large becomes the maximum.
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
            .field("per_success", &retries(settings.per_success))
            .field("per_slow_success", &retries(settings.per_slow_success))
            .field("per_held_second", &retries(settings.per_held_second))
            .field("when_empty", &settings.when_empty)
            .finish()
    }
}
