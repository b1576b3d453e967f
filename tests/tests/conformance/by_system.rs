//! Default clients that trust the system's root certificates: what only they do.

use apideck_vault_core::error::FailureKind;
use apideck_vault_emulator::{Answer, Certificate, Emulator};
use apideck_vault_stacks::{Ability, Stack};
use std::time::Duration;

use crate::case::{Case, case};
use crate::child::{self, Task};
use crate::client::client;
use crate::example::example;
use crate::roots;
use crate::settings::settings_at;

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_system_without_root_certificates_trusts_nobody", nobody),
    case("plain_http_needs_no_root_certificates", plain),
    case("a_tls_session_is_resumed_with_a_short_deadline_too", resumed).needs(Ability::Resuming),
];

/// The variables of a system that has none.
const NO_ROOTS: [(&str, &str); 2] = [
    ("SSL_CERT_FILE", "/dev/null"),
    ("SSL_CERT_DIR", "/dev/null"),
];

fn nobody(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let outcome = child::run(Task::CallByDefault, stack, &emulator, &NO_ROOTS);
    let expected = match cfg!(feature = "native-tls") {
        true => format!("{:?}: ", FailureKind::Untrusted),
        false => "Client(Unbuildable".to_owned(),
    };
    assert!(outcome.starts_with(&expected), "{outcome}");
    assert!(emulator.requests().is_empty());
}

fn plain(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let outcome = child::run(Task::CallByDefault, stack, &emulator, &NO_ROOTS);
    assert_eq!(outcome, "a session");
}

/// An attempt then has another time than the client was made for.
fn resumed(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    emulator.rule(|_| Some(Answer::normal().header("connection", "close")));
    let settings = settings_at(emulator.url()).deadline(Duration::from_secs(12));
    roots::trust(emulator.certificate_authority().unwrap().pem());
    let client = client(stack, settings);
    for _ in 0..2 {
        client.send(example()).unwrap();
    }
    let [first, second] = &emulator.requests()[..] else {
        panic!("not two requests");
    };
    assert!(!first.is_tls_resumed && second.is_tls_resumed);
}
