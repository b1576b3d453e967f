//! What an answer takes in memory, whatever it contains: at most three times its body.

use allocation_counter::{AllocationInfo, measure};
use apideck_vault_core::Bytes;

use crate::{OK, decode};

const MIB: usize = 1024 * 1024;

/// For headers, an error's box, and the first hundred downstream errors.
const ELSE: u64 = 32 * 1024;

/// `start`, then `part` as often as it fits, then `end`: a body of about `bytes` bytes.
fn repeated(bytes: usize, start: &str, part: &str, end: &str) -> String {
    let room = bytes - start.len() - end.len();
    let parts = part.repeat(room / part.len());
    format!("{start}{}{end}", parts.trim_end_matches(','))
}

/// Bodies that a small reader of JSON turns into many times their size.
fn bodies(bytes: usize) -> Vec<String> {
    let with = |start: &str, part: &str, end: &str| repeated(bytes, start, part, end);
    let deep = bytes / 2 - 20;
    vec![
        with(r#"{"detail":["#, r#"{"":0},"#, "]}"),
        with(r#"{"detail":["#, "0,", "]}"),
        with(r#"{"message":["#, "[],", "]}"),
        with(r#"{"new":["#, r#"{"":0},"#, "]}"),
        with("{", r#""":0,"#, "}"),
        with(r#"{"downstream_errors":["#, "{},", "]}"),
        with(r#"{"downstream_errors":["#, r#"{"code":""},"#, "]}"),
        with(r#"{"downstream_errors":["#, "0,", "]}"),
        with(r#"{"message":""#, "x", r#""}"#),
        with(r#"{"message":""#, r"\n", r#""}"#),
        with(r#"{"message":""#, "\\u0001", r#""}"#),
        with(r#"{"detail":""#, "\\\"", r#""}"#),
        with(r#"{"type_name":""#, "sk_live_secret", r#""}"#),
        with(r#"{"status_code":""#, "x", r#""}"#),
        with(r#"{"data":""#, "x", r#""}"#),
        with(r#"{"data":""#, "\\n", r#""}"#),
        with(r#"{"status_code":"#, "9", "}"),
        format!(r#"{{"detail":{}{}}}"#, "[".repeat(deep), "]".repeat(deep)),
        with("", "<br>", ""),
        with("\"", "x", "\""),
        with(r#"{"_raw":["#, r#"{"":0},"#, &format!("],{}", &OK[1..])),
        with(r#"{"new":["#, r#"{"":0},"#, &format!("],{}", &OK[1..])),
    ]
}

fn cost(body: String, status: u16) -> AllocationInfo {
    let body = Bytes::from(body);
    measure(|| {
        drop(decode(
            status,
            &[("content-type", "application/json")],
            body,
        ))
    })
}

#[test]
fn no_answer_takes_more_than_three_times_its_body() {
    for body in bodies(MIB) {
        for status in [200, 400] {
            let start = body[..20].to_owned();
            let bytes = body.len() as u64;
            let cost = cost(body.clone(), status);
            // The body itself was there before.
            let most = 2 * bytes + ELSE;
            assert!(cost.bytes_max <= most, "{status} {start}: {cost:?}");
        }
    }
}

#[test]
fn an_error_does_not_hold_a_body_of_which_it_needs_nothing() {
    for body in bodies(MIB).into_iter().take(8) {
        let body = Bytes::from(body);
        let mut held = None;
        let cost = measure(|| held = Some(decode(400, &[], body)));
        assert!(held.is_some_and(|answer| answer.is_err()));
        assert!(cost.bytes_current <= 2 * MIB as i64, "{cost:?}");
    }
}

#[test]
fn the_number_of_allocations_does_not_grow_with_the_body() {
    for (small, large) in bodies(MIB / 4).into_iter().zip(bodies(MIB)) {
        for status in [200, 400] {
            let start = large[..20].to_owned();
            let (small, large) = (cost(small.clone(), status), cost(large.clone(), status));
            // Strings double as they grow: four times the size takes two steps more for each.
            let most = small.count_total + 20;
            assert!(large.count_total <= most, "{status} {start}: {large:?}");
            let most = 4 * small.bytes_total + ELSE;
            assert!(large.bytes_total <= most, "{status} {start}: {large:?}");
        }
    }
}
