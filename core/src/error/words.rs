//! What errors say only in words.
//!
//! The words about TLS are those of rustls, OpenSSL and BoringSSL, and some of the systems' own libraries: their
//! types differ from version to version, and the one that a client of the caller's uses need not be ours.

use std::error::Error;
use std::io;

pub(super) fn is_untrusted_certificate(error: &(dyn Error + 'static)) -> bool {
    let text = letters(error);
    let words = [
        "invalidpeercertificate",
        "certificateverifyfailed",
        // Apple's.
        "certificatewasnottrusted",
    ];
    words.iter().any(|words| text.contains(words)) || is_untrusted_by_windows(&error.to_string())
}

/// Windows speaks its user's language, and the standard library adds a code: from CERT_E_INVALID_NAME to
/// CERT_E_EXPIRED, but not CERT_E_REVOCATION_FAILURE, which says that a list of revoked ones cannot be had.
fn is_untrusted_by_windows(text: &str) -> bool {
    let code = text.rsplit_once("(os error -").map(|(_, code)| code);
    let code = code.and_then(|code| code.split(')').next()?.parse().ok());
    matches!(
        code,
        Some(2_146_762_476_u32..=2_146_762_481 | 2_146_762_483..=2_146_762_495)
    )
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

/// Such as a SOCKS proxy's, where the stack has no SOCKS.
pub(super) fn is_unsupported_scheme(error: &(dyn Error + 'static)) -> bool {
    letters(error).starts_with("unsupportedscheme")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_about_a_certificate_is_known_in_the_words_of_rustls_and_of_openssl() {
        for (rustls, openssl) in [
            ("CertificateRequired", "certificate required"),
            ("BadCertificate", "bad certificate"),
            ("UnsupportedCertificate", "unsupported certificate"),
            ("CertificateRevoked", "certificate revoked"),
            ("CertificateExpired", "certificate expired"),
            ("CertificateUnknown", "certificate unknown"),
            ("UnknownCA", "unknown ca"),
            ("AccessDenied", "access denied"),
        ] {
            for text in [
                format!("received fatal alert: {rustls}"),
                format!("SSL routines:ssl3_read_bytes:tlsv1 alert {openssl}"),
            ] {
                assert!(is_client_untrusted(&io::Error::other(&*text)), "{text}");
            }
        }
    }

    #[test]
    fn what_is_not_tls_is_known_in_the_words_of_every_library() {
        for text in [
            "received corrupt message of type InvalidContentType",
            "received corrupt message of type UnknownProtocolVersion",
            "error:0A00010B:SSL routines::wrong version number",
            "error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER",
        ] {
            assert!(is_not_tls(&io::Error::other(text)), "{text}");
        }
    }

    #[test]
    fn a_name_that_does_not_resolve_is_known_by_the_text_of_unix_and_the_codes_of_windows() {
        for code in 11001..=11004 {
            assert!(
                is_failed_lookup(&io::Error::from_raw_os_error(code)),
                "{code}"
            );
        }
        let unix = "failed to lookup address information: Name or service not known";
        assert!(is_failed_lookup(&io::Error::other(unix)));
        for other in [11000, 11005] {
            let error = io::Error::from_raw_os_error(other);
            assert!(!is_failed_lookup(&error), "{error}");
        }
    }
}
