//! The same call written without an SDK: the floor that ours is compared with.

use apideck_vault_core::Session;
use bytes::Bytes;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::error::Error;

use crate::example::{API_KEY, APP_ID};

type Anything = Box<dyn Error + Send + Sync>;

/// What stays the same from one call to the next, prepared once.
#[derive(Debug, Clone)]
pub struct Prepared {
    uri: Uri,
    headers: HeaderMap,
}

impl Prepared {
    /// For a server at `http(s)://authority`.
    ///
    /// # Errors
    ///
    /// If the authority is not valid.
    pub fn new(scheme: Scheme, authority: &str) -> Result<Self, Anything> {
        let uri = Uri::builder()
            .scheme(scheme)
            .authority(authority.parse::<Authority>()?)
            .path_and_query(PathAndQuery::from_static("/vault/sessions"))
            .build()?;
        let mut authorization = HeaderValue::try_from(format!("Bearer {API_KEY}"))?;
        authorization.set_sensitive(true);
        let json = HeaderValue::from_static("application/json");
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(header::AUTHORIZATION, authorization);
        headers.insert("x-apideck-app-id", HeaderValue::from_static(APP_ID));
        headers.insert(header::CONTENT_TYPE, json.clone());
        headers.insert(header::ACCEPT, json);
        headers.insert(header::USER_AGENT, HeaderValue::from_static("by-hand/1.0"));
        Ok(Self { uri, headers })
    }

    /// Builds a request from the prepared parts. The body is serialized into one buffer.
    ///
    /// # Errors
    ///
    /// If a value cannot be sent.
    pub fn request(
        &self,
        consumer_id: &str,
        session: &Session,
    ) -> Result<Request<Bytes>, Anything> {
        let mut body = Vec::with_capacity(1024);
        serde_json::to_writer(&mut body, session)?;
        let mut request = Request::new(Bytes::from(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        let consumer_id = HeaderValue::from_str(consumer_id)?;
        request
            .headers_mut()
            .insert("x-apideck-consumer-id", consumer_id);
        Ok(request)
    }
}

/// Builds a request as in the examples of the `http` crate, with nothing prepared.
///
/// # Errors
///
/// If a value cannot be sent.
pub fn request(
    url: &str,
    consumer_id: &str,
    session: &Session,
) -> Result<Request<Bytes>, Anything> {
    Ok(Request::builder()
        .method(Method::POST)
        .uri(url)
        .header(header::AUTHORIZATION, format!("Bearer {API_KEY}"))
        .header("x-apideck-app-id", APP_ID)
        .header("x-apideck-consumer-id", consumer_id)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json")
        .header(header::USER_AGENT, "by-hand/1.0")
        .body(Bytes::from(serde_json::to_vec(session)?))?)
}

/// A success as a bare struct.
#[derive(Debug, Deserialize)]
#[non_exhaustive]
pub struct Created {
    /// The status code, repeated in the body.
    pub status_code: u16,
    /// The name of the status.
    pub status: String,
    /// What was created.
    pub data: Data,
}

/// The part of a success that the caller needs.
#[derive(Debug, Deserialize)]
#[non_exhaustive]
pub struct Data {
    /// Where to send the consumer.
    pub session_uri: String,
    /// The token in it.
    pub session_token: String,
}

/// An error as a bare struct.
#[derive(Debug, Deserialize)]
#[non_exhaustive]
pub struct Refused {
    /// The status code, repeated in the body.
    pub status_code: Option<u16>,
    /// The name of the status.
    pub error: Option<String>,
    /// The type of the error.
    pub type_name: Option<String>,
    /// What happened.
    pub message: Option<String>,
    /// Why.
    pub detail: Option<String>,
    /// A link to its documentation.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
}

/// Reads a success.
///
/// # Errors
///
/// If the response is not a success.
pub fn created(answer: Response<Bytes>) -> Result<Response<Created>, Anything> {
    if answer.status() != StatusCode::OK {
        return Err(format!("the server answered {}", answer.status()).into());
    }
    bare(answer)
}

/// Reads a response's body into a bare struct.
///
/// # Errors
///
/// If the body is not the JSON of such a struct.
pub fn bare<T: DeserializeOwned>(answer: Response<Bytes>) -> Result<Response<T>, Anything> {
    let (head, body) = answer.into_parts();
    Ok(Response::from_parts(head, serde_json::from_slice(&body)?))
}
