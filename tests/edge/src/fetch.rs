//! Everything that is specific to the stack: sends one request with `fetch` and returns the answer, or
//! what is known about the failure.

use apideck_vault_core::error::{Failure, FailureKind, TransportError};
use apideck_vault_core::{Bytes, http};
use js_sys::{Array, Promise, Uint8Array};
use std::time::Duration;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, DomException, Headers, Request, RequestInit, RequestRedirect, Response,
};

#[wasm_bindgen]
extern "C" {
    fn fetch(request: &Request) -> Promise;
}

pub(crate) async fn send(
    request: http::Request<Bytes>,
    timeout: Option<Duration>,
    most_bytes: usize,
) -> Result<http::Response<Bytes>, Failure<TransportError>> {
    let request = convert(&request, timeout).map_err(|error| failed(FailureKind::Other, &error))?;
    let answer: Response = JsFuture::from(fetch(&request))
        .await
        .map_err(classify)?
        .unchecked_into();
    let body = answer.array_buffer().map_err(classify)?;
    let body = Uint8Array::new(&JsFuture::from(body).await.map_err(classify)?);
    // `fetch` reads the whole body; an engine with little memory reads `answer.body()` piece by piece.
    if body.length() as usize > most_bytes {
        return Err(Failure::too_large(most_bytes));
    }
    let mut converted = http::Response::builder().status(answer.status());
    for header in answer.headers().entries().into_iter().flatten() {
        let pair: Array = Array::from(&header);
        if let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string()) {
            converted = converted.header(name, value);
        }
    }
    let body = Bytes::from(body.to_vec());
    converted
        .body(body)
        .map_err(|error| Failure::new(FailureKind::Unanswered, TransportError::new(error)))
}

fn convert(request: &http::Request<Bytes>, timeout: Option<Duration>) -> Result<Request, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in request.headers() {
        headers.set(name.as_str(), value.to_str().unwrap_or_default())?;
    }
    let init = RequestInit::new();
    init.set_method(request.method().as_str());
    init.set_headers(&headers);
    init.set_redirect(RequestRedirect::Manual);
    if !request.body().is_empty() {
        init.set_body(&Uint8Array::from(request.body().as_ref()));
    }
    if let Some(timeout) = timeout {
        let milliseconds = u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX);
        init.set_signal(Some(&AbortSignal::timeout_with_u32(milliseconds)));
    }
    Request::new_with_str_and_init(&request.uri().to_string(), &init)
}

/// `fetch` tells a timeout from everything else, but not what was sent before the rest went wrong.
fn classify(error: JsValue) -> Failure<TransportError> {
    let kind = match error.dyn_ref::<DomException>() {
        Some(exception) if exception.name() == "TimeoutError" => FailureKind::TimedOut,
        _ => FailureKind::Unanswered,
    };
    failed(kind, &error)
}

fn failed(kind: FailureKind, error: &JsValue) -> Failure<TransportError> {
    let text = String::from(js_sys::Error::from(error.clone()).message());
    Failure::new(kind, TransportError::new(text))
}
