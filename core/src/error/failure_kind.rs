//! What is known about an attempt that brought no complete answer.

use std::error::Error;
use std::io;

/// What is known about an attempt that brought no complete answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// The server's name does not resolve. Nothing was sent.
    NameNotResolved,
    /// Nothing accepts connections there: refused, or no way to the host. Nothing was sent.
    Refused,
    /// The server's certificate is not trusted. Nothing was sent, and no retry helps.
    Untrusted,
    /// The connection or its TLS handshake failed in some other way. Nothing was sent.
    NotSent,
    /// Time ran out. The server may have acted on the request.
    TimedOut,
    /// The connection broke after the request was sent, at least in part. The server may have
    /// acted on it.
    Unanswered,
    /// The answer has more bytes than the client accepts. The server has acted on the request.
    TooLarge,
    /// Anything else.
    Other,
}

impl FailureKind {
    /// Whether the request surely did not reach the server.
    pub fn is_not_sent(self) -> bool {
        matches!(
            self,
            Self::NameNotResolved | Self::Refused | Self::Untrusted | Self::NotSent
        )
    }

    /// What an I/O error says: whether it happened while connecting, or later, or by a time limit.
    ///
    /// ```
    /// use apideck_vault_core::error::FailureKind;
    /// use std::io::{Error, ErrorKind};
    ///
    /// let refused = Error::from(ErrorKind::ConnectionRefused);
    /// assert_eq!(FailureKind::of_io(&refused), FailureKind::Refused);
    /// let reset = Error::from(ErrorKind::ConnectionReset);
    /// assert_eq!(FailureKind::of_io(&reset), FailureKind::Unanswered);
    /// ```
    pub fn of_io(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::AddrNotAvailable => Self::Refused,
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::TimedOut,
            _ if is_failed_lookup(error) => Self::NameNotResolved,
            _ => Self::Unanswered,
        }
    }

    /// What an error of connecting says, looking at it and all its sources. Whatever it was, nothing
    /// was sent.
    pub fn of_connecting(error: &(dyn Error + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            if is_untrusted_certificate(error) {
                return Self::Untrusted;
            }
            match error.downcast_ref().map(Self::of_io) {
                Some(kind @ (Self::NameNotResolved | Self::Refused)) => return kind,
                _ => next = error.source(),
            }
        }
        Self::NotSent
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::NameNotResolved => "the server's name does not resolve",
            Self::Refused => "the server does not accept connections",
            Self::Untrusted => "the server's certificate is not trusted",
            Self::NotSent => "the request was not sent",
            Self::TimedOut => "no answer in time",
            Self::Unanswered => "the connection broke before the answer was complete",
            Self::TooLarge => "the answer is too large",
            Self::Other => "the HTTP client failed",
        }
    }
}

/// rustls' and OpenSSL's words. Their types differ from version to version, and the one that a client of
/// the caller's uses need not be ours.
fn is_untrusted_certificate(error: &(dyn Error + 'static)) -> bool {
    let text = error.to_string();
    text.contains("invalid peer certificate") || text.contains("certificate verify failed")
}

/// The standard library has no kind for a name that does not resolve: on Unix only this text, on
/// Windows the codes from WSAHOST_NOT_FOUND to WSANO_DATA.
fn is_failed_lookup(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(11001..=11004))
        || error
            .to_string()
            .starts_with("failed to lookup address information")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("error trying to connect")]
    struct Connect(#[source] io::Error);

    #[test]
    fn an_error_of_reading_or_writing_says_whether_time_ran_out() {
        for (kind, expected) in [
            (io::ErrorKind::TimedOut, FailureKind::TimedOut),
            (io::ErrorKind::WouldBlock, FailureKind::TimedOut),
            (io::ErrorKind::NetworkUnreachable, FailureKind::Refused),
            (io::ErrorKind::BrokenPipe, FailureKind::Unanswered),
        ] {
            assert_eq!(FailureKind::of_io(&kind.into()), expected, "{kind:?}");
        }
    }

    #[test]
    fn what_an_error_of_connecting_means_is_found_among_its_sources() {
        let refused = Connect(io::ErrorKind::ConnectionRefused.into());
        assert_eq!(FailureKind::of_connecting(&refused), FailureKind::Refused);
        let lookup = io::Error::other("failed to lookup address information: unknown");
        let lookup = FailureKind::of_connecting(&Connect(lookup));
        assert_eq!(lookup, FailureKind::NameNotResolved);
        let untrusted = io::Error::other("invalid peer certificate: UnknownIssuer");
        let untrusted = FailureKind::of_connecting(&Connect(untrusted));
        assert_eq!(untrusted, FailureKind::Untrusted);
        let reset = Connect(io::ErrorKind::ConnectionReset.into());
        assert_eq!(FailureKind::of_connecting(&reset), FailureKind::NotSent);
    }

    #[test]
    fn an_io_error_means_what_its_kind_says() {
        for (kind, means) in [
            (io::ErrorKind::ConnectionRefused, FailureKind::Refused),
            (io::ErrorKind::HostUnreachable, FailureKind::Refused),
            (io::ErrorKind::NetworkUnreachable, FailureKind::Refused),
            (io::ErrorKind::AddrNotAvailable, FailureKind::Refused),
            (io::ErrorKind::TimedOut, FailureKind::TimedOut),
            // What a socket with a read timeout reports on Unix.
            (io::ErrorKind::WouldBlock, FailureKind::TimedOut),
            (io::ErrorKind::UnexpectedEof, FailureKind::Unanswered),
        ] {
            assert_eq!(FailureKind::of_io(&kind.into()), means, "{kind}");
        }
    }

    #[test]
    fn every_kind_has_a_text_of_its_own() {
        let mut texts = [
            FailureKind::NameNotResolved,
            FailureKind::Refused,
            FailureKind::Untrusted,
            FailureKind::NotSent,
            FailureKind::TimedOut,
            FailureKind::Unanswered,
            FailureKind::TooLarge,
            FailureKind::Other,
        ]
        .map(FailureKind::text);
        texts.sort_unstable();
        assert!(texts.windows(2).all(|pair| pair[0] != pair[1]), "{texts:?}");
    }
}
