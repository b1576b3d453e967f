//! What defines one endpoint: how its request is built and how its answer is read.
//!
//! Besides the trait, this module has the helpers for writing an operation.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde::de::{Deserialize, DeserializeOwned};

use crate::error::{ApiError, BuildError, DecodeError, Object, ResponseError};
use crate::vault::Vault;

pub use crate::vault::{header_value, path_segment};

/// The two-way contract of one endpoint: encode its request, decode its answer.
///
/// You can implement it yourself: for another endpoint of the API, write these two functions, and
/// you get retries, errors and every HTTP stack for it.
///
/// ```
/// use apideck_vault_core::error::{BuildError, ResponseError};
/// use apideck_vault_core::http::{Method, Request, Response, StatusCode};
/// use apideck_vault_core::operation::{decode_json, path_segment};
/// use apideck_vault_core::{Bytes, Operation, Vault};
///
/// /// `GET /vault/consumers/{consumer_id}`
/// struct GetConsumer { consumer_id: String }
///
/// impl Operation for GetConsumer {
///     type Output = serde_json::Value;
///
///     fn encode(&self, vault: &Vault) -> Result<Request<Bytes>, BuildError> {
///         let consumer_id = path_segment("consumer_id", &self.consumer_id)?;
///         vault.request(Method::GET, format!("/vault/consumers/{consumer_id}"), Bytes::new())
///     }
///
///     fn decode(&self, vault: &Vault, answer: Response<Bytes>)
///         -> Result<Response<Self::Output>, ResponseError>
///     {
///         decode_json(vault, answer, StatusCode::OK)
///     }
/// }
///
/// let vault = Vault::new("sk_live_1", "app")?;
/// let request = GetConsumer { consumer_id: "test-consumer".into() }.encode(&vault)?;
/// assert_eq!(request.uri(), "https://unify.apideck.com/vault/consumers/test-consumer");
/// # Ok::<(), BuildError>(())
/// ```
pub trait Operation {
    /// The type that a successful answer is read into.
    type Output;

    /// Builds the request, ready for any HTTP stack. It usually starts with [`Vault::request`].
    ///
    /// A call does this once per attempt, and the request must be the same each time. Generate
    /// values such as an idempotency key beforehand and store them in the operation.
    ///
    /// # Errors
    ///
    /// If the operation's input cannot be sent. The error ends the call.
    fn encode(&self, vault: &Vault) -> Result<Request<Bytes>, BuildError>;

    /// Reads an answer, whatever its status: usually with [`decode_json`], or with [`refused`] and
    /// [`broken`].
    ///
    /// # Errors
    ///
    /// If the answer is not a success, or breaks the contract.
    fn decode(
        &self,
        vault: &Vault,
        answer: Response<Bytes>,
    ) -> Result<Response<Self::Output>, ResponseError>;
}

/// Reads an answer that, on success, has the status `expected` and a JSON object as its body.
///
/// Any other status becomes an [`ApiError`].
///
/// # Errors
///
/// If the status is not `expected`, the media type is not JSON, or the body is not a `T`.
pub fn decode_json<T: DeserializeOwned>(
    vault: &Vault,
    answer: Response<Bytes>,
    expected: StatusCode,
) -> Result<Response<T>, ResponseError> {
    if answer.status() != expected {
        return Err(refused(vault, answer).into());
    }
    let output = read_json(vault, &answer)?;
    Ok(answer.map(|_| output))
}

/// The error for an answer that is not a success.
///
/// If the server repeats the API key in a field or a header, the key is removed.
pub fn refused(vault: &Vault, answer: Response<Bytes>) -> ApiError {
    ApiError::from_response(answer, vault.secret())
}

/// The error for an answer that claims success but breaks the contract.
///
/// `path` is the JSON path of the fault, such as `$.data.session_uri`; `problem` is a predicate ("is
/// missing") without any value from the body. If they or the headers repeat the API key, the key is removed.
pub fn broken(
    vault: &Vault,
    answer: &Response<Bytes>,
    path: impl Into<String>,
    problem: impl Into<String>,
) -> DecodeError {
    DecodeError::new(answer, path, problem, vault.secret())
}

/// Reads the body of a success: a JSON object.
pub(crate) fn read_json<'a, T: Deserialize<'a>>(
    vault: &Vault,
    answer: &'a Response<Bytes>,
) -> Result<T, DecodeError> {
    DecodeError::check_media_type(answer, vault.secret())?;
    match serde_json::from_slice(answer.body()) {
        Ok(Object(value)) => Ok(value),
        Err(_) => Err(DecodeError::diagnose::<Object<T>>(answer, vault.secret())),
    }
}
