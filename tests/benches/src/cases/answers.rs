//! Responses of the API, or of something in front of it.

use bytes::Bytes;
use http::{HeaderValue, Response, header};

use crate::example;

pub(super) fn success() -> Response<Bytes> {
    json(200, example::created())
}

pub(super) fn refused(status: u16) -> Response<Bytes> {
    let body = example::refused(status).expect("the API documents this status");
    let mut answer = json(status, body);
    if let 429 | 503 = status {
        let seconds = HeaderValue::from_static("1");
        answer.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    answer
}

/// The response of a proxy that cannot reach the server.
pub(super) fn page() -> Response<Bytes> {
    let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
        <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
    answer(502, "text/html", page.into())
}

fn json(status: u16, body: Bytes) -> Response<Bytes> {
    answer(status, "application/json; charset=utf-8", body)
}

fn answer(status: u16, media_type: &str, body: Bytes) -> Response<Bytes> {
    Response::builder()
        .status(status)
        .header(header::DATE, "Tue, 01 Jul 2025 12:00:00 GMT")
        .header(header::CONTENT_TYPE, media_type)
        .header(header::CONTENT_LENGTH, body.len())
        .header("x-apideck-request-id", "01JZ2W6Q8T3V5X7Z9B1D3F5H7K")
        .body(body)
        .expect("the example's answers are valid")
}
