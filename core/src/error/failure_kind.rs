//! What is known about an attempt that brought no complete answer.

use std::error::Error;
use std::io;

use super::words::{
    is_client_untrusted, is_failed_lookup, is_not_tls, is_unsupported_scheme,
    is_untrusted_certificate,
};

/// What is known about an attempt that brought no complete answer.
///
/// ```
/// use apideck_vault_core::error::FailureKind;
///
/// // Nobody has created a session:
/// assert!(FailureKind::Refused.is_not_sent());
/// // Somebody may have:
/// assert!(!FailureKind::TimedOut.is_not_sent());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// The server's name does not resolve. Nothing was sent.
    NameNotResolved,
    /// Nothing accepts connections there: refused, or no way to the host. Nothing was sent.
    Refused,
    /// The server's certificate is not trusted. Nothing was sent, and no retry helps.
    Untrusted,
    /// The server lets in only clients with a certificate that it trusts, and this one has none, or another
    /// one. It has not acted on the request, and no retry helps.
    ///
    /// A server that resets the connection instead of saying so, or that says so (as many do with TLS 1.2)
    /// by an alert that means any failed handshake, looks like [`Unanswered`](Self::Unanswered) or
    /// [`NotSent`](Self::NotSent).
    ClientUntrusted,
    /// What the server says is not TLS: it may be an http port. Nothing was sent.
    NotTls,
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
    /// Whether the request surely did not reach the server, or not further than its TLS.
    pub fn is_not_sent(self) -> bool {
        matches!(
            self,
            Self::NameNotResolved
                | Self::Refused
                | Self::Untrusted
                | Self::ClientUntrusted
                | Self::NotTls
                | Self::NotSent
        )
    }

    /// What an I/O error says: whether it happened while connecting, or later, or by a time limit.
    ///
    /// For an HTTP stack that does not say by itself how far an attempt got. If it does, use
    /// [`of_connecting`](Self::of_connecting) and [`of_exchange`](Self::of_exchange). An error that may also
    /// come later, such as an unreachable network, counts as later.
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
            io::ErrorKind::ConnectionRefused | io::ErrorKind::AddrNotAvailable => Self::Refused,
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::TimedOut,
            _ if is_failed_lookup(error) => Self::NameNotResolved,
            _ if is_client_untrusted(error) => Self::ClientUntrusted,
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
            if is_client_untrusted(error) {
                return Self::ClientUntrusted;
            }
            if is_not_tls(error) {
                return Self::NotTls;
            }
            if is_unsupported_scheme(error) {
                return Self::Other;
            }
            let Some(io) = error.downcast_ref::<io::Error>() else {
                next = error.source();
                continue;
            };
            match (io.kind(), Self::of_io(io)) {
                // Not in `of_io`: Linux reports them for connections that are open, too.
                (io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable, _) => {
                    return Self::Refused;
                }
                (_, kind @ (Self::NameNotResolved | Self::Refused)) => return kind,
                _ => next = error.source(),
            }
        }
        Self::NotSent
    }

    /// What an error after connecting says, looking at it and all its sources. At least a part of the
    /// request may have been sent.
    pub fn of_exchange(error: &(dyn Error + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            // In TLS 1.3, a client may send its request before the server has looked at its certificate.
            if is_client_untrusted(error) {
                return Self::ClientUntrusted;
            }
            match error.downcast_ref().map(Self::of_io) {
                Some(Self::TimedOut) => return Self::TimedOut,
                _ => next = error.source(),
            }
        }
        Self::Unanswered
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::NameNotResolved => "the server's name does not resolve",
            Self::Refused => "the server does not accept connections",
            Self::Untrusted => "the server's certificate is not trusted",
            Self::ClientUntrusted => "the server asks for a client certificate that it trusts",
            Self::NotTls => "the server does not speak TLS (is it an http port?)",
            Self::NotSent => "the request was not sent",
            Self::TimedOut => "no answer in time",
            Self::Unanswered => "the connection broke before the answer was complete",
            Self::TooLarge => "the answer is too large",
            Self::Other => "the HTTP client failed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("error trying to connect")]
    struct Connect(#[source] io::Error);

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
        let socks = Connect(io::Error::other("unsupported scheme socks5"));
        assert_eq!(FailureKind::of_connecting(&socks), FailureKind::Other);
        let gone = Connect(io::ErrorKind::NetworkUnreachable.into());
        assert_eq!(FailureKind::of_connecting(&gone), FailureKind::Refused);
        let reset = Connect(io::ErrorKind::ConnectionReset.into());
        assert_eq!(FailureKind::of_connecting(&reset), FailureKind::NotSent);
    }

    #[test]
    fn what_tls_says_is_told_by_its_words() {
        use FailureKind::{ClientUntrusted, NotSent, NotTls, Unanswered, Untrusted};

        for (text, connecting, later) in [
            (
                "received fatal alert: CertificateRequired",
                ClientUntrusted,
                ClientUntrusted,
            ),
            (
                "received fatal alert: UnknownCA",
                ClientUntrusted,
                ClientUntrusted,
            ),
            (
                "SSL routines:ssl3_read_bytes:tlsv13 alert certificate required",
                ClientUntrusted,
                ClientUntrusted,
            ),
            (
                "error:0A000418:SSL routines::tlsv1 alert unknown ca",
                ClientUntrusted,
                ClientUntrusted,
            ),
            (
                "ssl/tls alert bad certificate",
                ClientUntrusted,
                ClientUntrusted,
            ),
            (
                "certificate verify failed: certificate has expired",
                Untrusted,
                Unanswered,
            ),
            ("The certificate was not trusted.", Untrusted, Unanswered),
            (
                "Eine Zertifikatkette wurde verarbeitet. (os error -2146762487)",
                Untrusted,
                Unanswered,
            ),
            (
                "Der Sperrvorgang wurde nicht fortgesetzt. (os error -2146762482)",
                NotSent,
                Unanswered,
            ),
            (
                "received fatal alert: HandshakeFailure",
                NotSent,
                Unanswered,
            ),
            (
                "received corrupt message of type InvalidContentType",
                NotTls,
                Unanswered,
            ),
            (
                "error:0A00010B:SSL routines::wrong version number",
                NotTls,
                Unanswered,
            ),
        ] {
            let error = Connect(io::Error::other(text));
            assert_eq!(FailureKind::of_connecting(&error), connecting, "{text}");
            assert_eq!(FailureKind::of_exchange(&error), later, "{text}");
            assert_eq!(FailureKind::of_io(&error.0), later, "{text}");
        }
    }

    #[test]
    fn what_happens_after_connecting_is_never_taken_for_something_before() {
        for (kind, means) in [
            // What Linux reports if the network is gone when it gives a connection up.
            (io::ErrorKind::HostUnreachable, FailureKind::Unanswered),
            (io::ErrorKind::ConnectionReset, FailureKind::Unanswered),
            (io::ErrorKind::TimedOut, FailureKind::TimedOut),
        ] {
            let error = Connect(kind.into());
            assert_eq!(FailureKind::of_exchange(&error), means, "{kind}");
        }
    }

    #[test]
    fn an_io_error_means_what_its_kind_says() {
        for (kind, means) in [
            (io::ErrorKind::ConnectionRefused, FailureKind::Refused),
            (io::ErrorKind::HostUnreachable, FailureKind::Unanswered),
            (io::ErrorKind::NetworkUnreachable, FailureKind::Unanswered),
            (io::ErrorKind::AddrNotAvailable, FailureKind::Refused),
            (io::ErrorKind::TimedOut, FailureKind::TimedOut),
            // What a socket with a read timeout reports on Unix.
            (io::ErrorKind::WouldBlock, FailureKind::TimedOut),
            (io::ErrorKind::UnexpectedEof, FailureKind::Unanswered),
            (io::ErrorKind::BrokenPipe, FailureKind::Unanswered),
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
            FailureKind::ClientUntrusted,
            FailureKind::NotTls,
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
