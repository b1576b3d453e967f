//! Waits, deadlines and the waits that a server requests.

use apideck_vault_core::Step;
use apideck_vault_core::error::{CallErrorKind, FailureKind, GaveUp};
use apideck_vault_core::retry::{ExponentialBackoff, RetryBudget};
use std::io;
use std::time::Duration;

use crate::{MS, S, answer, create, run, settings, with};

#[test]
fn retry_after_is_honored_in_every_form() {
    let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    for (headers, wait) in [
        (vec![("retry-after", "5")], 5 * S),
        (vec![("retry-after-ms", "2500")], 2500 * MS),
        (
            vec![("retry-after", "Sun, 06 Nov 1994 08:49:40 GMT"), date],
            3 * S,
        ),
    ] {
        for status in [429, 503] {
            let run = run(&settings(), 1, |number| {
                (
                    answer(if number == 1 { status } else { 200 }, &headers),
                    Duration::ZERO,
                )
            });
            let waited = run.waits()[0];
            // Plus up to the backoff of 1 s or half of the wait.
            let most = wait + S.max(wait / 2);
            assert!(waited >= wait && waited < most, "{headers:?}: {waited:?}");
        }
    }
}

#[test]
fn retry_after_is_capped_by_the_policy() {
    let settings = with(ExponentialBackoff::new().max_retry_after(2 * S));
    let run = run(&settings, 1, |number| {
        (
            answer(
                if number == 1 { 429 } else { 200 },
                &[("retry-after", "3600")],
            ),
            Duration::ZERO,
        )
    });
    assert!(run.waits()[0] >= 2 * S && run.waits()[0] < 3 * S);
}

#[test]
fn clients_told_the_same_moment_do_not_all_come_back_at_once() {
    let mut waits: Vec<Duration> = (0..1000)
        .map(|seed| {
            let run = run(&settings(), seed, |number| {
                let status = if number == 1 { 429 } else { 200 };
                (answer(status, &[("retry-after", "10")]), Duration::ZERO)
            });
            run.waits()[0]
        })
        .collect();
    waits.sort();
    assert!(waits[0] >= 10 * S && waits[999] < 15 * S);
    assert!(waits[100] < 11 * S && waits[900] > 14 * S);
}

#[test]
fn neither_jitter_nor_backoff_costs_a_call_its_last_attempt() {
    for seed in 0..200 {
        let late = run(&settings(), seed, |number| {
            let status = if number == 1 { 429 } else { 200 };
            (answer(status, &[("retry-after", "29")]), Duration::ZERO)
        });
        assert!(late.result.is_ok() && late.waits()[0] >= 29 * S);

        let policy = ExponentialBackoff::new()
            .initial_backoff(60 * S)
            .max_backoff(60 * S);
        let slow = run(&with(policy), seed, |number| {
            (
                answer(if number == 1 { 503 } else { 200 }, &[]),
                Duration::ZERO,
            )
        });
        assert!(slow.result.is_ok());
    }
}

#[test]
fn retry_after_beyond_the_deadline_fails_at_once() {
    for (asked, told) in [
        ("30", "30s"),
        ("45", "45s"),
        ("86400", "86400s"),
        ("86401", "more than a day"),
        ("9999999999", "more than a day"),
    ] {
        let run = run(&settings(), 1, |_| {
            (answer(429, &[("retry-after", asked)]), MS)
        });
        assert_eq!(run.elapsed, MS);
        assert!(run.error().is_deadline());
        assert!(run.error().api_error().unwrap().is_too_many_requests());
        assert_eq!(
            run.error().to_string(),
            format!(
                "429 Too Many Requests: no (1 attempt in 0.0 s, out of time: the server asks to wait \
                 {told})"
            )
        );
    }
}

#[test]
fn an_attempt_gets_what_is_left_until_the_deadline() {
    let policy = ExponentialBackoff::new()
        .max_attempts(9)
        .initial_backoff(Duration::ZERO);
    let run = run(&with(policy), 1, |_| (answer(200, &[]), 3600 * S));
    let (begins, timeouts): (Vec<_>, Vec<_>) = run.attempts.iter().copied().unzip();
    assert_eq!(begins, [Duration::ZERO, 10 * S, 20 * S]);
    assert_eq!(timeouts, [Some(10 * S); 3]);
    assert_eq!(run.elapsed, 30 * S);
    assert_eq!(run.error().failure_kind(), Some(FailureKind::TimedOut));
    assert!(run.error().is_deadline());
    assert_eq!(
        run.error().to_string(),
        "no answer in time (3 attempts in 30.0 s, out of time)"
    );
}

