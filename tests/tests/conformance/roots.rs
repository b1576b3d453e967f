//! The system's root certificates, for default clients that trust those: on Linux, the file that a variable
//! names.
//!
//! The suite starts itself again with a file of its own, so that the cases about TLS can run on the default
//! clients.

use std::fs;
use std::path::Path;
use std::process::{self, Command, ExitCode};
use std::sync::Mutex;

use crate::tls_server::self_signed;

/// Both OpenSSL and rustls' platform verifier read it.
const FILE: &str = "SSL_CERT_FILE";
const IS_OURS: &str = "CONFORMANCE_ROOTS";

/// Whether the default clients trust the system's root certificates.
pub(crate) const ARE_TRUSTED: bool = cfg!(any(
    feature = "native-tls",
    feature = "rustls-platform-verifier"
));

/// Runs the suite with root certificates of its own, if that makes a difference and this is not it.
pub(crate) fn started_again() -> Option<ExitCode> {
    if !ARE_TRUSTED || std::env::var_os(IS_OURS).is_some() {
        return None;
    }
    let file = std::env::temp_dir().join(format!("conformance-roots-{}.pem", process::id()));
    // Of an authority that issues nothing: a system without any is a case of its own.
    let (nobody, _) = self_signed("nobody.invalid");
    fs::write(&file, nobody.pem()).unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(std::env::args_os().skip(1))
        .env(FILE, &file)
        .env(IS_OURS, "yes")
        .status();
    fs::remove_file(&file).unwrap();
    Some(match status.unwrap().success() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Adds this authority, given as PEM. Clients that have sent nothing yet trust it.
pub(crate) fn trust(authority: &str) {
    static WRITING: Mutex<()> = Mutex::new(());

    let _guard = WRITING.lock().unwrap();
    let file = std::env::var(FILE).unwrap();
    let all = fs::read_to_string(&file).unwrap() + authority;
    // In one step: somebody may be reading.
    let next = format!("{file}.next");
    fs::write(&next, all).unwrap();
    fs::rename(&next, Path::new(&file)).unwrap();
}
