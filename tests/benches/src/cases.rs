//! The core without a network: what is measured, each with its hand-written counterpart.

use apideck_vault_core::{ClientSettings, Operation as _, Session, Vault};
use http::uri::Scheme;
use std::io;

use crate::by_hand::{self, Prepared, Refused};
use crate::example::{self, API_KEY, APP_ID, CONSUMER_ID};

mod answers;
mod call;
pub mod growth;

/// Measures a piece of work, over and over.
pub trait Meter {
    /// Measures `work`. Building its input and dropping its output do not count.
    fn measure<I, O>(
        &mut self,
        case: &'static str,
        side: Side,
        input: impl FnMut() -> I,
        work: impl FnMut(I) -> O,
    );
}

/// Which implementation does the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Side {
    /// This SDK.
    Ours,
    /// The floor: by hand, with everything prepared that can be.
    ByHand,
    /// By hand as in the examples of the `http` crate, with nothing prepared.
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
/// If the example is not valid.
pub fn all(meter: &mut impl Meter) {
    let vault = Vault::new(API_KEY, APP_ID).expect("the example's key and application are valid");
    let prepared = Prepared::new(Scheme::HTTPS, "unify.apideck.com").expect("the server is valid");
    encode(meter, &vault, &prepared);
    decode_success(meter, &vault);
    decode_errors(meter, &vault);
    begin(meter, &vault, &prepared);
    call::three_attempts(meter, &vault, &prepared);
}

/// Hands the meter inputs of growing sizes.
///
/// # Panics
///
/// If the example is not valid.
pub fn growing(meter: &mut impl Meter) {
    let vault = Vault::new(API_KEY, APP_ID).expect("the example's key and application are valid");
    growth::all(meter, &vault);
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
    meter.measure("encode", Side::Ours, || (), |()| create.encode(vault));
}

fn decode_success(meter: &mut impl Meter, vault: &Vault) {
    let create = example::create();
    let answer = answers::success;
    meter.measure("decode-200", Side::ByHand, answer, by_hand::created);
    meter.measure("decode-200", Side::Ours, answer, |answer| {
        create.decode(vault, answer)
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
    .map(|(case, status)| (case, answers::refused(status)));
    let page = ("decode-502-page", answers::page());
    for (case, answer) in documented.into_iter().chain([page]) {
        let answer = || answer.clone();
        meter.measure(case, Side::ByHand, answer, by_hand::bare::<Refused>);
        meter.measure(case, Side::Ours, answer, |answer| {
            create.decode(vault, answer)
        });
    }
}

fn begin(meter: &mut impl Meter, vault: &Vault, prepared: &Prepared) {
    let settings = ClientSettings::from(vault.clone());
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
        settings.begin::<_, io::Error>(create, 42)
    });
}

fn by_hand_input() -> (String, Session) {
    (CONSUMER_ID.to_owned(), example::session())
}

#[cfg(test)]
mod tests {
    use super::*;
    use apideck_vault_core::error::ResponseError;
    use http::header;

    fn vault() -> Vault {
        Vault::new(API_KEY, APP_ID).unwrap()
    }

    fn prepared() -> Prepared {
        Prepared::new(Scheme::HTTPS, "unify.apideck.com").unwrap()
    }

    #[test]
    fn both_sides_build_the_same_request_but_for_the_user_agent() {
        let mut ours = example::create().encode(&vault()).unwrap();
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
        let ours = create.decode(&vault(), answers::success());
        let by_hand = by_hand::created(answers::success()).unwrap();
        let uri = &by_hand.body().data.session_uri;
        assert_eq!(ours.unwrap().body().session_uri(), uri);
        for status in [400, 401, 402, 404, 422, 429, 503] {
            let ours = create.decode(&vault(), answers::refused(status));
            let Err(ResponseError::Api(ours)) = ours else {
                panic!("{status} is an error");
            };
            let by_hand = by_hand::bare::<Refused>(answers::refused(status)).unwrap();
            assert_eq!(ours.message(), by_hand.body().message.as_deref());
            assert_eq!(ours.detail(), by_hand.body().detail.as_deref());
        }
    }
}
