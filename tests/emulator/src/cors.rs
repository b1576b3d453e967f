//! What a browser asks for before a page of another origin may call the API.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

use crate::RecordedRequest;
use crate::respond::head;
use crate::route::Route;

/// The headers that the Vault's front end sends.
const HEADERS: &str = "authorization, content-type, x-apideck-app-id, x-apideck-consumer-id, \
                       x-apideck-auth-type, x-apideck-service-id";

/// Whether this is the browser's own question, which takes nothing from a script.
pub(crate) fn is_preflight(request: &RecordedRequest) -> bool {
    request.method == Method::OPTIONS
        && request.headers.contains_key(ORIGIN)
        && request.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        && Route::of(request.uri.path()).is_for_browsers()
}

/// The answer to it.
pub(crate) fn preflight(route: Route<'_>) -> Response<Bytes> {
    let mut response = head(StatusCode::NO_CONTENT, Bytes::new());
    let headers = response.headers_mut();
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static(route.methods()),
    );
    for (name, value) in [
        (ACCESS_CONTROL_ALLOW_HEADERS, HEADERS),
        (ACCESS_CONTROL_MAX_AGE, "600"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Lets a page of any origin read the answer. The token in the request is what protects it: no
/// cookie does, so there is no origin to tell apart.
pub(crate) fn allow(request: &RecordedRequest, headers: &mut HeaderMap) {
    let is_for_browsers = Route::of(request.uri.path()).is_for_browsers();
    if is_for_browsers && request.headers.contains_key(ORIGIN) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
}
