//! What defines one endpoint: how its request is built and how its answer is read. Besides the
//! trait, this module has the helpers for writing an operation.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde::de::DeserializeOwned;

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

    /// Reads an answer, whatever its status: usually with [`decode_json`], or with [`refused`] if
    /// the status is not a success.
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

/// Reads an answer that, on success, has the status `expected` and a JSON object as its body. Any
/// other status becomes an [`ApiError`].
///
/// # Errors
///
/// If the status is not `expected`, the media type is not JSON, or the body is not a `T`.
pub fn decode_json<T: DeserializeOwned>(
    vault: &Vault,
    answer: Response<Bytes>,
    expected: StatusCode,
) -> Result<Response<T>, ResponseError> {
    decode_json_into(vault, answer, expected, Ok)
}

/// The error for an answer that is not a success. If the server repeats the API key in a field or a
/// header, the key is removed.
pub fn refused(vault: &Vault, answer: Response<Bytes>) -> ApiError {
    ApiError::from_response(answer, vault.api_key())
}

/// Where in the body something is wrong, and what it is: see [`DecodeError::new`].
pub(crate) type Fault = (&'static str, &'static str);

/// Like [`decode_json`], with a check of the values: `convert` finds faults and builds the output.
pub(crate) fn decode_json_into<T: DeserializeOwned, U>(
    vault: &Vault,
    answer: Response<Bytes>,
    expected: StatusCode,
    convert: impl FnOnce(T) -> Result<U, Fault>,
) -> Result<Response<U>, ResponseError> {
    if answer.status() != expected {
        return Err(refused(vault, answer).into());
    }
    let broken = |error: DecodeError| error.redacted(vault.api_key());
    DecodeError::check_media_type(&answer).map_err(broken)?;
    let Ok(Object(value)) = serde_json::from_slice::<Object<T>>(answer.body()) else {
        return Err(broken(DecodeError::diagnose::<Object<T>>(&answer)).into());
    };
    match convert(value) {
        Ok(output) => Ok(answer.map(|_| output)),
        Err((path, problem)) => Err(broken(DecodeError::new(&answer, path, problem)).into()),
    }
}
