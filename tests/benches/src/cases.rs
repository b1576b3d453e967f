//! The core without a network: what is measured, each beside the same thing by hand.

use apideck_vault_core::error::{Failure, FailureKind};
use apideck_vault_core::retry::ExponentialBackoff;
use apideck_vault_core::{Call, CreateSession, CreatedSession, Operation as _, Step, Vault};
use bytes::Bytes;
use http::uri::Scheme;
use http::{Request, Response, header};
use std::io;
use std::time::Duration;

use crate::by_hand::{self, Created, Prepared, Refused};
use crate::example::{self, API_KEY, APP_ID, CONSUMER_ID};

type Outcome = Result<Response<Bytes>, Failure<io::Error>>;

/// Something that measures a piece of work, over and over.
pub trait Meter {
    /// Measures `work`. Neither making its input nor dropping its output counts.
    fn measure<I, O>(
        &mut self,
        case: &'static str,
        side: Side,
        input: impl FnMut() -> I,
        work: impl FnMut(I) -> O,
    );
}

/// Whose work it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Side {
    /// This library's.
    Ours,
    /// The floor: by hand, with all prepared that can be.
    ByHand,
    /// By hand as the examples of the `http` crate do it, with nothing prepared.
    Builder,
}

impl Side {
    /// The name in a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::ByHand => "by-hand",
            Self::Builder => "builder",
        }
    }
}

/// Hands every case to the meter, the floor first.
///
/// # Panics
///
/// If the example is none.
pub fn all(meter: &mut impl Meter) {
    let vault = Vault::new(API_KEY, APP_ID).expect("the example's key and application are valid");
    let prepared = Prepared::new(Scheme::HTTPS, "unify.apideck.com").expect("the server is valid");
    encode(meter, &vault, &prepared);
    decode_success(meter, &vault);
    decode_errors(meter, &vault);
    begin(meter, &vault, &prepared);
    second_request(meter, &vault, &prepared);
    call(meter, &vault, &prepared);
}

fn encode(meter: &mut impl Meter, vault: &Vault, prepared: &Prepared) {
    let create = example::create();
    let session = example::session();
    meter.measure(
        "encode",
        Side::ByHand,
        || (),
        |()| prepared.request(CONSUMER_ID, &session),
    );
    meter.measure(
        "encode",
        Side::Builder,
        || (),
        |()| {
            by_hand::request(
                "https://unify.apideck.com/vault/sessions",
                CONSUMER_ID,
                &session,
            )
        },
    );
    meter.measure("encode", Side::Ours, || (), |()| vault.encode(&create));
}

fn decode_success(meter: &mut impl Meter, vault: &Vault) {
    let create = example::create();
    let answer = || json(200, example::created());
    meter.measure("decode-200", Side::ByHand, answer, by_hand::created);
    meter.measure("decode-200", Side::Ours, answer, |answer| {
        vault.decode(&create, answer)
    });
}

fn decode_errors(meter: &mut impl Meter, vault: &Vault) {
    let create = example::create();
    let documented = [
        ("decode-400", 400),
        ("decode-401", 401),
        ("decode-402", 402),
        ("decode-404", 404),
        ("decode-422", 422),
        ("decode-429", 429),
        ("decode-503", 503),
    ]
    .map(|(case, status)| (case, refused(status)));
    for (case, answer) in documented.into_iter().chain([("decode-502-page", page())]) {
        let answer = || answer.clone();
        meter.measure(case, Side::ByHand, answer, by_hand::bare::<Refused>);
        meter.measure(case, Side::Ours, answer, |answer| {
            vault.decode(&create, answer)
        });
    }
}

fn begin(meter: &mut impl Meter, vault: &Vault, prepared: &Prepared) {
    let policy = ExponentialBackoff::new();
    meter.measure(
        "begin",
        Side::ByHand,
        by_hand_input,
        |(consumer, session)| {
            let request = prepared.request(&consumer, &session);
            (request, consumer, session)
        },
    );
    meter.measure("begin", Side::Ours, example::create, |create| {
        Call::begin::<_, _, io::Error>(vault, create, &policy, 42)
    });
}

/// The request of a second attempt.
fn second_request(meter: &mut impl Meter, vault: &Vault, prepared: &Prepared) {
    let request = prepared
        .request(CONSUMER_ID, &example::session())
        .expect("the example can be sent");
    drop(request.clone());
    meter.measure("second-request", Side::ByHand, || &request, Request::clone);

    // By hand it is cloned before every attempt but the last; ours is built anew, only when there
    // is a further attempt.
    let create = example::create();
    let body = create.body().expect("the example can be sent");
    meter.measure(
        "second-request",
        Side::Ours,
        || body.clone(),
        |body| create.encode(vault, body),
    );
}

