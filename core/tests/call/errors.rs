//! What a failed call returns.

use apideck_vault_core::error::{
    BuildError, CallError, CallErrorKind, Failure, FailureKind, ResponseError, TransportError,
};
use apideck_vault_core::http::{Method, Request, Response};
use apideck_vault_core::operation::refused;
use apideck_vault_core::retry::{ExponentialBackoff, RetryBudget, WhenEmpty};
use apideck_vault_core::{Bytes, CreateSession, Operation, Step, Vault};
use std::error::Error as _;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::{MS, S, answer, create, failure, run, settings, with};

#[test]
fn wrong_input_ends_a_call_before_anything_is_sent() {
    let step: Step<_, io::Error> = settings().begin(CreateSession::new(""), 1);
    let Step::Done(Err(failed)) = step else {
        panic!("{step:?}")
    };
    let CallErrorKind::Build(error) = failed.kind() else {
        panic!("{failed:?}")
    };
    assert_eq!((error.field(), failed.attempts()), ("consumer_id", 0));
    assert_eq!(
        failed.to_string(),
        format!("consumer_id {}: {}", error.problem(), error.expected())
    );
    assert_eq!((failed.failure_kind(), failed.retry_after()), (None, None));
}

#[test]
fn an_error_says_that_the_budget_was_empty() {
    let budget = RetryBudget::new().when_empty(WhenEmpty::Fail);
    let run = run(&settings().budget(budget), 1, |_| (answer(503, &[]), MS));
    let error = run.error().to_string();
    assert!(error.contains("3 attempts in "), "{error}");
    assert!(error.ends_with(" s, the retry budget is empty)"), "{error}");
}

/// An operation that can be encoded only once.
struct Once(AtomicBool);

impl Operation for Once {
    type Output = ();

    fn encode(&self, vault: &Vault) -> Result<Request<Bytes>, BuildError> {
        match self.0.swap(true, Relaxed) {
            false => vault.request(Method::GET, "/", Bytes::new()),
            true => Err(BuildError::new("operation", "is used up", "it must be new")),
        }
    }

    fn decode(
        &self,
        vault: &Vault,
        answer: Response<Bytes>,
    ) -> Result<Response<()>, ResponseError> {
        Err(refused(vault, answer).into())
    }
}

#[test]
fn a_call_whose_request_cannot_be_rebuilt_says_why() {
    let settings = settings();
    let budget = settings.budget.clone().unwrap();
    let step: Step<_, io::Error> = settings.begin(Once(false.into()), 1);
    let Step::Send(_, attempt) = step else {
        panic!("{step:?}")
    };
    let Step::Wait(wait) = attempt.finish(answer(503, &[]), MS) else {
        panic!("a 503 is retried")
    };
    let available = budget.available();
    let Step::Done(Err(error)) = wait.resume(S) else {
        panic!("there is nothing to send")
    };
    assert_eq!(budget.available(), available);
    assert_eq!(error.to_string(), "operation is used up: it must be new");
    assert_eq!(error.attempts(), 1);
}

#[test]
fn the_steps_of_a_call_can_be_kept_without_its_settings() {
    let settings = settings();
    let step: Step<_, io::Error> = settings.begin(create(), 1);
    drop(settings);
    let kept: Box<dyn std::any::Any + Send> = Box::new(step);
    assert!(kept.is::<Step<CreateSession, io::Error>>());
}

#[test]
fn the_text_of_an_error_says_everything_once() {
    let run = run(&with(ExponentialBackoff::none()), 1, |_| {
        (failure(FailureKind::NotSent), MS)
    });
    assert_eq!(run.error().to_string(), "the request was not sent: broken");
    // So whoever prints the sources, too, sees nothing twice.
    assert!(run.error().source().is_none());
    let CallErrorKind::Transport(failure) = run.error().kind() else {
        panic!("{:?}", run.error())
    };
    assert_eq!(failure.error().unwrap().to_string(), "broken");
    let CallErrorKind::Transport(failure) = run.result.unwrap_err().into_kind() else {
        panic!("it was one before")
    };
    assert_eq!(failure.into_error().unwrap().to_string(), "broken");
}

