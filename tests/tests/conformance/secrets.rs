//! What no error of any case shows.

use apideck_vault_emulator::Emulator;
use apideck_vault_stacks::Outcome;
use serde_json::json;
use std::error::Error;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::canned::Canned;
use crate::case::{Case, On, everywhere, in_core};
use crate::settings::once;
use crate::text_of;

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    in_core("a_secret_in_any_text_of_an_error_is_found", any_text),
    everywhere("an_error_that_shows_a_secret_fails_its_case", fails),
];

/// Who the example's consumer is.
const EMAIL: &str = "elon@musk.com";

/// The API key as it is and in Base64, the beginning of every token, and the consumer's email.
const SECRETS: [&str; 4] = [Emulator::API_KEY, "ZW11bGF0b3I", "eyJhbGciOi", EMAIL];

/// Whatever case it is: no error shows a secret.
pub(crate) fn checked<T>(outcome: Outcome<T>) -> Outcome<T> {
    let secret = outcome
        .as_ref()
        .err()
        .and_then(|failed| secret_in(&*failed.error));
    assert!(
        secret.is_none(),
        "a secret is shown: {}",
        secret.unwrap_or_default()
    );
    outcome
}

/// The first text of an error or its sources that shows a secret.
fn secret_in(error: &(dyn Error + 'static)) -> Option<String> {
    let texts = [
        error.to_string(),
        format!("{error:?}"),
        format!("{error:#?}"),
    ];
    let shows = |text: &String| SECRETS.iter().any(|secret| text.contains(secret));
    let shown = texts.into_iter().find(shows);
    shown.or_else(|| secret_in(error.source()?))
}

/// An error that shows something in its `Debug`, its `Display` or its source.
struct Careless {
    debug: &'static str,
    display: &'static str,
    source: Option<Box<Self>>,
}

impl fmt::Debug for Careless {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.debug)
    }
}

impl fmt::Display for Careless {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.display)
    }
}

impl Error for Careless {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&**self.source.as_ref()?)
    }
}

fn any_text() {
    let careless = |debug, display, source: Option<Careless>| Careless {
        debug,
        display,
        source: source.map(Box::new),
    };
    for secret in SECRETS {
        for error in [
            careless(secret, "", None),
            careless("", secret, None),
            careless("", "", Some(careless(secret, "", None))),
            careless("", "", Some(careless("", secret, None))),
        ] {
            assert_eq!(secret_in(&error).as_deref(), Some(secret));
        }
        assert_eq!(secret_in(&careless("debug", "display", None)), None);
    }
}

/// A server that knows who the consumer is can say so in its message, which is shown.
fn fails(on: On) {
    let message = json!({"message": format!("{EMAIL} is not a customer")}).to_string();
    let refusal = Canned::new(402, message);
    let answer = || drop(refusal.answer(on, once()));
    let failure = catch_unwind(AssertUnwindSafe(answer)).expect_err("the email was not found");
    let text = text_of(&*failure);
    assert!(
        text.starts_with("a secret is shown: 402 Payment Required: elon@musk.com"),
        "{text}"
    );
}
