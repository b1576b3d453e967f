//! What a call tells its observer.

use apideck_vault_core::error::{CallErrorKind, ClientError, Failure, FailureKind, PastCause};
use apideck_vault_core::http::{Response, StatusCode};
use apideck_vault_core::retry::{RetryBudget, WhenEmpty};
use apideck_vault_core::{Bytes, ClientSettings, CreateSession, Event, Step, Vault};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const OK: &str =
    r#"{"status_code":200,"status":"OK","data":{"session_uri":"https://v/s","session_token":"t"}}"#;

type Outcome = Result<Response<Bytes>, Failure<io::Error>>;

fn ok() -> Outcome {
    Ok(Response::new(OK.into()))
}

fn refused(status: u16) -> Outcome {
    let answer = Response::builder()
        .status(status)
        .header("x-apideck-request-id", "req-1")
        .header("retry-after", "2");
    Ok(answer.body(Bytes::new()).unwrap())
}

fn answer(status: u16, body: &'static str, request_id: &str) -> Outcome {
    let answer = Response::builder().status(status);
    let answer = answer.header("x-apideck-request-id", request_id);
    Ok(answer.body(body.into()).unwrap())
}

fn broken() -> Outcome {
    Err(Failure::new(
        FailureKind::Unanswered,
        io::Error::other("reset"),
    ))
}

/// What is told about a call in which each attempt takes 10 ms and has the next of these outcomes.
fn told(
    change: impl FnOnce(ClientSettings) -> ClientSettings,
    consumer_id: &str,
    outcomes: Vec<Outcome>,
) -> Vec<String> {
    let told = Arc::new(Mutex::new(Vec::new()));
    let list = told.clone();
    let settings = change(ClientSettings::from(
        Vault::new("sk_secret", "app").unwrap(),
    ));
    let settings = settings.observer(move |event| list.lock().unwrap().push(line(event)));
    let (mut elapsed, mut outcomes) = (Duration::ZERO, outcomes.into_iter());
    let mut step = settings.begin(CreateSession::new(consumer_id), 1);
    loop {
        step = match step {
            Step::Send(_, attempt) => {
                elapsed += Duration::from_millis(10);
                attempt.finish(outcomes.next().unwrap(), elapsed)
            }
            Step::Wait(wait) => {
                elapsed += wait.delay();
                wait.resume(elapsed)
            }
            Step::Done(_) => break,
        };
    }
    told.lock().unwrap().clone()
}

fn line(event: &Event<'_>) -> String {
    match *event {
        Event::AttemptEnded {
            number,
            outcome,
            took,
            request_id,
            ..
        } => {
            let outcome = match outcome {
                Ok(status) => status.as_u16().to_string(),
                Err(cause) => cause.to_string(),
            };
            format!("attempt {number}: {outcome}, {took:?}, {request_id:?}")
        }
        Event::WaitBegan {
            attempts,
            retry_after,
            is_held,
            ..
        } => format!("wait after {attempts}: asked {retry_after:?}, held {is_held}"),
        Event::CallEnded {
            attempts,
            outcome,
            cause,
            ..
        } => format!("end after {attempts}: {outcome:?}, {cause:?}"),
        _ => unreachable!("another event"),
    }
}

#[test]
fn each_attempt_and_each_wait_and_the_end_are_told() {
    assert_eq!(
        told(|settings| settings, "c", vec![broken(), refused(503), ok()]),
        [
            "attempt 1: the connection broke before the answer was complete, 10ms, None",
            "wait after 1: asked None, held false",
            r#"attempt 2: 503 Service Unavailable, 10ms, Some("req-1")"#,
            "wait after 2: asked Some(2s), held false",
            "attempt 3: 200, 10ms, None",
            "end after 3: Ok(200), None",
        ]
    );
}

#[test]
fn a_request_id_is_told_as_far_as_anyone_would_log_it() {
    let long = "x".repeat(10_000);
    let id = "x".repeat(300);
    for (status, body, outcome) in [(400, "", "400 Bad Request"), (200, OK, "200")] {
        let told = told(|settings| settings, "c", vec![answer(status, body, &long)]);
        assert_eq!(told[0], format!("attempt 1: {outcome}, 10ms, Some({id:?})"));
    }
}

#[test]
fn every_answer_has_its_request_id_told_without_the_key() {
    for (status, body) in [(400, ""), (200, "{}"), (200, OK)] {
        let told =
            |id| told(|settings| settings, "c", vec![answer(status, body, id)]).swap_remove(0);
        let (usual, echo) = (told("req-1"), told("for sk_secret"));
        assert!(usual.ends_with(r#", Some("req-1")"#), "{usual}");
        assert!(echo.ends_with(r#", Some("[redacted]")"#), "{echo}");
    }
}

#[test]
fn a_call_that_fails_tells_why_it_ends() {
    let status = StatusCode::UNAUTHORIZED;
    let end = format!(
        "end after 1: Err(Policy), {:?}",
        Some(PastCause::Refused(status))
    );
    let told = told(|settings| settings, "c", vec![refused(401)]);
    assert_eq!(told.last(), Some(&end));
}

#[test]
fn a_call_that_the_budget_holds_says_so() {
    let empty = RetryBudget::new().capacity(1).refilled(0.0, 0.0, 0.1);
    assert!(empty.available() > 0.0);
    let outcomes = vec![refused(503), refused(503), ok()];
    let told = told(|settings| settings.budget(empty), "c", outcomes);
    let held = told.iter().filter(|line| line.ends_with("held true"));
    assert!(held.count() > 0, "{told:?}");
}

#[test]
fn a_call_that_finds_no_token_and_does_not_wait_tells_no_wait() {
    let none = RetryBudget::new().capacity(0).when_empty(WhenEmpty::Fail);
    let told = told(|settings| settings.budget(none), "c", vec![refused(503)]);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].starts_with("end after 1: Err(Budget)"), "{told:?}");
}

#[test]
fn input_that_cannot_be_sent_is_told_as_the_end() {
    let told = told(|settings| settings, "", Vec::new());
    assert_eq!(told, ["end after 0: Err(Policy), None"]);
}

#[test]
fn a_client_that_cannot_send_ends_the_call_and_wrong_input_goes_before_it() {
    for (consumer_id, is_about_the_client) in [("c", true), ("", false)] {
        let told = Arc::new(Mutex::new(Vec::new()));
        let list = told.clone();
        let settings = ClientSettings::from(Vault::new("sk_secret", "app").unwrap())
            .observer(move |event| list.lock().unwrap().push(line(event)));
        let call = settings.prepare::<_, io::Error>(CreateSession::new(consumer_id), 1);
        let error = call.cannot_send(ClientError::missing_tls("a-package"));
        assert_eq!(
            matches!(error.kind(), CallErrorKind::Client(_)),
            is_about_the_client
        );
        assert_eq!(*told.lock().unwrap(), ["end after 0: Err(Policy), None"]);
    }
}

#[test]
fn debug_says_whether_there_is_an_observer() {
    let settings = ClientSettings::from(Vault::new("sk_secret", "app").unwrap());
    assert!(format!("{settings:?}").contains("observer: None"));
    let settings = settings.observer(|_| ());
    assert!(format!("{settings:?}").contains("observer: Some(Observer)"));
}
