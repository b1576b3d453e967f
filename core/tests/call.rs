//! Whole calls in virtual time.

use apideck_vault_core::error::{
    BuildError, CallError, CallErrorKind, Failure, FailureKind, GaveUp,
};
use apideck_vault_core::http::{Response, StatusCode};
use apideck_vault_core::retry::{
    Cause, ExponentialBackoff, FailedAttempt, OfficialBackoff, RetryPolicy, Verdict,
};
use apideck_vault_core::{Attempts, Bytes, Call, CreateSession, CreatedSession, Step, Vault};
use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::time::Duration;

const OK: &str =
    r#"{"status_code":200,"status":"OK","data":{"session_uri":"https://v/s","session_token":"t"}}"#;
const MS: Duration = Duration::from_millis(1);
const S: Duration = Duration::from_secs(1);

type Outcome = Result<Response<Bytes>, Failure<io::Error>>;

/// What came of a call, and when.
#[derive(Debug)]
struct Run {
    result: Result<Response<CreatedSession>, CallError<io::Error>>,
    /// For each attempt: when it began, and how long it was allowed to take.
    attempts: Vec<(Duration, Option<Duration>)>,
    elapsed: Duration,
}

impl Run {
    fn waits(&self) -> Vec<Duration> {
        let begins = self.attempts.iter().map(|(begin, _)| *begin);
        begins
            .clone()
            .skip(1)
            .zip(begins)
            .map(|(next, begin)| next - begin)
            .collect()
    }

    fn error(&self) -> &CallError<io::Error> {
        self.result.as_ref().unwrap_err()
    }
}

/// Runs a call in virtual time; `server` says for each attempt what comes of it and after how long.
fn run(
    create: CreateSession,
    policy: &dyn RetryPolicy,
    seed: u64,
    mut server: impl FnMut(u32) -> (Outcome, Duration),
) -> Run {
    let vault = Vault::new("sk_live_secret", "app").unwrap();
    let (mut elapsed, mut attempts, mut sent) = (Duration::ZERO, Vec::new(), None);
    let mut step = Call::begin(&vault, create, policy, seed);
    let result = loop {
        step = match step {
            Step::Send(attempt) => {
                attempts.push((elapsed, attempt.timeout()));
                assert_eq!(attempt.number() as usize, attempts.len());
                let request = attempt.request();
                let (_, headers, body) = sent.get_or_insert_with(|| {
                    let request = attempt.request();
                    (
                        request.uri().clone(),
                        request.headers().clone(),
                        request.into_body(),
                    )
                });
                assert_eq!(request.headers(), headers);
                // The same bytes at the same place: the body was not copied.
                assert_eq!(request.body().as_ptr(), body.as_ptr());

                let (outcome, took) = server(attempt.number());
                match attempt.timeout() {
                    Some(timeout) if took >= timeout => {
                        elapsed += timeout;
                        attempt.finish(Err(FailureKind::TimedOut.into()), elapsed)
                    }
                    _ => {
                        elapsed += took;
                        attempt.finish(outcome, elapsed)
                    }
                }
            }
            Step::Wait(wait) => {
                elapsed += wait.delay();
                wait.resume(elapsed)
            }
            Step::Done(result) => break result,
        };
    };
    Run {
        result,
        attempts,
        elapsed,
    }
}

fn create() -> CreateSession {
    CreateSession::new("test-consumer").session(apideck_vault_core::Session::new())
}

fn answer(status: u16, headers: &[(&str, &str)]) -> Outcome {
    let mut answer = Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    let body = if status == 200 {
        OK
    } else {
        r#"{"message":"no"}"#
    };
    Ok(answer.body(Bytes::from_static(body.as_bytes())).unwrap())
}

fn failure(kind: FailureKind) -> Outcome {
    Err(Failure::new(kind, io::Error::other("broken")))
}

#[test]
fn a_first_answer_ends_the_call() {
    let run = run(create(), &ExponentialBackoff::new(), 1, |_| {
        (answer(200, &[]), MS)
    });
    let answer = run.result.unwrap();
    assert_eq!(answer.body().session_uri(), "https://v/s");
    assert_eq!(Attempts::of(&answer), 1);
    assert_eq!(run.elapsed, MS);
}

