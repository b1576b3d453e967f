//! What is retried, and how often.

use apideck_vault_core::error::{CallErrorKind, FailureKind, GaveUp};
use apideck_vault_core::http::{Response, StatusCode};
use apideck_vault_core::retry::{Cause, ExponentialBackoff, FailedAttempt, RetryPolicy, Verdict};
use apideck_vault_core::{Attempts, Bytes};
use std::sync::Arc;
use std::time::Duration;

use crate::{MS, S, answer, failure, run, settings, with};

#[test]
fn a_successful_first_attempt_ends_the_call() {
    let run = run(&settings(), 1, |_| (answer(200, &[]), MS));
    let answer = run.result.unwrap();
    assert_eq!(answer.body().session_uri(), "https://v/s");
    assert_eq!(Attempts::of(&answer), 1);
    assert!(answer.extensions().is_empty());
    assert_eq!(run.elapsed, MS);
}

#[test]
fn a_503_is_retried_until_it_works() {
    let run = run(&settings(), 1, |number| {
        (answer(if number < 3 { 503 } else { 200 }, &[]), MS)
    });
    assert_eq!(Attempts::of(run.result.as_ref().unwrap()), 3);
    assert_eq!(run.attempts.len(), 3);
}

#[test]
fn only_the_statuses_of_the_policy_are_retried() {
    let attempts = |policy: &ExponentialBackoff, status| {
        run(&with(policy.clone()), 1, |_| (answer(status, &[]), MS))
            .attempts
            .len()
    };
    let retried: Vec<u16> = (201..600)
        .filter(|status| attempts(&ExponentialBackoff::new(), *status) > 1)
        .collect();
    assert_eq!(retried, [408, 429, 500, 502, 503, 504]);

    let own = ExponentialBackoff::new().statuses([StatusCode::IM_A_TEAPOT]);
    assert_eq!((attempts(&own, 418), attempts(&own, 503)), (7, 1));
}

#[test]
fn only_the_failures_of_the_policy_are_retried() {
    let attempts = |policy: &ExponentialBackoff, kind| {
        let settings = with(policy.clone()).budget(None).deadline(None);
        run(&settings, 1, |_| (failure(kind), MS)).attempts.len()
    };
    let default = ExponentialBackoff::new();
    assert_eq!(attempts(&default, FailureKind::NotSent), 8);
    assert_eq!(attempts(&default, FailureKind::TimedOut), 8);
    assert_eq!(attempts(&default, FailureKind::Unanswered), 8);
    assert_eq!(attempts(&default, FailureKind::TooLarge), 1);
    assert_eq!(attempts(&default, FailureKind::Other), 1);
    assert_eq!(attempts(&default, FailureKind::Untrusted), 1);
    assert_eq!(attempts(&default, FailureKind::ClientUntrusted), 1);

    let own = ExponentialBackoff::new().failures([FailureKind::TooLarge]);
    assert_eq!(attempts(&own, FailureKind::TooLarge), 8);
    assert_eq!(attempts(&own, FailureKind::NotSent), 1);

    let careful = ExponentialBackoff::without_repeats();
    assert_eq!(attempts(&careful, FailureKind::NotSent), 8);
    assert!(attempts(&careful, FailureKind::Refused) > 1);
    assert_eq!(attempts(&careful, FailureKind::Untrusted), 1);
    assert_eq!(attempts(&careful, FailureKind::Unanswered), 1);
    assert_eq!(attempts(&careful, FailureKind::TimedOut), 1);

    let own = ExponentialBackoff::new().failures([FailureKind::Other]);
    assert_eq!(attempts(&own, FailureKind::Other), 8);
    assert_eq!(attempts(&own, FailureKind::NotSent), 1);
}

#[test]
fn a_policy_that_clients_share_decides_as_it_does_alone() {
    let policy = ExponentialBackoff::default().max_attempts(2);
    let shared: Arc<dyn RetryPolicy> = Arc::new(policy.clone());
    for settings in [with(policy), with(shared.clone()), with(shared)] {
        let run = run(&settings, 1, |_| (answer(503, &[]), MS));
        assert_eq!(run.error().attempts(), 2);
    }
}

#[test]
fn a_broken_contract_is_not_retried() {
    let run = run(&settings(), 1, |_| {
        (Ok(Response::new(Bytes::from_static(b"{}"))), MS)
    });
    assert!(matches!(run.error().kind(), CallErrorKind::Decode(_)));
    assert_eq!(run.error().attempts(), 1);
}

