//! What is tried again, how often, and when it ends.

use apideck_vault_core::error::FailureKind;
use apideck_vault_core::http::StatusCode;
use apideck_vault_core::retry::ExponentialBackoff;
use apideck_vault_emulator::{Answer, Emulator};
use std::time::{Duration, Instant};

use crate::Case;
use crate::sessions::example;
use crate::stack::{Stack, hasty};

pub(crate) const CASES: &[Case] = &[
    ("a_503_is_retried_with_the_same_request", retried_503),
    ("a_connection_that_closes_is_retried", retried_close),
    ("no_retry_is_one_attempt", none),
    ("one_call_can_have_another_policy", policy_of_one_call),
    ("retry_after_is_waited_for", retry_after),
    (
        "retry_after_beyond_the_deadline_fails_at_once",
        retry_after_beyond_deadline,
    ),
    (
        "the_deadline_ends_a_hanging_attempt",
        deadline_while_hanging,
    ),
    ("the_deadline_of_one_call_ends_it", deadline_of_one_call),
    (
        "an_attempt_that_hangs_is_given_up_and_retried",
        attempt_timeout,
    ),
];

fn retried_503(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(503), Answer::status(500)]);
    let answered = stack.client_for(&emulator).send(example()).unwrap();
    assert_eq!(answered.attempts, 3);
    let requests = emulator.requests();
    let [first, second, third] = &requests[..] else {
        panic!("{requests:?}");
    };
    for next in [second, third] {
        assert_eq!(first.headers, next.headers);
        assert_eq!(first.body, next.body);
    }
}

fn retried_close(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::close(), Answer::close()]);
    let answered = stack.client_for(&emulator).send(example()).unwrap();
    assert_eq!(answered.attempts, 3);
    assert_eq!(emulator.requests().len(), 3);
}

fn none(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = stack
        .client_for(&emulator)
        .with_retry(ExponentialBackoff::none());
    for (answer, status) in [(Answer::status(503), Some(503)), (Answer::close(), None)] {
        emulator.script([answer]);
        let before = emulator.requests().len();
        let end = client.send(example()).unwrap_err();
        assert_eq!(end.attempts, 1);
        assert_eq!(emulator.requests().len(), before + 1);
        match status {
            Some(status) => assert_eq!(end.api().status().as_u16(), status),
            None => assert_eq!(end.failure(), FailureKind::Unanswered),
        }
    }
}

fn policy_of_one_call(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = stack.client_for(&emulator);
    emulator.script([Answer::status(418)]);
    let teapots = hasty().statuses([StatusCode::IM_A_TEAPOT]);
    assert_eq!(client.send(example().retry(teapots)).unwrap().attempts, 2);
    emulator.script([Answer::status(418)]);
    assert_eq!(client.send(example()).unwrap_err().attempts, 1);
}

fn retry_after(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = stack.client_for(&emulator);
    let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    for (name, value, wait) in [
        ("retry-after", "1", Duration::from_secs(1)),
        ("retry-after-ms", "40", Duration::from_millis(40)),
        (
            "retry-after",
            "Sun, 06 Nov 1994 08:49:38 GMT",
            Duration::from_secs(1),
        ),
    ] {
        emulator.script([Answer::status(429)
            .header(name, value)
            .header(date.0, date.1)]);
        let started = Instant::now();
        assert_eq!(client.send(example()).unwrap().attempts, 2);
        // Not how fast it was, only that it did wait.
        assert!(started.elapsed() >= wait, "{name}: {value}");
    }
}

fn retry_after_beyond_deadline(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(429).header("retry-after", "3600")]);
    let end = stack.client_for(&emulator).send(example()).unwrap_err();
    assert!(end.api().is_too_many_requests() && end.is_deadline);
    assert_eq!(end.api().retry_after(), Some(Duration::from_secs(3600)));
    assert_eq!((end.attempts, emulator.requests().len()), (1, 1));
}

fn deadline_while_hanging(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(503), Answer::hang()]);
    let policy = hasty().deadline(Duration::from_millis(300));
    let client = stack.client_for(&emulator).with_retry(policy);
    let end = client.send(example()).unwrap_err();
    assert_eq!(end.failure(), FailureKind::TimedOut);
    assert!(end.is_deadline);
    assert_eq!((end.attempts, emulator.requests().len()), (2, 2));
}

fn deadline_of_one_call(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::hang()]);
    let create = example().deadline(Duration::from_millis(100));
    let end = stack.client_for(&emulator).send(create).unwrap_err();
    assert_eq!(end.failure(), FailureKind::TimedOut);
    assert!(end.is_deadline);
    assert_eq!(end.attempts, 1);
}

fn attempt_timeout(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::hang()]);
    let policy = hasty().attempt_timeout(Duration::from_millis(500));
    let client = stack.client_for(&emulator).with_retry(policy);
    assert_eq!(client.send(example()).unwrap().attempts, 2);
    assert_eq!(emulator.requests().len(), 2);
}
