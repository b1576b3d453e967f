//! Default clients that trust the system's root certificates: what only they do.

use apideck_vault_core::error::FailureKind;
use apideck_vault_emulator::{Certificate, Emulator};
use apideck_vault_stacks::Stack;

use crate::case::{Case, case};
use crate::child::{self, Task};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("a_system_without_root_certificates_trusts_nobody", nobody),
    case("plain_http_needs_no_root_certificates", plain),
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