#[test]
fn none_makes_one_attempt() {
    let run = run(&with(ExponentialBackoff::none()), 1, |_| {
        (answer(503, &[]), MS)
    });
    assert_eq!(run.attempts, [(Duration::ZERO, Some(10 * S))]);
    assert_eq!(run.error().gave_up(), GaveUp::Policy);
}

#[test]
fn waits_are_fully_jittered_and_grow_to_a_limit() {
    let settings = with(ExponentialBackoff::new().max_backoff(4 * S))
        .budget(None)
        .deadline(None)
        .attempt_timeout(None);
    let (mut least, mut most) = ([Duration::MAX; 7], [Duration::ZERO; 7]);
    for seed in 0..2000 {
        let run = run(&settings, seed, |_| (answer(503, &[]), Duration::ZERO));
        for (index, wait) in run.waits().into_iter().enumerate() {
            least[index] = least[index].min(wait);
            most[index] = most[index].max(wait);
        }
    }
    for (index, limit) in [1000, 2000, 4000, 4000, 4000, 4000, 4000]
        .into_iter()
        .enumerate()
    {
        let limit = limit * MS;
        assert!(
            most[index] < limit && most[index] > limit * 99 / 100,
            "{index}: {most:?}"
        );
        assert!(least[index] < limit / 100, "{index}: {least:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let waits = |seed| run(&settings(), seed, |_| (answer(503, &[]), MS)).waits();
    assert_eq!(waits(7), waits(7));
    assert_ne!(waits(7), waits(8));
}

#[test]
fn a_custom_policy_sees_everything_that_is_known() {
    #[derive(Debug)]
    struct UntilTheConnectorRecovers;

    impl RetryPolicy for UntilTheConnectorRecovers {
        fn verdict(&self, failed: &FailedAttempt<'_>) -> Verdict {
            match failed.cause {
                Cause::Api(error) if error.message() == Some("no") && failed.number < 6 => {
                    assert_eq!(failed.status(), Some(StatusCode::IM_A_TEAPOT));
                    assert_eq!(failed.retry_after(), Some(9 * S));
                    assert_eq!(
                        failed.elapsed,
                        failed.number * S + (failed.number - 1) * 2 * S
                    );
                    assert_eq!(failed.deadline, Some(30 * S));
                    assert_eq!(failed.status(), Some(error.status()));
                    Verdict::RetryAfter(2 * S)
                }
                Cause::Transport(_) => {
                    assert_eq!((failed.status(), failed.retry_after()), (None, None));
                    Verdict::RetryAfter(2 * S)
                }
                _ => Verdict::Stop,
            }
        }
    }

    let settings = with(UntilTheConnectorRecovers).budget(None);
    let run = run(&settings, 1, |number| match number {
        1 => (failure(FailureKind::TooLarge), S),
        _ => (answer(418, &[("retry-after", "9")]), S),
    });
    assert_eq!(run.error().attempts(), 6);
    assert_eq!(
        run.error().to_string(),
        "418 I'm a teapot: no (6 attempts in 16.0 s; also: the answer is too large)"
    );
}

#[test]
fn the_first_retry_after_a_broken_connection_waits_50_ms_at_most() {
    for kind in [
        FailureKind::NameNotResolved,
        FailureKind::Refused,
        FailureKind::NotSent,
        FailureKind::Unanswered,
    ] {
        let waits = |seed| {
            run(&settings().budget(None), seed, |_| {
                (failure(kind), Duration::ZERO)
            })
            .waits()
        };
        let firsts = (0..200).map(|seed| waits(seed)[0]);
        assert!(firsts.clone().all(|wait| wait < 50 * MS));
        assert!(firsts.max().unwrap() > 45 * MS);
        assert!((0..200).any(|seed| waits(seed)[1] > S));
    }
    // An answer that refuses has cost the service something.
    let refused = |seed| run(&settings(), seed, |_| (answer(503, &[]), MS)).waits()[0];
    assert!((0..200).any(|seed| refused(seed) > 900 * MS));
}

#[test]
fn a_server_that_does_not_exist_is_looked_for_8_seconds() {
    for kind in [
        FailureKind::NameNotResolved,
        FailureKind::Refused,
        FailureKind::NotTls,
    ] {
        for seed in 0..200 {
            let run = run(&settings(), seed, |_| (failure(kind), 10 * MS));
            assert!(run.elapsed <= 8 * S + 10 * MS, "{:?}", run.elapsed);
            assert!(run.attempts.len() >= 4, "{:?}", run.attempts);
            assert_eq!(run.error().failure_kind(), Some(kind));
        }
    }
}
