//! What each status becomes.

use apideck_vault_core::error::ApiErrorKind;

use crate::Case;
use crate::canned::{Canned, SESSION};
use crate::stack::{Stack, hasty};

pub(crate) const CASES: &[Case] = &[
    ("each_status_becomes_what_the_table_says", table),
    ("each_status_says_itself_in_the_error", texts),
];

/// What becomes of these statuses, and whether they are tried again. The first row that has a
/// status counts.
const BECOMES: &[(std::ops::RangeInclusive<u16>, Option<ApiErrorKind>, bool)] = &[
    (200..=200, None, false),
    // Success, but not the one that creates a session.
    (201..=299, Some(ApiErrorKind::Unexpected), false),
    // A redirect, which is not followed.
    (300..=399, Some(ApiErrorKind::Unexpected), false),
    (400..=400, Some(ApiErrorKind::BadRequest), false),
    (401..=401, Some(ApiErrorKind::Unauthorized), false),
    (402..=402, Some(ApiErrorKind::PaymentRequired), false),
    (404..=404, Some(ApiErrorKind::NotFound), false),
    (408..=408, Some(ApiErrorKind::OtherClientError), true),
    (422..=422, Some(ApiErrorKind::Unprocessable), false),
    (429..=429, Some(ApiErrorKind::TooManyRequests), true),
    (403..=499, Some(ApiErrorKind::OtherClientError), false),
    (500..=500, Some(ApiErrorKind::ServerError), true),
    (502..=504, Some(ApiErrorKind::ServerError), true),
    (501..=599, Some(ApiErrorKind::ServerError), false),
];

fn table(stack: Stack) {
    for status in 200..=599 {
        let (_, kind, is_retried) = BECOMES
            .iter()
            .find(|(statuses, ..)| statuses.contains(&status))
            .unwrap();
        let (outcome, requests) =
            Canned::new(status, SESSION).answer(stack, hasty().max_attempts(2));
        let attempts = if *is_retried { 2 } else { 1 };
        assert_eq!(requests, attempts, "{status}");
        match (kind, outcome) {
            (None, Ok(answered)) => assert_eq!(answered.attempts, attempts),
            (Some(kind), Err(end)) => {
                assert_eq!(end.api().kind(), *kind, "{status}");
                assert_eq!(end.api().status(), status);
                assert_eq!(end.attempts, attempts, "{status}");
            }
            (_, other) => panic!("{status} became {other:?}"),
        }
    }
}

fn texts(stack: Stack) {
    for (status, text) in [
        (201, "201 Created"),
        (204, "204 No Content: no body"),
        (302, "302 Found: no body: redirects are not followed"),
        (418, "418 I'm a teapot"),
        (599, "599"),
    ] {
        let (outcome, _) = Canned::new(status, "").answer(stack, hasty());
        let end = outcome.unwrap_err();
        assert!(end.text.starts_with(text), "{}", end.text);
    }
}
