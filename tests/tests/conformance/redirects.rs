//! Redirects, which are for browsers: a client that follows one shows the key to whoever answers.

use apideck_vault_core::error::ApiErrorKind;
use apideck_vault_emulator::{Answer, Emulator};
use apideck_vault_stacks::{Ability, Stack};

use crate::case::{Case, case};
use crate::client::{Client, client_for};
use crate::custom_client::unchanged;
use crate::example::example;
use crate::settings::{once, settings_at};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_redirect_is_not_followed", not_followed),
    case("a_redirect_that_is_followed_does_not_carry_the_key_along", followed).needs(Ability::FollowingRedirects),
];

const REDIRECTS: [u16; 5] = [301, 302, 303, 307, 308];

/// Not by the default client, and not by a stack's own one either, as long as the adapter has a say
/// in it.
fn not_followed(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    assert_not_followed(&client_for(stack, &emulator), &emulator);
    if stack.lacks(Ability::FollowingRedirects).is_some() {
        let unchanged = unchanged(stack, settings_at(emulator.url()));
        assert_not_followed(&unchanged, &emulator);
    }
}

fn assert_not_followed(client: &Client, emulator: &Emulator) {
    let other = Emulator::start().unwrap();
    for status in REDIRECTS {
        emulator.script([Answer::status(status).header("location", other.url())]);
        let failed = client.send(example()).unwrap_err();
        assert_eq!(failed.api().kind(), ApiErrorKind::Unexpected);
        assert_eq!(failed.api().status(), status);
        assert_eq!(failed.api().headers()["location"], other.url().as_str());
        let text = &failed.text;
        assert!(text.contains("redirects are not followed"), "{text}");
        assert_eq!(failed.attempts, 1);
    }
    assert!(other.requests().is_empty());
}

/// Where it is the user who decides, the call fails, and the key does not arrive at the other host.
fn followed(stack: Stack) {
    for status in REDIRECTS {
        let emulator = Emulator::start().unwrap();
        let other = Emulator::start().unwrap();
        let location = format!("{}/vault/sessions", other.url());
        emulator.script([Answer::status(status).header("location", location)]);
        let client = unchanged(stack, settings_at(emulator.url()).retry(once()));
        let failed = client.send(example()).unwrap_err();
        let [request] = &other.requests()[..] else {
            panic!("{status}: {:?}", other.requests());
        };
        assert_eq!(request.header("authorization"), None, "{status}");
        // After a 307 or 308 it is still a POST, and so one without a key.
        let answer = if status < 307 { 405 } else { 401 };
        assert_eq!(failed.api().status(), answer, "{status}");
    }
}
