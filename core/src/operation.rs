//! What one endpoint is: how its request is built and how its answer is read.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use crate::Vault;
use crate::error::{ApiError, BuildError, DecodeError, ResponseError};
use crate::retry::RetryPolicy;

/// The two-way contract of one endpoint: encode its request, decode its answer.
///
/// It is open: whoever needs another endpoint of the API writes these functions, and
/// [`body`](Self::body) if it sends one, and gets retries, errors and every HTTP stack with it.
///
/// ```
/// use apideck_vault_core::{Operation, Vault, decode_json, path_segment};
/// use apideck_vault_core::{Bytes, http, error::{BuildError, ResponseError}};
/// use http::{Method, Request, Response, StatusCode};
///
/// /// `GET /vault/consumers/{consumer_id}`
/// struct GetConsumer { consumer_id: String }
///
/// impl Operation for GetConsumer {
///     type Output = serde_json::Value;
///
///     fn encode(&self, vault: &Vault, body: Bytes) -> Result<Request<Bytes>, BuildError> {
///         let consumer_id = path_segment("consumer_id", &self.consumer_id)?;
///         vault.request(Method::GET, &format!("/vault/consumers/{consumer_id}"), body)
///     }
///
///     fn decode(&self, answer: Response<Bytes>) -> Result<Response<Self::Output>, ResponseError> {
///         decode_json(answer, StatusCode::OK)
///     }
/// }
///
/// let vault = Vault::new("sk_live_1", "app")?;
/// let request = vault.encode(&GetConsumer { consumer_id: "test-consumer".into() })?;
/// assert_eq!(request.uri(), "https://unify.apideck.com/vault/consumers/test-consumer");
/// # Ok::<(), BuildError>(())
/// ```
pub trait Operation {
    /// What a successful answer is read into.
    type Output;

    /// Makes the request's body, once for all attempts of a call. Empty by default: then none is
    /// sent.
    ///
    /// # Errors
    ///
    /// If the operation's input cannot be sent.
    fn body(&self) -> Result<Bytes, BuildError> {
        Ok(Bytes::new())
    }

    /// Builds the request around its [`body`](Self::body), once for each attempt of a call: what has
    /// to be the same in all of them, such as an idempotency key, is made before and kept in the
    /// operation.
    ///
    /// # Errors
    ///
    /// If the operation's input cannot be sent. An error before a further attempt ends the call with
    /// what the attempt before it ended with.
    fn encode(&self, vault: &Vault, body: Bytes) -> Result<Request<Bytes>, BuildError>;

    /// Reads an answer, whatever its status.
    ///
    /// # Errors
    ///
    /// If the answer is no success, or breaks the contract.
    fn decode(&self, answer: Response<Bytes>) -> Result<Response<Self::Output>, ResponseError>;

    /// What this call asks for instead of its client's settings; nothing by default.
    fn options(&self) -> CallOptions {
        CallOptions::default()
    }
}

/// What one call asks for instead of its client's settings.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// Another retry policy, which also brings its own times.
    pub retry: Option<Arc<dyn RetryPolicy>>,
    /// Another deadline than the policy's.
    pub deadline: Option<Duration>,
}

impl Vault {
    /// Builds the request of an operation, ready for any HTTP stack.
    ///
    /// ```
    /// use apideck_vault_core::{CreateSession, Operation, Vault};
    ///
    /// let vault = Vault::new("sk_live_1", "app")?;
    /// let create = CreateSession::new("test-consumer");
    /// let request = vault.encode(&create)?;
    /// assert_eq!(request.uri(), "https://unify.apideck.com/vault/sessions");
    /// // Send it, make an `http::Response` of the answer, and hand that to
    /// // `vault.decode(&create, answer)`.
    /// # Ok::<(), apideck_vault_core::error::BuildError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the operation's input cannot be sent.
    pub fn encode<O: Operation>(&self, operation: &O) -> Result<Request<Bytes>, BuildError> {
        operation.encode(self, operation.body()?)
    }

    /// Reads the answer to a request that [`encode`](Self::encode) built. It does what
    /// [`Operation::decode`] does and, for servers that repeat what they got, takes the API key out
    /// of the texts of an [`ApiError`].
    ///
    /// # Errors
    ///
    /// If the answer is no success, or breaks the contract.
    pub fn decode<O: Operation>(
        &self,
        operation: &O,
        answer: Response<Bytes>,
    ) -> Result<Response<O::Output>, ResponseError> {
        let mut result = operation.decode(answer);
        if let Err(ResponseError::Api(error)) = &mut result {
            error.redact(self.api_key());
        }
        result
    }
}

/// Reads an answer whose success has the status `expected` and a JSON object as its body; any other
/// status becomes an [`ApiError`].
///
/// # Errors
///
/// If the status is another, the media type is no JSON, or the body is no `T`.
pub fn decode_json<T: DeserializeOwned>(
    answer: Response<Bytes>,
    expected: StatusCode,
) -> Result<Response<T>, ResponseError> {
    decode_json_into(answer, expected, Ok)
}

/// Where in the body something is wrong, and what: see [`DecodeError::new`].
pub(crate) type Fault = (&'static str, &'static str);

/// As [`decode_json`], for what only a look at the values tells: `convert` finds faults and makes
/// the output.
pub(crate) fn decode_json_into<T: DeserializeOwned, U>(
    answer: Response<Bytes>,
    expected: StatusCode,
    convert: impl FnOnce(T) -> Result<U, Fault>,
) -> Result<Response<U>, ResponseError> {
    if answer.status() != expected {
        return Err(ApiError::from_response(answer).into());
    }
    DecodeError::check_media_type(&answer)?;
    let Ok(Object(value)) = serde_json::from_slice::<Object<T>>(answer.body()) else {
        return Err(DecodeError::diagnose::<Object<T>>(&answer).into());
    };
    match convert(value) {
        Ok(output) => Ok(answer.map(|_| output)),
        Err((path, problem)) => Err(DecodeError::new(&answer, path, problem).into()),
    }
}

/// A `T` that is written as a JSON object. Derived code would take an array of its fields, too.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor<T>(PhantomData<T>);

        impl<'de, T: serde::Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
            type Value = Object<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}
