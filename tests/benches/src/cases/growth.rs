//! Inputs that are made to be expensive, in three sizes each: none may take more than its share.

use apideck_vault_core::{CreateSession, Operation as _, Session, SessionToken, Vault};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value};

use super::{Meter, Side};
use crate::example;

/// The case for each of the sizes, and the answer's status, start, repeated part and end.
type Shape = (
    [&'static str; 3],
    u16,
    &'static str,
    &'static str,
    &'static str,
);

/// How many bytes the smallest input has. The others have twice and four times as many.
pub const SMALLEST: usize = 16 * 1024;

const SESSION: &str = r#"],"data":{"session_uri":"https://v/s","session_token":"t"}}"#;

/// The cases of what has a name for each of its parts, all different.
const HEADERS: [&str; 3] = ["headers-1", "headers-2", "headers-4"];
const SESSION_KEYS: [&str; 3] = ["session-keys-1", "session-keys-2", "session-keys-4"];
const CLAIMS: [&str; 3] = ["claims-1", "claims-2", "claims-4"];

const SHAPES: [Shape; 9] = [
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
        ["downstream-1", "downstream-2", "downstream-4"],
        400,
        r#"{"downstream_errors":["#,
        r#"{"code":""},"#,
        "0]}",
    ),
    (
        ["raw-1", "raw-2", "raw-4"],
        200,
        r#"{"_raw":[0"#,
        r#",{"":0}"#,
        SESSION,
    ),
];

/// The cases of each input, the smallest first.
pub fn cases() -> impl Iterator<Item = [&'static str; 3]> {
    let bodies = SHAPES.into_iter().map(|(cases, ..)| cases);
    bodies.chain([HEADERS, SESSION_KEYS, CLAIMS])
}

/// Measures every input in its sizes.
pub fn all(meter: &mut impl Meter, vault: &Vault) {
    bodies(meter, vault);
    headers(meter, vault);
    session_keys(meter, vault);
    claims(meter);
}

fn bodies(meter: &mut impl Meter, vault: &Vault) {
    let create = example::create();
    for (names, status, start, part, end) in SHAPES {
        for (name, times) in names.into_iter().zip([1, 2, 4]) {
            let parts = part.repeat(times * SMALLEST / part.len());
            let body = Bytes::from([start, &parts, end].concat());
            let answer = || {
                let mut answer = Response::new(body.clone());
                *answer.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
                let json = HeaderValue::from_static("application/json");
                answer.headers_mut().insert(header::CONTENT_TYPE, json);
                answer
            };
            meter.measure(name, Side::Ours, answer, |answer| {
                create.decode(vault, answer)
            });
        }
    }
}

fn headers(meter: &mut impl Meter, vault: &Vault) {
    let create = example::create();
    for (case, times) in HEADERS.into_iter().zip([1, 2, 4]) {
        let names = names(times).filter_map(|name| HeaderName::try_from(name).ok());
        let value = HeaderValue::from_static("12345678");
        let headers: HeaderMap = names.map(|name| (name, value.clone())).collect();
        let answer = || {
            let mut answer = Response::new(Bytes::from_static(b"{}"));
            *answer.status_mut() = StatusCode::BAD_REQUEST;
            *answer.headers_mut() = headers.clone();
            answer
        };
        meter.measure(case, Side::Ours, answer, |answer| {
            create.decode(vault, answer)
        });
    }
}

fn session_keys(meter: &mut impl Meter, vault: &Vault) {
    for (case, times) in SESSION_KEYS.into_iter().zip([1, 2, 4]) {
        let mut session = Session::new();
        session.custom_consumer_settings = Some(object(times));
        let create = CreateSession::new(example::CONSUMER_ID).session(session);
        meter.measure(case, Side::Ours, || (), |()| create.encode(vault));
    }
}

fn claims(meter: &mut impl Meter) {
    for (case, times) in CLAIMS.into_iter().zip([1, 2, 4]) {
        let payload = URL_SAFE_NO_PAD.encode(Value::from(object(times)).to_string());
        let token = SessionToken::new(format!("e30.{payload}.c2ln"));
        meter.measure(case, Side::Ours, || (), |()| token.claims());
    }
}

/// So many different names, that each with its value there are so many times the smallest size.
fn names(times: usize) -> impl Iterator<Item = String> {
    (0..times * SMALLEST / 16).map(|number| format!("x-{number:06}"))
}

fn object(times: usize) -> Map<String, Value> {
    names(times).map(|name| (name, Value::from(1))).collect()
}
