//! What errors say only in words.
//!
//! The words about TLS are those of rustls, OpenSSL and BoringSSL: their types differ from version to
//! version, and the one that a client of the caller's uses need not be ours.

use std::error::Error;
use std::io;

pub(super) fn is_untrusted_certificate(error: &(dyn Error + 'static)) -> bool {
    let text = letters(error);
    text.contains("invalidpeercertificate") || text.contains("certificateverifyfailed")
}

/// An alert about a certificate. A client gets it about its own.
pub(super) fn is_client_untrusted(error: &(dyn Error + 'static)) -> bool {
    const ALERTS: [&str; 8] = [
        "certificaterequired",
        "badcertificate",
        "unsupportedcertificate",
        "certificaterevoked",
        "certificateexpired",
        "certificateunknown",
        "unknownca",
        "accessdenied",
    ];
    let text = letters(error);
    let alert = text.split_once("alert").map(|(_, alert)| alert);
    alert.is_some_and(|alert| ALERTS.iter().any(|name| alert.contains(name)))
}

/// Not even the first byte, or the version, is one of TLS.
pub(super) fn is_not_tls(error: &(dyn Error + 'static)) -> bool {
    let text = letters(error);
    [
        "invalidcontenttype",
        "unknownprotocolversion",
        "wrongversionnumber",
    ]
    .iter()
    .any(|words| text.contains(words))
}

/// The standard library has no kind for a name that does not resolve: on Unix only this text, on
/// Windows the codes from WSAHOST_NOT_FOUND to WSANO_DATA.
pub(super) fn is_failed_lookup(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(11001..=11004))
        || error
            .to_string()
            .starts_with("failed to lookup address information")
}

/// `UnknownCA`, `unknown ca` and `UNKNOWN_CA` are the same.
fn letters(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string().to_ascii_lowercase();
    text.retain(|character| character.is_ascii_alphabetic());
    text
}