/// Three attempts: a 503, a broken connection, a success. Time is virtual.
fn call(meter: &mut impl Meter, vault: &Vault, prepared: &Prepared) {
    meter.measure(
        "call-of-3-attempts",
        Side::ByHand,
        || (by_hand_input(), outcomes()),
        |((consumer, session), outcomes)| call_by_hand(prepared, &consumer, &session, outcomes),
    );
    // A policy for each call, or the retries of all of them would empty the budget.
    meter.measure(
        "call-of-3-attempts",
        Side::Ours,
        || (example::create(), ExponentialBackoff::new(), outcomes()),
        |(create, policy, outcomes)| {
            let answer = call_of_ours(vault, create, &policy, outcomes);
            (answer, policy)
        },
    );
}

fn outcomes() -> [Outcome; 3] {
    let broken = io::ErrorKind::ConnectionReset.into();
    [
        Ok(refused(503)),
        Err(Failure::new(FailureKind::Unanswered, broken)),
        Ok(json(200, example::created())),
    ]
}

fn call_by_hand(
    prepared: &Prepared,
    consumer: &str,
    session: &apideck_vault_core::Session,
    outcomes: [Outcome; 3],
) -> Option<Response<Created>> {
    let mut request = Some(prepared.request(consumer, session).ok()?);
    let last = outcomes.len() - 1;
    for (number, outcome) in outcomes.into_iter().enumerate() {
        let next = if number < last { request.clone() } else { None };
        sent(std::mem::replace(&mut request, next)?);
        match outcome {
            Ok(answer) if answer.status().is_success() => return by_hand::created(answer).ok(),
            Ok(answer) => drop(by_hand::bare::<Refused>(answer)),
            Err(failure) => drop(failure),
        }
    }
    None
}

fn call_of_ours(
    vault: &Vault,
    create: CreateSession,
    policy: &ExponentialBackoff,
    outcomes: [Outcome; 3],
) -> Option<Response<CreatedSession>> {
    let mut outcomes = outcomes.into_iter();
    let mut elapsed = Duration::ZERO;
    let mut step = Call::begin(vault, create, policy, 42);
    loop {
        step = match step {
            Step::Send(request, attempt) => {
                sent(request);
                attempt.finish(outcomes.next()?, elapsed)
            }
            Step::Wait(wait) => {
                elapsed += wait.delay();
                wait.resume(elapsed)
            }
            Step::Done(result) => return result.ok(),
        };
    }
}

/// Where a request goes that nobody sends.
fn sent(request: Request<Bytes>) {
    drop(std::hint::black_box(request));
}

fn by_hand_input() -> (String, apideck_vault_core::Session) {
    (CONSUMER_ID.to_owned(), example::session())
}

fn json(status: u16, body: Bytes) -> Response<Bytes> {
    answer(status, "application/json; charset=utf-8", body)
}

fn refused(status: u16) -> Response<Bytes> {
    let body = example::refused(status).expect("the API documents this status");
    let mut answer = json(status, body);
    if let 429 | 503 = status {
        let seconds = http::HeaderValue::from_static("1");
        answer.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    answer
}

/// What a proxy answers for a server that it does not reach.
fn page() -> Response<Bytes> {
    let page = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
        <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";
    answer(502, "text/html", page.into())
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

#[cfg(test)]
mod tests {
    use super::*;
    use apideck_vault_core::error::ResponseError;

    fn vault() -> Vault {
        Vault::new(API_KEY, APP_ID).unwrap()
    }

    fn prepared() -> Prepared {
        Prepared::new(Scheme::HTTPS, "unify.apideck.com").unwrap()
    }

    #[test]
    fn both_sides_build_the_same_request_but_for_the_user_agent() {
        let mut ours = vault().encode(&example::create()).unwrap();
        let mut by_hand = prepared()
            .request(CONSUMER_ID, &example::session())
            .unwrap();
        ours.headers_mut().remove(header::USER_AGENT).unwrap();
        by_hand.headers_mut().remove(header::USER_AGENT).unwrap();
        assert_eq!(ours.method(), by_hand.method());
        assert_eq!(ours.uri(), by_hand.uri());
        assert_eq!(ours.headers(), by_hand.headers());
        assert_eq!(ours.body(), by_hand.body());
    }

    #[test]
    fn both_sides_read_the_answers() {
        let create = example::create();
        let ours = vault().decode(&create, json(200, example::created()));
        let by_hand = by_hand::created(json(200, example::created())).unwrap();
        let uri = &by_hand.body().data.session_uri;
        assert_eq!(ours.unwrap().body().session_uri(), uri);
        for status in [400, 401, 402, 404, 422, 429, 503] {
            let ours = vault().decode(&create, refused(status));
            let Err(ResponseError::Api(ours)) = ours else {
                panic!("{status} is an error");
            };
            let by_hand = by_hand::bare::<Refused>(refused(status)).unwrap();
            assert_eq!(ours.message(), by_hand.body().message.as_deref());
            assert_eq!(
                ours.detail().unwrap().as_str(),
                by_hand.body().detail.as_deref()
            );
        }
    }

    #[test]
    fn both_sides_have_a_session_after_three_attempts() {
        let policy = ExponentialBackoff::new();
        assert!(call_of_ours(&vault(), example::create(), &policy, outcomes()).is_some());
        let session = example::session();
        assert!(call_by_hand(&prepared(), CONSUMER_ID, &session, outcomes()).is_some());
    }
}
