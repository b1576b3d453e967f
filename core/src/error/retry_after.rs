//! How long a server asks the client to wait.

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderName};
use std::time::{Duration, SystemTime};

const RETRY_AFTER_MS: HeaderName = HeaderName::from_static("retry-after-ms");

/// `retry-after-ms` in milliseconds, or otherwise `Retry-After` in seconds or as an HTTP date
/// ([RFC 9110, section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)).
///
/// A date is measured against the `Date` header of the same answer, so that no clock has to be
/// right. Without that header, the date is ignored. A date in the past means no wait.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| Some(headers.get(name)?.to_str().ok()?.trim());
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number that does not fit is longer than anyone would wait.
        is_number.then(|| text.parse().unwrap_or(u64::MAX))
    };
    if let Some(milliseconds) = text(RETRY_AFTER_MS).and_then(number) {
        return Some(Duration::from_millis(milliseconds));
    }
    let asked = text(RETRY_AFTER)?;
    if let Some(seconds) = number(asked) {
        return Some(Duration::from_secs(seconds));
    }
    let until = date(asked)?;
    let now = date(text(DATE)?)?;
    Some(until.duration_since(now).unwrap_or_default())
}

fn date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(headers: &[(&'static str, &str)]) -> Option<Duration> {
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        retry_after(&headers)
    }

    #[test]
    fn seconds_and_milliseconds_are_read() {
        assert_eq!(asked(&[("retry-after", "3")]), Some(Duration::from_secs(3)));
        assert_eq!(asked(&[("retry-after", " 0 ")]), Some(Duration::ZERO));
        assert_eq!(
            asked(&[("retry-after", "3"), ("retry-after-ms", "250")]),
            Some(Duration::from_millis(250))
        );
        assert_eq!(
            asked(&[("retry-after", "3"), ("retry-after-ms", "soon")]),
            Some(Duration::from_secs(3))
        );
    }

    #[test]
    fn a_date_is_measured_against_the_date_of_the_answer() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        for until in [
            "Sun, 06 Nov 1994 08:50:07 GMT",
            "Sunday, 06-Nov-94 08:50:07 GMT",
            "Sun Nov  6 08:50:07 1994",
        ] {
            assert_eq!(
                asked(&[("retry-after", until), date]),
                Some(Duration::from_secs(30))
            );
        }
        let past = ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT");
        assert_eq!(asked(&[past, date]), Some(Duration::ZERO));
        assert_eq!(asked(&[past]), None);
    }

    #[test]
    fn nonsense_is_ignored_and_a_huge_number_does_not_overflow() {
        for nonsense in ["", "soon", "-1", "+1", "1.5", "1 s", "0x10"] {
            assert_eq!(asked(&[("retry-after", nonsense)]), None, "{nonsense:?}");
        }
        let huge = asked(&[("retry-after", "99999999999999999999999999")]);
        assert_eq!(huge, Some(Duration::from_secs(u64::MAX)));
        assert_eq!(asked(&[]), None);
    }
}
