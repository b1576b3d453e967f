//! How long a server asks the client to wait, in any form.

#![no_main]

use apideck_vault_core::http::{HeaderValue, Response};
use apideck_vault_core::operation::refused;
use apideck_vault_core_fuzz::vault;
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use std::time::Duration;

#[derive(Debug, Arbitrary)]
struct Asked {
    seconds: Option<String>,
    milliseconds: Option<String>,
    date: Option<String>,
    /// Days, hours and so on for a date that is one.
    parts: [u8; 6],
    is_date: bool,
}

/// Sometimes a day that does not exist.
fn date(parts: [u8; 6]) -> String {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let [day, month, year, hour, minute, second] = parts.map(usize::from);
    let (name, month) = (DAYS[day % 7], MONTHS[month % 12]);
    let (day, year, hour) = (day % 33, 1900 + 7 * year, hour % 25);
    let (minute, second) = (minute % 61, second % 62);
    format!("{name}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

fuzz_target!(|asked: Asked| {
    let mut answer = Response::new("{}".into());
    *answer.status_mut() = apideck_vault_core::http::StatusCode::SERVICE_UNAVAILABLE;
    let seconds = if asked.is_date {
        Some(date(asked.parts))
    } else {
        asked.seconds
    };
    for (name, value) in [
        ("retry-after", &seconds),
        ("retry-after-ms", &asked.milliseconds),
        ("date", &asked.date),
    ] {
        if let Some(Ok(value)) = value
            .as_ref()
            .map(|value| HeaderValue::from_bytes(value.as_bytes()))
        {
            answer.headers_mut().insert(name, value);
        }
    }
    let only_seconds = answer.headers().len() == 1 && answer.headers().contains_key("retry-after");
    let wait = refused(&vault(), answer).retry_after();
    if only_seconds {
        let text = seconds.unwrap_or_default();
        // Unlike HTTP, `trim` has blanks beyond these.
        let text = text.trim_matches([' ', '\t']);
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().unwrap_or(u64::MAX);
        assert_eq!(
            wait,
            is_number.then(|| Duration::from_secs(number)),
            "{text:?}"
        );
    }
});