#[test]
fn debug_says_where_a_call_is_and_shows_neither_its_request_nor_its_answer() {
    let prepared = settings().prepare::<_, io::Error>(create(), 1);
    assert_eq!(format!("{prepared:?}"), "PreparedCall { .. }");
    let step = prepared.begin();
    assert_eq!(format!("{step:?}"), "Attempt { number: 1, begun: 0ns, .. }");
    let Step::Send(_, attempt) = step else {
        panic!("{step:?}")
    };
    let step = attempt.finish(answer(503, &[]), MS);
    let Step::Wait(wait) = &step else {
        panic!("{step:?}")
    };
    let expected = format!("Wait {{ after_attempt: 1, delay: {:?}, .. }}", wait.delay());
    assert_eq!(format!("{step:?}"), expected);
    for (status, expected) in [(200, "Done(Ok)"), (401, "Done(Err)")] {
        let Step::Send(_, attempt) = settings().begin(create(), 1) else {
            panic!("it can be sent")
        };
        let step = attempt.finish(answer(status, &[]), MS);
        assert_eq!(format!("{step:?}"), expected);
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the pool is closed")]
struct Closed(#[source] io::Error);

#[test]
fn an_error_of_any_type_keeps_its_text_and_its_source() {
    let closed = || Closed(io::Error::other("shut down"));
    let error = TransportError::new(closed());
    assert_eq!(error.to_string(), "the pool is closed");
    assert_eq!(format!("{error:?}"), format!("{:?}", closed()));
    assert_eq!(error.source().unwrap().to_string(), "shut down");
    assert!(error.get_ref().is::<Closed>());
}

#[test]
fn an_error_tells_the_story_of_its_call() {
    let policy = ExponentialBackoff::new().max_attempts(4);
    let run = run(&with(policy).budget(None), 1, |number| match number {
        1 => (failure(FailureKind::Refused), MS),
        2 | 3 => (answer(503, &[]), 2 * MS),
        _ => (answer(500, &[]), MS),
    });
    let error = run.error();
    let seconds = error.elapsed().as_secs_f64();
    assert_eq!(
        error.to_string(),
        format!(
            "500 Internal Server Error: no (4 attempts in {seconds:.1} s; also: the server does not \
             accept connections, 503 Service Unavailable)"
        )
    );
    let history: Vec<_> = error.history().iter().map(ToString::to_string).collect();
    assert_eq!(history.len(), 4);
    assert_eq!(
        history[0],
        "the server does not accept connections after 0.001 s, begun at 0.000 s"
    );
    assert_eq!(error.history()[2].begun, run.attempts[2].0);
    assert_eq!(error.history()[2].took, 2 * MS);
}

#[test]
fn an_attempt_that_the_deadline_cut_short_does_not_hide_what_was_wrong() {
    let settings = settings().deadline(3 * S).budget(None);
    let run = run(&settings, 1, |number| match number {
        1 => (answer(503, &[]), MS),
        _ => (answer(200, &[]), 60 * S),
    });
    let error = run.error();
    assert!(error.is_deadline());
    assert!(error.api_error().unwrap().is_server_error());
    assert_eq!(
        error.to_string(),
        "503 Service Unavailable: no (2 attempts in 3.0 s, out of time; also: no answer in time)"
    );
}

#[test]
fn a_key_that_the_server_echoes_is_redacted_in_printed_text() {
    let run = run(&settings(), 1, |_| {
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

/// It is what `unwrap` and a `main` that returns the error print.
#[test]
fn the_debug_text_of_an_error_is_its_text_and_the_long_one_has_the_attempts() {
    let run = run(&settings(), 1, |_| (answer(401, &[]), MS));
    let error = run.error();
    assert_eq!(format!("{error:?}"), error.to_string());
    let parts = format!("{error:#?}");
    assert!(parts.starts_with("CallError {\n    kind: Api("), "{parts}");
    assert!(parts.contains("cause: Refused("), "{parts}");

    let error = BuildError::new("consumer_id", "is empty", "it must not be");
    assert_eq!(format!("{error:?}"), error.to_string());
}

#[test]
fn the_errors_of_a_call_are_send_sync_and_static() {
    fn lives_on<T: std::error::Error + Send + Sync + 'static>() {}
    lives_on::<CallError<io::Error>>();
    lives_on::<Failure<io::Error>>();
    lives_on::<BuildError>();
}

#[test]
fn an_error_is_retryable_exactly_if_it_is_retried_by_default() {
    let check = |outcome: &dyn Fn() -> crate::Outcome| {
        let run = run(&settings(), 1, |_| (outcome(), MS));
        let retried = run.attempts.len() > 1;
        assert_eq!(run.error().is_retryable(), retried, "{:?}", run.error());
        retried
    };
    let statuses = (201..600).filter(|status| check(&|| answer(*status, &[])));
    assert_eq!(statuses.collect::<Vec<_>>(), [408, 429, 500, 502, 503, 504]);
    for (kind, expected) in [
        (FailureKind::NameNotResolved, true),
        (FailureKind::Refused, true),
        (FailureKind::Untrusted, false),
        (FailureKind::ClientUntrusted, false),
        (FailureKind::NotTls, true),
        (FailureKind::NotSent, true),
        (FailureKind::TimedOut, true),
        (FailureKind::Unanswered, true),
        (FailureKind::TooLarge, false),
        (FailureKind::Other, false),
    ] {
        assert_eq!(check(&|| failure(kind)), expected, "{kind:?}");
    }
    assert!(!check(&|| Ok(Response::new(Bytes::from_static(b"{}")))));

    let wrong_input = CreateSession::new("")
        .encode(&settings().vault)
        .unwrap_err();
    assert!(!CallError::<io::Error>::from(wrong_input).is_retryable());
}
