//! What a call that fails gives back.

use apideck_vault_core::error::{
    ApiError, BuildError, CallError, CallErrorKind, Failure, FailureKind, ResponseError,
};
use apideck_vault_core::http::{Method, Request, Response};
use apideck_vault_core::retry::{ExponentialBackoff, RetryBudget, RetryPolicy};
use apideck_vault_core::{Bytes, Call, CreateSession, Operation, Step, Vault};
use std::error::Error as _;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use crate::{MS, S, answer, create, failure, run};

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

/// An operation that is encoded once.
struct Once(AtomicBool);

impl Operation for Once {
    type Output = ();

    fn encode(&self, vault: &Vault, body: Bytes) -> Result<Request<Bytes>, BuildError> {
        match self.0.swap(true, Relaxed) {
            false => vault.request(Method::GET, "/", body),
            true => Err(BuildError::new("operation", "is used up", "it must be new")),
        }
    }

    fn decode(&self, answer: Response<Bytes>) -> Result<Response<()>, ResponseError> {
        Err(ApiError::from_response(answer).into())
    }
}

#[test]
fn a_call_whose_request_cannot_be_built_again_ends_with_the_error_in_hand() {
    let vault = Vault::new("key", "app").unwrap();
    let budget = RetryBudget::new();
    let policy = ExponentialBackoff::new().budget(budget.clone());
    let step: Step<_, _, io::Error> = Call::begin(&vault, Once(false.into()), &policy, 1);
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
    assert!(error.api_error().unwrap().is_server_error());
    assert_eq!(error.attempts(), 1);
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
fn the_errors_of_a_call_can_cross_threads_and_live_on() {
    fn lives_on<T: std::error::Error + Send + Sync + 'static>() {}
    lives_on::<CallError<io::Error>>();
    lives_on::<Failure<io::Error>>();
    lives_on::<BuildError>();
}