#[test]
fn a_503_is_retried_until_it_works() {
    let run = run(create(), &ExponentialBackoff::new(), 1, |number| {
        (answer(if number < 3 { 503 } else { 200 }, &[]), MS)
    });
    assert_eq!(Attempts::of(run.result.as_ref().unwrap()), 3);
    assert_eq!(run.attempts.len(), 3);
}

#[test]
fn only_the_statuses_of_the_policy_are_retried() {
    let attempts = |policy: &ExponentialBackoff, status| {
        run(create(), policy, 1, |_| (answer(status, &[]), MS))
            .attempts
            .len()
    };
    let retried: Vec<u16> = (201..600)
        .filter(|status| attempts(&ExponentialBackoff::new(), *status) > 1)
        .collect();
    assert_eq!(retried, [408, 429, 500, 502, 503, 504]);

    let own = ExponentialBackoff::new().statuses([StatusCode::IM_A_TEAPOT]);
    assert_eq!((attempts(&own, 418), attempts(&own, 503)), (6, 1));
}

#[test]
fn only_the_failures_of_the_policy_are_retried() {
    let attempts = |policy: &ExponentialBackoff, kind| {
        run(create(), policy, 1, |_| (failure(kind), MS))
            .attempts
            .len()
    };
    let default = ExponentialBackoff::new().budget(None).deadline(None);
    assert_eq!(attempts(&default, FailureKind::NotSent), 8);
    assert_eq!(attempts(&default, FailureKind::TimedOut), 8);
    assert_eq!(attempts(&default, FailureKind::Unanswered), 8);
    assert_eq!(attempts(&default, FailureKind::TooLarge), 1);
    assert_eq!(attempts(&default, FailureKind::Other), 1);

    let careful = default.failures([FailureKind::NotSent]);
    assert_eq!(attempts(&careful, FailureKind::NotSent), 8);
    assert_eq!(attempts(&careful, FailureKind::Unanswered), 1);
}

#[test]
fn a_broken_contract_is_not_retried() {
    let run = run(create(), &ExponentialBackoff::new(), 1, |_| {
        (Ok(Response::new(Bytes::from_static(b"{}"))), MS)
    });
    assert!(matches!(run.error().kind(), CallErrorKind::Decode(_)));
    assert_eq!(run.error().attempts(), 1);
}

#[test]
fn none_makes_one_attempt() {
    let run = run(create(), &ExponentialBackoff::none(), 1, |_| {
        (answer(503, &[]), MS)
    });
    assert_eq!(run.attempts, [(Duration::ZERO, Some(10 * S))]);
    assert_eq!(run.error().gave_up(), GaveUp::Policy);
}

#[test]
fn waits_are_fully_jittered_and_grow_up_to_their_limit() {
    let policy = ExponentialBackoff::new()
        .max_attempts(8)
        .budget(None)
        .max_backoff(4 * S)
        .deadline(None)
        .attempt_timeout(None);
    let (mut least, mut most) = ([Duration::MAX; 7], [Duration::ZERO; 7]);
    for seed in 0..2000 {
        let run = run(create(), &policy, seed, |_| {
            (answer(503, &[]), Duration::ZERO)
        });
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
    let waits = |seed| {
        run(create(), &ExponentialBackoff::new(), seed, |_| {
            (answer(503, &[]), MS)
        })
        .waits()
    };
    assert_eq!(waits(7), waits(7));
    assert_ne!(waits(7), waits(8));
}

#[test]
fn retry_after_is_kept_to_in_each_of_its_forms() {
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
            let run = run(create(), &ExponentialBackoff::new(), 1, |number| {
                (
                    answer(if number == 1 { status } else { 200 }, &headers),
                    Duration::ZERO,
                )
            });
            let waited = run.waits()[0];
            // Up to the backoff of 1 s or half of the wait on top.
            let most = wait + S.max(wait / 2);
            assert!(waited >= wait && waited < most, "{headers:?}: {waited:?}");
        }
    }
}

