//! Errors that do not come from a call: an adapter's, and those of a single attempt.

use apideck_vault_core::error::{
    CallError, CallErrorKind, ClientError, Failure, FailureKind, ResponseError, TransportError,
};
use apideck_vault_core::http::Response;
use apideck_vault_core::operation::refused;
use apideck_vault_core::{Bytes, Operation};
use std::io;

use crate::{S, answer, create, settings};

#[test]
fn a_client_that_cannot_send_says_what_to_do() {
    let error = ClientError::missing_tls("apideck-vault-ureq");
    let error = CallError::<io::Error>::from(error);
    assert_eq!(
        error.to_string(),
        "https needs TLS, which apideck-vault-ureq was built without: enable its feature `rustls`, \
         `rustls-platform-verifier` or `native-tls`, or bring a client that speaks TLS with `from_client`"
    );
    let error = ClientError::unbuildable("reqwest", "no certificates");
    let error = CallError::<io::Error>::from(error);
    assert_eq!(
        error.to_string(),
        "the default reqwest client cannot be built (no certificates): bring your own with \
         `from_client`"
    );
    assert_eq!((error.attempts(), error.is_retryable()), (0, false));
}

#[test]
fn an_error_made_by_hand_is_that_of_a_first_attempt() {
    let refused = refused(
        &settings().vault,
        answer(503, &[("retry-after", "7")]).unwrap(),
    );
    let error = CallError::<io::Error>::from(ResponseError::from(refused));
    assert_eq!((error.attempts(), error.is_deadline()), (1, false));
    assert_eq!(error.retry_after(), Some(7 * S));
    assert_eq!(error.to_string(), "503 Service Unavailable: no");
    assert!(error.failure_kind().is_none());

    let broken = create().decode(&settings().vault, Response::new(Bytes::from_static(b"{}")));
    let error = CallError::<io::Error>::from(broken.unwrap_err());
    assert!(matches!(error.kind(), CallErrorKind::Decode(_)));
    assert!(error.api_error().is_none() && error.retry_after().is_none());

    let failure = Failure::new(FailureKind::Refused, TransportError::new("port 1"));
    let error = CallError::from(failure);
    assert_eq!(error.failure_kind(), Some(FailureKind::Refused));
    let CallErrorKind::Transport(failure) = error.into_kind() else {
        panic!("it was made of a failure")
    };
    let inner = failure.into_error().unwrap();
    assert_eq!(inner.get_ref().to_string(), "port 1");
}
