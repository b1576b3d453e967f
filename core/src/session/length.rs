//! How long a session is valid.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::error::BuildError;

/// How long a session is valid, such as `30m`.
///
/// It is a whole number of seconds, minutes, hours, days or weeks, more than zero and at most one week, and is
/// sent in the unit that it was made with.
///
/// The constructors accept any number. A length that is zero or longer than one week is refused
/// when the request is built; [`check`](Self::check) and parsing a string find it right away.
///
/// ```
/// use apideck_vault_core::SessionLength;
/// use std::time::Duration;
///
/// assert_eq!(SessionLength::minutes(30).to_string(), "30m");
/// assert_eq!(SessionLength::from(Duration::from_secs(7200)).to_string(), "2h");
/// assert_eq!("90s".parse::<SessionLength>()?, SessionLength::seconds(90));
/// assert_eq!(
///     "8d".parse::<SessionLength>().unwrap_err().to_string(),
///     "settings.session_length is over one week: \
///      it must be above zero and at most one week, such as 30m",
/// );
/// # Ok::<(), apideck_vault_core::error::BuildError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionLength {
    number: u64,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
    Weeks,
}

const FIELD: &str = "settings.session_length";
const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl SessionLength {
    /// A length in seconds.
    pub const fn seconds(number: u64) -> Self {
        let unit = Unit::Seconds;
        Self { number, unit }
    }

    /// A length in minutes.
    pub const fn minutes(number: u64) -> Self {
        let unit = Unit::Minutes;
        Self { number, unit }
    }

    /// A length in hours.
    pub const fn hours(number: u64) -> Self {
        let unit = Unit::Hours;
        Self { number, unit }
    }

    /// A length in days.
    pub const fn days(number: u64) -> Self {
        let unit = Unit::Days;
        Self { number, unit }
    }

    /// A length in weeks. Only 1 is within the limit.
    pub const fn weeks(number: u64) -> Self {
        let unit = Unit::Weeks;
        Self { number, unit }
    }

    /// The same length as a `Duration`.
    pub const fn as_duration(self) -> Duration {
        Duration::from_secs(self.number.saturating_mul(self.unit.in_seconds()))
    }

    /// Checks that the service accepts this length.
    ///
    /// # Errors
    ///
    /// If it is zero or longer than one week.
    pub fn check(self) -> Result<(), BuildError> {
        let problem = if self.number == 0 {
            "is zero"
        } else if self.as_duration() > WEEK {
            "is over one week"
        } else {
            return Ok(());
        };
        let expected = "it must be above zero and at most one week, such as 30m";
        Err(BuildError::new(FIELD, problem, expected))
    }
}

impl Unit {
    const LONGEST_FIRST: [Self; 5] = [
        Self::Weeks,
        Self::Days,
        Self::Hours,
        Self::Minutes,
        Self::Seconds,
    ];

    const fn in_seconds(self) -> u64 {
        match self {
            Self::Seconds => 1,
            Self::Minutes => 60,
            Self::Hours => 60 * 60,
            Self::Days => 24 * 60 * 60,
            Self::Weeks => 7 * 24 * 60 * 60,
        }
    }

    const fn letter(self) -> char {
        match self {
            Self::Seconds => 's',
            Self::Minutes => 'm',
            Self::Hours => 'h',
            Self::Days => 'd',
            Self::Weeks => 'w',
        }
    }
}

/// Uses the longest unit that divides the duration evenly. Fractions of a second are dropped.
impl From<Duration> for SessionLength {
    fn from(duration: Duration) -> Self {
        let seconds = duration.as_secs();
        let whole = |unit: &Unit| seconds.checked_rem(unit.in_seconds()) == Some(0);
        let unit = Unit::LONGEST_FIRST.into_iter().find(whole);
        let unit = unit.filter(|_| seconds > 0).unwrap_or(Unit::Seconds);
        Self {
            number: seconds.checked_div(unit.in_seconds()).unwrap_or(0),
            unit,
        }
    }
}

/// Parses a number followed by `s`, `m`, `h`, `d` or `w`, with nothing between or around them.
impl FromStr for SessionLength {
    type Err = BuildError;

    fn from_str(text: &str) -> Result<Self, BuildError> {
        let wrong = || {
            let expected = "it must be a number followed by s, m, h, d or w, such as 30m or 1h";
            BuildError::new(FIELD, "is not in a known format", expected)
        };
        let unit = text.chars().next_back().ok_or_else(wrong)?;
        let unit = Unit::LONGEST_FIRST
            .into_iter()
            .find(|known| known.letter() == unit)
            .ok_or_else(wrong)?;
        let digits = text.strip_suffix(unit.letter()).unwrap_or_default();
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        // Only overflow can still fail, and that is over one week in every unit.
        let number = digits.parse().unwrap_or(u64::MAX);
        let length = Self { number, unit };
        length.check()?;
        Ok(length)
    }
}

impl fmt::Display for SessionLength {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.number, self.unit.letter())
    }
}

impl Serialize for SessionLength {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SessionLength {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_sent_in_the_unit_it_was_given_in() {
        assert_eq!(SessionLength::minutes(90).to_string(), "90m");
        assert_eq!("090m".parse(), Ok(SessionLength::minutes(90)));
        assert_eq!(SessionLength::weeks(1).to_string(), "1w");
    }

    #[test]
    fn a_duration_takes_the_longest_whole_unit_and_drops_fractions() {
        for (seconds, text) in [
            (0, "0s"),
            (1, "1s"),
            (60, "1m"),
            (61, "61s"),
            (86_400, "1d"),
            (604_800, "1w"),
        ] {
            let duration = Duration::from_secs(seconds) + Duration::from_millis(999);
            assert_eq!(SessionLength::from(duration).to_string(), text);
        }
        assert!(
            SessionLength::from(Duration::from_millis(999))
                .check()
                .is_err()
        );
        assert!(SessionLength::from(Duration::MAX).check().is_err());
    }

    #[test]
    fn zero_and_more_than_one_week_are_refused_in_every_unit() {
        let problem = |text: &str| {
            let error = text.parse::<SessionLength>().unwrap_err();
            error.problem().to_owned()
        };
        for unit in ["s", "m", "h", "d", "w"] {
            assert_eq!(problem(&format!("0{unit}")), "is zero");
            assert_eq!(
                problem(&format!("99999999999999999999{unit}")),
                "is over one week"
            );
        }
        assert_eq!(problem("604801s"), "is over one week");
        assert_eq!("604800s".parse(), Ok(SessionLength::seconds(604_800)));
        assert!(SessionLength::days(u64::MAX).check().is_err());
    }

    #[test]
    fn other_formats_are_refused() {
        for text in [
            "", "30", "m", "30M", "30 m", " 30m", "-1m", "+1m", "1.5h", "1h30m", "30µ",
        ] {
            let error = text.parse::<SessionLength>().unwrap_err();
            assert_eq!(error.problem(), "is not in a known format", "{text:?}");
        }
    }
}
