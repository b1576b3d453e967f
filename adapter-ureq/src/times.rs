//! Times as ureq and the system can take them.

use std::time::{Duration, Instant};
use ureq::unversioned::transport::NextTimeout;

/// ureq adds a timeout to a clock, which panics if the clock cannot go that far. Nobody waits a year.
pub(crate) fn clamped(timeout: Duration) -> Duration {
    timeout.min(Duration::from_secs(365 * 24 * 60 * 60))
}

/// Whether this timeout has passed. The system's timers may fire a millisecond early.
pub(crate) fn is_over(began: Instant, timeout: Duration) -> bool {
    began.elapsed() >= timeout.saturating_sub(Duration::from_millis(1))
}

/// The next hundredth of a second. Each change of a socket's time limit is a system call.
pub(crate) fn rounded(timeout: NextTimeout) -> NextTimeout {
    const HUNDREDTH: u32 = 10_000_000;
    if timeout.after.is_not_happening() {
        return timeout;
    }
    let over = timeout.after.subsec_nanos() % HUNDREDTH;
    let missing = HUNDREDTH.saturating_sub(over) % HUNDREDTH;
    let more = Duration::from_nanos(missing.into());
    let after = timeout.after.saturating_add(more).into();
    NextTimeout { after, ..timeout }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ureq::unversioned::transport::time;

    #[test]
    fn nobody_waits_for_longer_than_a_year() {
        const A_YEAR: Duration = Duration::from_secs(31_536_000);
        let less = A_YEAR - Duration::from_nanos(1);
        assert_eq!((clamped(Duration::MAX), clamped(less)), (A_YEAR, less));
    }

    #[test]
    fn a_limit_is_the_next_hundredth_of_a_second() {
        let after = |after: time::Duration| {
            let timeout = NextTimeout::default();
            rounded(NextTimeout { after, ..timeout }).after
        };
        for (given, set) in [
            (0, 0),
            (1, 10_000_000),
            (9_999_999, 10_000_000),
            (10_000_000, 10_000_000),
            (5_010_000_001, 5_020_000_000),
            (5_995_000_000, 6_000_000_000),
        ] {
            let set = Duration::from_nanos(set).into();
            assert_eq!(after(Duration::from_nanos(given).into()), set);
        }
        assert!(after(time::Duration::NotHappening).is_not_happening());
    }
}
