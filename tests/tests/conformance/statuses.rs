//! What each status becomes.

use apideck_vault_core::error::ApiErrorKind;
use apideck_vault_stacks::Stack;

use crate::canned::{Canned, SESSION};
use crate::case::{Case, On, case, in_core};
use crate::settings::{impatient, once};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    in_core("each_status_becomes_what_the_table_says", table),
    case("a_status_becomes_the_same_on_every_stack", sample),
    in_core("each_status_says_itself_in_the_error", texts),
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
    (403..=403, Some(ApiErrorKind::Forbidden), false),
    (404..=404, Some(ApiErrorKind::NotFound), false),
    (408..=408, Some(ApiErrorKind::OtherClientError), true),
    (422..=422, Some(ApiErrorKind::Unprocessable), false),
    (429..=429, Some(ApiErrorKind::TooManyRequests), true),
    (405..=499, Some(ApiErrorKind::OtherClientError), false),
    (500..=500, Some(ApiErrorKind::ServerError), true),
    (502..=504, Some(ApiErrorKind::ServerError), true),
    (501..=599, Some(ApiErrorKind::ServerError), false),
];

/// Asserts what the table says of this status.
fn becomes(status: u16, on: On) {
    let (_, kind, is_retried) = BECOMES
        .iter()
        .find(|(statuses, ..)| statuses.contains(&status))
        .unwrap();
    let (outcome, requests) = Canned::new(status, SESSION).answer(on, impatient().max_attempts(2));
    let attempts = if *is_retried { 2 } else { 1 };
    assert_eq!(requests, attempts, "{status}");
    match (kind, outcome) {
        (None, Ok(answered)) => assert_eq!(answered.attempts, attempts),
        (Some(kind), Err(failed)) => {
            assert_eq!(failed.api().kind(), *kind, "{status}");
            assert_eq!(failed.api().status(), status);
            assert_eq!(failed.attempts, attempts, "{status}");
        }
        (_, other) => panic!("{status} became {other:?}"),
    }
}

fn table() {
    for status in 200..=599 {
        becomes(status, On::Core);
    }
}

/// Those that HTTP itself, or some stack, treats in a way of its own: no body, a redirect, a login,
/// a proxy's login, a lost connection; and those that nobody has heard of.
fn sample(stack: Stack) {
    for status in [
        200, 201, 204, 205, 206, 299, 300, 302, 304, 307, 399, 401, 403, 407, 408, 417, 418, 421,
        425, 429, 431, 499, 500, 501, 503, 505, 511, 599,
    ] {
        becomes(status, On::Stack(stack));
    }
}

fn texts() {
    for (status, text) in [
        (201, "201 Created"),
        (204, "204 No Content: no body"),
        (302, "302 Found: no body: redirects are not followed"),
        (418, "418 I'm a teapot"),
        (599, "599"),
    ] {
        let (outcome, _) = Canned::new(status, "").answer(On::Core, once());
        let failed = outcome.unwrap_err();
        assert!(failed.text.starts_with(text), "{}", failed.text);
    }
}
