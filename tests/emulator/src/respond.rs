//! Turns a request and the answer chosen for it into what goes over the wire.

use std::future;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{ALLOW, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, DATE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Version};
use http_body_util::Full;
use serde::Serialize;

use crate::answer::{Delivery, Fate};
use crate::api_error::{ApiError, json, reason};
use crate::check::check;
use crate::exchange::Problem;
use crate::route::Route;
use crate::state::State;
use crate::wire::{self, TakeOver};
use crate::{Answer, End, RecordedRequest, cors, hosted, random, vault};

pub(crate) type AnswerBody = Full<Bytes>;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-apideck-request-id");

/// Answers over HTTP, or takes over the socket when HTTP cannot express the answer.
pub(crate) async fn respond(
    state: &State,
    request: &RecordedRequest,
    answer: Answer,
) -> Result<Response<AnswerBody>, TakeOver> {
    let route = Route::of(request.uri.path());
    if let Some(mistake) = &answer.mistake {
        return Ok(refuse(&ApiError::script(mistake), route).map(Full::new));
    }
    if !answer.delay.is_zero() {
        tokio::time::sleep(answer.delay).await;
    }
    let mut response = match answer.fate {
        Fate::End(End::Hang) => future::pending().await,
        Fate::End(end) => return Err(TakeOver::end(end)),
        Fate::Raw(bytes) => return Err(TakeOver::write(bytes)),
        Fate::Normal => normal(state, request, StatusCode::OK),
        Fate::Status(status) if status.is_informational() => {
            let mut bytes = wire::http1_head(status, &answer.headers);
            bytes.extend(written(normal(state, request, StatusCode::OK)));
            return Err(TakeOver::write(bytes.into()));
        }
        Fate::Status(status) if without_body(status) => head(status, Bytes::new()),
        Fate::Status(status) if status.is_success() => normal(state, request, status),
        Fate::Status(status) => refuse(&ApiError::of_status(status), route),
    };
    cors::allow(request, response.headers_mut());
    let response = overlay(response, &answer.headers, answer.body);
    // hyper never sends a wrong length, and a length given by the script may be wrong.
    if answer.delivery != Delivery::default() || wire::is_framed(&answer.headers) {
        return Err(TakeOver::deliver(response, answer.delivery));
    }
    // hyper leaves the body of an answer to HEAD out of HTTP/1.1, but not out of HTTP/2.
    if request.method == Method::HEAD && request.version == Version::HTTP_2 {
        return Ok(response.map(|_| Full::default()));
    }
    Ok(response.map(Full::new))
}

/// What the API itself would answer; `success` is the status if the request is valid.
fn normal(state: &State, request: &RecordedRequest, success: StatusCode) -> Response<Bytes> {
    let route = Route::of(request.uri.path());
    let answered = match route {
        Route::Unknown => Err(ApiError::unknown_path(request.uri.path())),
        _ if cors::is_preflight(request) => Ok(cors::preflight(route)),
        _ => route
            .check_method(&request.method)
            .and_then(|()| match route {
                Route::Sessions => session(state, request, success),
                Route::Hosted(token) => Ok(hosted::page(state, token)),
                _ => vault::answer(state, request, route),
            }),
    };
    answered.unwrap_or_else(|error| refuse(&error, route))
}

fn session(
    state: &State,
    request: &RecordedRequest,
    success: StatusCode,
) -> Result<Response<Bytes>, ApiError> {
    let accepted = check(request, state.settings())?;
    let token = state.mint().mint(&accepted);
    let host = match state.settings().is_hosted {
        true => state.base_url(request),
        false => "https://vault.apideck.com".to_owned(),
    };
    let body = json(&Envelope {
        status_code: success.as_u16(),
        status: reason(success),
        data: Data {
            session_uri: format!("{host}/session/{token}"),
            session_token: token,
        },
        raw: None,
    });
    Ok(head(success, body))
}

fn refuse(error: &ApiError, route: Route<'_>) -> Response<Bytes> {
    let mut response = head(error.status, error.to_json());
    response.extensions_mut().insert(Problem {
        is_unknown: route == Route::Unknown && error.status == StatusCode::NOT_FOUND,
        ..Problem::of(error)
    });
    if error.status == StatusCode::METHOD_NOT_ALLOWED {
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static(route.methods()));
    }
    response
}

/// A response with the headers that every answer has.
pub(crate) fn head(status: StatusCode, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if !without_body(status) {
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        headers.insert(CONTENT_TYPE, json);
    }
    // Neither can fail: both are plain ASCII.
    if let Ok(id) = HeaderValue::try_from(random::id()) {
        headers.insert(REQUEST_ID, id);
    }
    if let Ok(date) = HeaderValue::try_from(httpdate::fmt_http_date(SystemTime::now())) {
        headers.insert(DATE, date);
    }
    response
}

/// Replaces the headers and the body that the script gives.
fn overlay(
    mut response: Response<Bytes>,
    headers: &HeaderMap,
    body: Option<Bytes>,
) -> Response<Bytes> {
    for name in headers.keys() {
        response.headers_mut().remove(name);
    }
    for (name, value) in headers {
        response.headers_mut().append(name, value.clone());
    }
    if let Some(body) = body.filter(|_| !without_body(response.status())) {
        *response.body_mut() = body;
    }
    response
}

/// A response as bytes, after which the connection closes.
pub(crate) fn written(mut response: Response<Bytes>) -> Vec<u8> {
    let length = HeaderValue::from(response.body().len());
    response.headers_mut().insert(CONTENT_LENGTH, length);
    response
        .headers_mut()
        .insert(CONNECTION, HeaderValue::from_static("close"));
    wire::http1(&response)
}

/// Whether HTTP forbids a body with this status.
fn without_body(status: StatusCode) -> bool {
    [
        StatusCode::NO_CONTENT,
        StatusCode::RESET_CONTENT,
        StatusCode::NOT_MODIFIED,
    ]
    .contains(&status)
}

#[derive(Serialize)]
struct Envelope {
    status_code: u16,
    status: &'static str,
    data: Data,
    #[serde(rename = "_raw")]
    raw: Option<()>,
}

#[derive(Serialize)]
struct Data {
    session_uri: String,
    session_token: String,
}
