//! What is tried again, how often, and when it ends.

use apideck_vault_core::error::FailureKind;
use apideck_vault_core::http::StatusCode;
use apideck_vault_emulator::{Answer, Emulator};
use apideck_vault_stacks::Stack;
use std::io::Write;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::case::{Case, case};
use crate::client::{client, client_for};
use crate::example::{example, read_example};
use crate::settings::{impatient, once, settings_at};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_503_is_retried_until_it_succeeds", retried_503),
    case("each_attempt_sends_the_same_bytes", same_bytes),
    case("no_retry_is_one_attempt", none),
    case("one_call_can_have_another_policy", policy_of_one_call),
    case("retry_after_is_waited_for", retry_after),
    case("a_retry_after_that_says_nothing_is_no_wait", no_wait),
    case("a_wait_that_ends_after_the_deadline_is_not_begun", deadline_before_wait_ends),
    case("the_deadline_ends_a_hanging_attempt", deadline_while_hanging),
    case("the_deadline_of_one_call_ends_no_other_one", deadline_of_one_call),
    case("an_attempt_that_hangs_is_given_up_and_retried", attempt_timeout),
];

fn retried_503(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(503), Answer::status(500)]);
    let answered = client_for(stack, &emulator).send(example()).unwrap();
    assert_eq!(answered.attempts, 3);
    assert_eq!(emulator.requests().len(), 3);
}

fn none(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator).with_retry(once());
    for (answer, status) in [(Answer::status(503), Some(503)), (Answer::close(), None)] {
        emulator.script([answer]);
        let before = emulator.requests().len();
        let failed = client.send(example()).unwrap_err();
        assert_eq!(failed.attempts, 1);
        assert_eq!(emulator.requests().len(), before + 1);
        match status {
            Some(status) => assert_eq!(failed.api().status().as_u16(), status),
            None => assert_eq!(failed.failure(), FailureKind::Unanswered),
        }
    }
}

fn policy_of_one_call(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator);
    emulator.script([Answer::status(418)]);
    let teapots = impatient().statuses([StatusCode::IM_A_TEAPOT]);
    let one_call = client.with_settings(|settings| settings.retry(teapots));
    assert_eq!(one_call.send(example()).unwrap().attempts, 2);
    emulator.script([Answer::status(418)]);
    assert_eq!(client.send(example()).unwrap_err().attempts, 1);
}

fn retry_after(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator);
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

fn deadline_while_hanging(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(503), Answer::hang()]);
    let settings = settings_at(emulator.url()).deadline(Duration::from_millis(300));
    let failed = client(stack, settings).send(example()).unwrap_err();
    // What the server said tells more than that the deadline cut its successor short.
    assert!(failed.api().is_server_error(), "{}", failed.text);
    assert!(
        failed.text.contains("also: no answer in time"),
        "{}",
        failed.text
    );
    assert!(failed.is_deadline());
    assert_eq!((failed.attempts, emulator.requests().len()), (2, 2));
}

/// What another call's copy of the client has is not the client's.
fn deadline_of_one_call(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let client = client_for(stack, &emulator);
    let short = client.with_settings(|settings| settings.deadline(Duration::from_millis(100)));
    emulator.script([Answer::hang(), Answer::hang()]);
    let failed = short.send(example()).unwrap_err();
    assert_eq!(failed.failure(), FailureKind::TimedOut);
    assert!(failed.is_deadline());
    // The first attempt left time for another.
    assert_eq!(failed.attempts, 2);

    assert_eq!(client.settings().deadline, Some(Duration::from_secs(30)));
    emulator.script([Answer::normal().delay(Duration::from_millis(300))]);
    assert_eq!(client.send(example()).unwrap().attempts, 1);
}

fn attempt_timeout(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::hang()]);
    let settings = settings_at(emulator.url());
    let client = client(stack, settings.attempt_timeout(Duration::from_millis(500)));
    // More, if the machine is so busy that the second one is not answered in time either.
    assert!(client.send(example()).unwrap().attempts >= 2);
    assert!(emulator.requests().len() >= 2);
}

/// Not only what a server makes of it: the bytes on the wire, in their order.
fn same_bytes(stack: Stack) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let settings = settings_at(url).retry(impatient().max_attempts(3));
    let call = client(stack, settings).begin(example());
    let attempts = [(); 3].map(|()| {
        let (mut socket, _) = listener.accept().unwrap();
        let bytes = read_example(&mut socket).unwrap();
        let answer = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close";
        write!(socket, "{answer}\r\n\r\n").unwrap();
        String::from_utf8(bytes).unwrap()
    });
    assert_eq!(call.wait().unwrap_err().attempts, 3);
    assert!(
        attempts[0].starts_with("POST /vault/sessions HTTP/1.1\r\n"),
        "{}",
        attempts[0]
    );
    assert_eq!(attempts[0], attempts[1]);
    assert_eq!(attempts[0], attempts[2]);
}

/// These ask for no wait, so the policy's own one of a millisecond counts, not the deadline.
fn no_wait(stack: Stack) {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    for (name, value) in [
        ("retry-after", "0"),
        ("retry-after-ms", "0"),
        ("retry-after", "soon"),
        ("retry-after", "-5"),
        ("retry-after", "1e9"),
        ("retry-after", ""),
        ("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"),
        ("retry-after", "Sun, 99 Nov 1994 08:00:00 GMT"),
    ] {
        let emulator = Emulator::start().unwrap();
        let answer = Answer::status(503).header("date", date);
        emulator.script([answer.header(name, value)]);
        let answered = client_for(stack, &emulator).send(example());
        let answered = answered.unwrap_or_else(|failed| panic!("{name}: {value}: {failed:?}"));
        assert_eq!(answered.attempts, 2, "{name}: {value}");
    }
}

/// Whichever way it is asked for: the error comes at once, as nothing could come of the wait.
fn deadline_before_wait_ends(stack: Stack) {
    for (name, value, asked) in [
        ("retry-after", "31", 31),
        ("retry-after-ms", "31000", 31),
        ("retry-after", "3600", 3600),
        ("retry-after", "Sun, 06 Nov 1994 08:50:08 GMT", 31),
        ("retry-after", "99999999999999999999", u64::MAX),
    ] {
        let emulator = Emulator::start().unwrap();
        let answer = Answer::status(429).header("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        emulator.script([answer.header(name, value)]);
        let settings = settings_at(emulator.url()).deadline(Duration::from_secs(30));
        let failed = client(stack, settings).send(example()).unwrap_err();
        assert!(failed.is_deadline(), "{name}: {value}");
        assert!(failed.api().is_too_many_requests());
        let asked = Duration::from_secs(asked);
        assert_eq!(failed.api().retry_after(), Some(asked), "{value}");
        assert_eq!((failed.attempts, emulator.requests().len()), (1, 1));
    }
}
