//! Answers that are made to be expensive, in three sizes each: reading one may take no more than its share.

use apideck_vault_core::{Operation as _, Vault};
use bytes::Bytes;
use http::{Response, header};

use super::{Meter, Side};
use crate::example;

/// The case for each of the sizes, and the answer's status, start, repeated part and end.
pub type Shape = (
    [&'static str; 3],
    u16,
    &'static str,
    &'static str,
    &'static str,
);

/// How many bytes the smallest body of each shape has. The others have twice and four times as many.
pub const SMALLEST: usize = 16 * 1024;

const SESSION: &str = r#"],"data":{"session_uri":"https://v/s","session_token":"t"}}"#;

/// The shapes.
pub const SHAPES: [Shape; 8] = [
    (
        ["deep-1", "deep-2", "deep-4"],
        400,
        r#"{"detail":"#,
        "[",
        "",
    ),
    (
        ["keys-1", "keys-2", "keys-4"],
        400,
        r#"{"#,
        r#""":0,"#,
        r#""a":0}"#,
    ),
    (
        ["digits-1", "digits-2", "digits-4"],
        400,
        r#"{"detail":"#,
        "9",
        "}",
    ),
    (
        ["objects-1", "objects-2", "objects-4"],
        400,
        r#"{"detail":["#,
        r#"{"":0},"#,
        "0]}",
    ),
    (
        ["escapes-1", "escapes-2", "escapes-4"],
        400,
        r#"{"message":""#,
        r"\\",
        r#""}"#,
    ),
    (
        ["percents-1", "percents-2", "percents-4"],
        400,
        r#"{"message":""#,
        "%25",
        r#""}"#,
    ),
    (
        ["echoes-1", "echoes-2", "echoes-4"],
        400,
        r#"{"message":""#,
        example::API_KEY,
        r#""}"#,
    ),
    (
        ["raw-1", "raw-2", "raw-4"],
        200,
        r#"{"_raw":[0"#,
        r#",{"":0}"#,
        SESSION,
    ),
];

/// Measures every shape in its sizes.
pub fn all(meter: &mut impl Meter, vault: &Vault) {
    let create = example::create();
    for (names, status, start, part, end) in SHAPES {
        for (name, times) in names.into_iter().zip([1, 2, 4]) {
            let parts = part.repeat(times * SMALLEST / part.len());
            let body = Bytes::from([start, &parts, end].concat());
            let answer = || {
                let mut answer = Response::new(body.clone());
                *answer.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
                let json = http::HeaderValue::from_static("application/json");
                answer.headers_mut().insert(header::CONTENT_TYPE, json);
                answer
            };
            meter.measure(name, Side::Ours, answer, |answer| {
                create.decode(vault, answer)
            });
        }
    }
}
