//! The length of a session, from text and from durations.

#![no_main]

use apideck_vault_core::SessionLength;
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use std::time::Duration;

#[derive(Debug, Arbitrary)]
enum Input {
    Text(String),
    Number(u64, u8),
    Duration(Duration),
}

fuzz_target!(|input: Input| {
    let length = match input {
        Input::Text(text) => match text.parse::<SessionLength>() {
            Ok(length) => {
                length.check().expect("what parses is allowed");
                length
            }
            Err(error) => {
                assert_eq!(error.field(), "settings.session_length");
                return;
            }
        },
        Input::Number(number, unit) => match unit % 5 {
            0 => SessionLength::seconds(number),
            1 => SessionLength::minutes(number),
            2 => SessionLength::hours(number),
            3 => SessionLength::days(number),
            _ => SessionLength::weeks(number),
        },
        Input::Duration(duration) => {
            let length = SessionLength::from(duration);
            assert_eq!(length.as_duration().as_secs(), duration.as_secs());
            length
        }
    };
    let week = Duration::from_secs(7 * 24 * 60 * 60);
    let is_allowed = !length.as_duration().is_zero() && length.as_duration() <= week;
    assert_eq!(length.check().is_ok(), is_allowed, "{length}");
    match length.to_string().parse::<SessionLength>() {
        Ok(again) => assert_eq!(again, length),
        Err(_) => assert!(!is_allowed, "{length}"),
    }
});
