//! What the server does, at random.

use apideck_vault_emulator::{Answer, End, Place};
use fastrand::Rng;
use std::time::Duration;

/// A session that no call asked for.
const STRANGERS: &str = r#"{"status_code":200,"status":"OK","data":{"session_uri":"https://vault.apideck.com/session/stranger","session_token":"stranger"}}"#;

/// How often, in parts of all, and what.
type Part = (u32, fn(&mut Rng) -> Answer);

const PARTS: &[Part] = &[
    (560, |_| Answer::normal()),
    // A part of these is slower than an attempt may be.
    (40, |random| Answer::normal().delay(below(random, 2000))),
    (20, |random| {
        Answer::normal().drip(Duration::from_micros(random.u64(..3000)))
    }),
    (10, |_| Answer::normal().http_1_0()),
    (20, |_| Answer::normal().header("connection", "close")),
    (20, |random| {
        Answer::normal().cut(Place::AfterBody, end(random))
    }),
    (40, |random| {
        let places = [Place::InHead, Place::AfterHead, Place::InBody];
        Answer::normal().cut(one(random, &places), end(random))
    }),
    (40, |random| match end(random) {
        End::Reset => Answer::reset(),
        End::Close => Answer::close(),
        _ => Answer::hang(),
    }),
    (40, |random| {
        Answer::status(429).header("retry-after", random.u8(..4).to_string())
    }),
    (40, |random| match random.bool() {
        true => Answer::status(503),
        false => Answer::status(503).header("retry-after", one(random, &["1", "3600", "soon"])),
    }),
    (50, |random| {
        Answer::status(one(
            random,
            &[
                204, 302, 304, 400, 401, 402, 403, 404, 409, 422, 500, 502, 504,
            ],
        ))
    }),
    (10, |_| {
        Answer::status(502)
            .content_type("text/html")
            .body("<h1>Bad Gateway</h1>")
    }),
    // Up to more than a client reads.
    (10, |random| {
        Answer::status(400).body("x".repeat(random.usize(..1_300_000)))
    }),
    (3, |_| Answer::normal().endless()),
    (10, |random| {
        Answer::status(200).body(one(
            random,
            &[
                "",
                "{}",
                "[[[[",
                "{\"data\":null}",
                "{\"data\":{\"session_token\":1}}",
            ],
        ))
    }),
    (20, |random| {
        let length = random.usize(..4096);
        let bytes: Vec<u8> = (0..length).map(|_| random.u8(..)).collect();
        Answer::raw(bytes)
    }),
    (10, |random| {
        let interim = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(random.usize(..200));
        Answer::raw(interim + "HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n")
    }),
    (10, |random| {
        let broken = [
            "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{}{}{}",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}5\r\n",
            "HTTP/1.1 200 OK\r\n: no name\r\n\r\n{}",
            "HTTP/9.9 999 \r\n\r\n",
        ];
        Answer::raw(one(random, &broken))
    }),
    // The next request on this connection must not get it.
    (20, |_| {
        let length = STRANGERS.len();
        let second = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{STRANGERS}");
        Answer::status(400)
            .header("content-length", "2")
            .body(format!("{{}}{second}"))
            .cut(Place::AfterBody, End::Hang)
    }),
];

/// The answer to the next request.
pub(crate) fn answer(random: &mut Rng) -> Answer {
    let all: u32 = PARTS.iter().map(|(weight, _)| weight).sum();
    let mut left = random.u32(..all);
    for (weight, make) in PARTS {
        match left.checked_sub(*weight) {
            Some(rest) => left = rest,
            None => return make(random),
        }
    }
    unreachable!("it is below the sum")
}

/// What becomes of the beginning of a later request, if anything: it is not even read.
pub(crate) fn unread(random: &mut Rng) -> Option<Answer> {
    let answer = match end(random) {
        End::Reset => Answer::reset(),
        End::Close => Answer::close(),
        _ => Answer::hang(),
    };
    (random.u8(..50) == 0).then(|| answer.unread())
}

fn end(random: &mut Rng) -> End {
    one(random, &[End::Close, End::Reset, End::Hang])
}

fn below(random: &mut Rng, milliseconds: u64) -> Duration {
    Duration::from_millis(random.u64(..milliseconds))
}

fn one<T: Copy>(random: &mut Rng, of: &[T]) -> T {
    of[random.usize(..of.len())]
}