#[test]
fn retry_after_is_capped_by_the_policy() {
    let policy = ExponentialBackoff::new().max_retry_after(2 * S);
    let run = run(create(), &policy, 1, |number| {
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
fn clients_that_are_told_the_same_moment_do_not_all_come_at_it() {
    let mut waits: Vec<Duration> = (0..1000)
        .map(|seed| {
            let run = run(create(), &ExponentialBackoff::new(), seed, |number| {
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
        let late = run(create(), &ExponentialBackoff::new(), seed, |number| {
            let status = if number == 1 { 429 } else { 200 };
            (answer(status, &[("retry-after", "29")]), Duration::ZERO)
        });
        assert!(late.result.is_ok() && late.waits()[0] >= 29 * S);

        let policy = ExponentialBackoff::new()
            .initial_backoff(60 * S)
            .max_backoff(60 * S);
        let slow = run(create(), &policy, seed, |number| {
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
    for asked in ["30", "31", "99999999999999999999"] {
        let run = run(create(), &ExponentialBackoff::new(), 1, |_| {
            (answer(429, &[("retry-after", asked)]), MS)
        });
        assert_eq!(run.elapsed, MS);
        assert!(run.error().is_deadline());
        assert!(run.error().api_error().unwrap().is_too_many_requests());
        assert_eq!(
            run.error().to_string(),
            "429 Too Many Requests: no (1 attempt, out of time)"
        );
    }
}

#[test]
fn an_attempt_gets_what_is_left_until_the_deadline() {
    let policy = ExponentialBackoff::new()
        .max_attempts(9)
        .initial_backoff(Duration::ZERO);
    let run = run(create(), &policy, 1, |_| (answer(200, &[]), 3600 * S));
    let (begins, timeouts): (Vec<_>, Vec<_>) = run.attempts.iter().copied().unzip();
    assert_eq!(begins, [Duration::ZERO, 10 * S, 20 * S]);
    assert_eq!(timeouts, [Some(10 * S); 3]);
    assert_eq!(run.elapsed, 30 * S);
    assert_eq!(run.error().failure_kind(), Some(FailureKind::TimedOut));
    assert!(run.error().is_deadline());
    assert_eq!(
        run.error().to_string(),
        "no answer in time (3 attempts, out of time)"
    );
}

#[test]
fn a_deadline_shorter_than_the_attempt_timeout_limits_the_attempt() {
    let create = create().deadline(2 * S);
    let run = run(create, &ExponentialBackoff::new(), 1, |_| {
        (answer(200, &[]), 5 * S)
    });
    assert_eq!(run.attempts, [(Duration::ZERO, Some(2 * S))]);
    assert_eq!(run.elapsed, 2 * S);
    assert!(run.error().is_deadline());
}

#[test]
fn one_call_can_have_another_policy_than_its_client() {
    let create = create().retry(
        ExponentialBackoff::none()
            .attempt_timeout(3 * S)
            .deadline(None),
    );
    let run = run(create, &ExponentialBackoff::new(), 1, |_| {
        (answer(503, &[]), MS)
    });
    assert_eq!(run.attempts, [(Duration::ZERO, Some(3 * S))]);
}

#[test]
fn a_sleep_that_took_too_long_ends_the_call_with_the_error_in_hand() {
    let vault = Vault::new("key", "app").unwrap();
    let policy = ExponentialBackoff::new();
    let step: Step<_, _, io::Error> = Call::begin(&vault, create(), &policy, 1);
    let Step::Send(attempt) = step else {
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
fn wrong_input_is_done_before_anything_is_sent() {
    let run = run(
        CreateSession::new(""),
        &ExponentialBackoff::new(),
        1,
        |_| unreachable!(),
    );
    let CallErrorKind::Build(error) = run.error().kind() else {
        panic!("{:?}", run.result)
    };
    assert_eq!(error.field(), "consumer_id");
    assert_eq!(run.error().attempts(), 0);
}

#[test]
fn a_deadline_of_zero_sends_nothing() {
    let create = create().deadline(Duration::ZERO);
    let run = run(create, &ExponentialBackoff::new(), 1, |_| unreachable!());
    let CallErrorKind::Build(error) = run.error().kind() else {
        panic!("{:?}", run.result);
    };
    assert_eq!((error.field(), error.problem()), ("deadline", "is zero"));
}

#[test]
fn a_refusal_at_the_very_deadline_is_no_lack_of_time() {
    let create = create().deadline(10 * S);
    let policy = ExponentialBackoff::new().attempt_timeout(None);
    let vault = Vault::new("key", "app").unwrap();
    let step: Step<_, _, io::Error> = Call::begin(&vault, create, &policy, 1);
    let Step::Send(attempt) = step else {
        panic!("{step:?}")
    };
    let Step::Done(Err(error)) = attempt.finish(answer(401, &[]), 10 * S) else {
        panic!("a 401 ends the call");
    };
    assert_eq!(error.gave_up(), GaveUp::Policy);
}

#[test]
fn the_steps_of_a_call_can_be_kept_with_a_policy_of_their_own() {
    let policy: Arc<dyn RetryPolicy> = Arc::new(ExponentialBackoff::new());
    let vault = Vault::new("key", "app").unwrap();
    let step: Step<_, _, io::Error> = Call::begin(&vault, create(), Arc::clone(&policy), 1);
    drop((vault, policy));
    let kept: Box<dyn std::any::Any> = Box::new(step);
    assert!(kept.is::<Step<CreateSession, Arc<dyn RetryPolicy>, io::Error>>());
}

#[test]
fn the_source_of_an_error_is_the_stacks_own() {
    let run = run(create(), &ExponentialBackoff::none(), 1, |_| {
        (failure(FailureKind::NotSent), MS)
    });
    assert_eq!(run.error().to_string(), "the request was not sent: broken");
    assert!(run.error().source().unwrap().is::<io::Error>());
}

#[test]
fn a_key_that_the_server_echoes_is_taken_out_of_what_is_printed() {
    let run = run(create(), &ExponentialBackoff::new(), 1, |_| {
        let body = r#"{"message":"bad key sk_live_secret","detail":"Bearer sk_live_secret"}"#;
        (
            Ok(Response::builder()
                .status(401)
                .body(Bytes::from_static(body.as_bytes()))
                .unwrap()),
            MS,
        )
    });
    let error = run.error();
    assert_eq!(
        error.to_string(),
        "401 Unauthorized: bad key [redacted]: Bearer [redacted]"
    );
    assert!(!format!("{error:?}").contains("sk_live_secret"));
}

#[test]
fn the_official_policy_retries_for_15_minutes_and_not_after_429() {
    let run_of = |status| {
        run(create(), &OfficialBackoff::new(), 1, |_| {
            (answer(status, &[]), MS)
        })
    };
    assert_eq!(run_of(429).attempts.len(), 1);
    let run = run_of(503);
    assert!(
        run.elapsed > 14 * 60 * S && run.elapsed <= 15 * 60 * S,
        "{:?}",
        run.elapsed
    );
    assert!(run.waits().iter().all(|wait| *wait <= 60 * S + MS));
    assert_eq!(run.attempts[0].1, Some(15 * 60 * S));
}

#[test]
fn a_policy_of_ones_own_sees_all_that_is_known() {
    #[derive(Debug)]
    struct UntilTheConnectorRecovers;

    impl RetryPolicy for UntilTheConnectorRecovers {
        fn verdict(&self, failed: &FailedAttempt<'_>) -> Verdict {
            match failed.cause {
                Cause::Api(error) if error.message() == Some("no") && failed.number < 6 => {
                    assert_eq!(
                        failed.elapsed,
                        failed.number * S + (failed.number - 1) * 2 * S
                    );
                    assert_eq!(failed.deadline, Some(30 * S));
                    Verdict::RetryAfter(2 * S)
                }
                _ => Verdict::Stop,
            }
        }
    }

    let run = run(create(), &UntilTheConnectorRecovers, 1, |_| {
        (answer(418, &[]), S)
    });
    assert_eq!(run.error().attempts(), 6);
    assert_eq!(run.error().to_string(), "418 I'm a teapot: no (6 attempts)");
}

#[test]
fn the_errors_of_a_call_can_cross_threads_and_live_on() {
    fn lives_on<T: std::error::Error + Send + Sync + 'static>() {}
    lives_on::<CallError<io::Error>>();
    lives_on::<Failure<io::Error>>();
    lives_on::<BuildError>();
}