#[test]
fn an_attempt_says_how_much_of_an_answer_to_read() {
    for (settings, bytes) in [
        (settings(), 1024 * 1024),
        (settings().max_response_bytes(7), 7),
    ] {
        let step: Step<_, io::Error> = settings.begin(create(), 1);
        let Step::Send(_, attempt) = step else {
            panic!("{step:?}")
        };
        assert_eq!(attempt.max_response_bytes(), bytes);
    }
}

#[test]
fn a_first_attempt_that_hangs_leaves_time_for_another() {
    let server = |number| (answer(200, &[]), if number == 1 { 60 * S } else { MS });
    for seed in 0..200 {
        let run = run(&settings().deadline(3 * S), seed, server);
        assert_eq!(run.attempts[0], (Duration::ZERO, Some(1500 * MS)));
        assert!(run.result.is_ok(), "{:?}", run.result);
    }
}

#[test]
fn an_only_attempt_gets_all_the_time_that_there_is() {
    let hangs = |settings| run(&settings, 1, |_| (answer(200, &[]), 5 * S));
    let by_policy = hangs(with(ExponentialBackoff::none()).deadline(2 * S));
    assert!(by_policy.error().is_deadline() && !by_policy.error().is_budget());
    let by_budget = hangs(
        settings()
            .deadline(2 * S)
            .budget(RetryBudget::new().capacity(0)),
    );
    for run in [by_policy, by_budget] {
        assert_eq!(run.attempts, [(Duration::ZERO, Some(2 * S))]);
        assert_eq!(run.elapsed, 2 * S);
    }
}

#[test]
fn a_sleep_that_takes_too_long_ends_the_call_with_its_last_error() {
    let step: Step<_, io::Error> = settings().begin(create(), 1);
    let Step::Send(_, attempt) = step else {
        panic!("{step:?}")
    };
    let step = attempt.finish(answer(503, &[]), S);
    let Step::Wait(wait) = step else {
        panic!("{step:?}")
    };
    assert!(matches!(wait.error(), CallErrorKind::Api(_)));
    let step = wait.resume(30 * S);
    let Step::Done(Err(error)) = step else {
        panic!("{step:?}")
    };
    assert!(error.is_deadline());
    assert!(error.api_error().unwrap().is_server_error());
    assert_eq!(error.attempts(), 1);
}

#[test]
fn an_attempt_says_how_many_bytes_may_be_read() {
    let step: Step<_, io::Error> = settings().max_response_bytes(7).begin(create(), 1);
    let Step::Send(_, attempt) = step else {
        panic!("{step:?}")
    };
    assert_eq!(attempt.max_response_bytes(), 7);
    assert_eq!(settings().max_response_bytes, 1_048_576);
}

#[test]
fn with_no_time_at_all_nothing_is_sent() {
    for (settings, field) in [
        (settings().deadline(Duration::ZERO), "deadline"),
        (
            settings().attempt_timeout(Duration::ZERO),
            "attempt_timeout",
        ),
    ] {
        let run = run(&settings, 1, |_| unreachable!());
        let CallErrorKind::Build(error) = run.error().kind() else {
            panic!("{:?}", run.result);
        };
        assert_eq!((error.field(), error.problem()), (field, "is zero"));
    }
}

#[test]
fn a_refusal_exactly_at_the_deadline_does_not_count_as_out_of_time() {
    let settings = settings().deadline(10 * S).attempt_timeout(None);
    let step: Step<_, io::Error> = settings.begin(create(), 1);
    let Step::Send(_, attempt) = step else {
        panic!("{step:?}")
    };
    let Step::Done(Err(error)) = attempt.finish(answer(401, &[]), 10 * S) else {
        panic!("a 401 ends the call");
    };
    assert_eq!(error.gave_up(), GaveUp::Policy);
}
