//! ureq's part of a call: one request, and one answer or what went wrong.

use apideck_vault_core::Bytes;
use apideck_vault_core::error::{Failure, FailureKind};
use apideck_vault_core::http::uri::Scheme;
use apideck_vault_core::http::{Method, Request, Response, header};
use std::io::{self, Read};
use std::time::{Duration, Instant};
use ureq::{Agent, AsSendBody, Body, Error, SendBody, Timeout};

use crate::not_connected::NotConnected;
use crate::times::{clamped, is_over};
use crate::tls::is_of_handshake;

/// hyper does not take lengths from here on for lengths, so no stack does.
const NO_LENGTH: u64 = u64::MAX - 1;

pub(crate) fn send(
    agent: &Agent,
    request: Request<Bytes>,
    timeout: Option<Duration>,
    most_bytes: usize,
) -> Result<Response<Bytes>, Failure<Error>> {
    let began = Instant::now();
    let timeout = timeout.map(clamped);
    let is_https = request.uri().scheme() == Some(&Scheme::HTTPS);
    let (mut head, bytes) = request.into_parts();
    let mut body = Watched::new(&bytes);
    let answer = if bytes.is_empty() {
        run(agent, Request::from_parts(head, &[][..]), timeout)
    } else {
        // ureq does not know the length of every body type.
        head.headers
            .insert(header::CONTENT_LENGTH, bytes.len().into());
        let body = SendBody::from_reader(&mut body);
        run(agent, Request::from_parts(head, body), timeout)
    };
    let answer = answer.map_err(|error| {
        let (error, at) = match NotConnected::within(error) {
            Ok(error) => (error, At::Connecting),
            Err(error) if is_https && body.is_untouched => (error, At::Connecting),
            Err(error) if bytes.is_empty() || body.is_untouched => (error, At::Unknown),
            Err(error) => (error, At::Exchange),
        };
        match error {
            // ureq calls it a connect timeout, whichever of the two limits was reached.
            Error::Timeout(_) if timeout.is_some_and(|timeout| is_over(began, timeout)) => {
                Failure::new(FailureKind::TimedOut, error)
            }
            error => classify(error, at),
        }
    });
    let (head, body) = answer?.into_parts();
    let max = u64::try_from(most_bytes).unwrap_or(u64::MAX);
    match body.content_length() {
        Some(NO_LENGTH..) => return Err(FailureKind::Unanswered.into()),
        Some(length) if length > max => return Err(Failure::too_large(most_bytes)),
        _ => {}
    }
    // ureq's own limit counts compressed bytes, which is no limit in a program that enables ureq's
    // feature `gzip`. Reading one byte more than allowed tells too large from just large enough.
    let limit = max.saturating_add(1);
    let mut bytes = Vec::new();
    match body.into_reader().take(limit).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() > most_bytes => Err(Failure::too_large(most_bytes)),
        Ok(_) => Ok(Response::from_parts(head, bytes.into())),
        Err(error) => Err(classify(error.into(), At::Body)),
    }
}

fn run(
    agent: &Agent,
    request: Request<impl AsSendBody>,
    timeout: Option<Duration>,
) -> Result<Response<Body>, Error> {
    let config = agent.config();
    let is_allowed = config.allow_non_standard_methods() || is_standard(request.method());
    let is_configured = !config.http_status_as_error() && config.max_redirects() == 0;
    // An operation may have put a ureq configuration there.
    let is_plain = request.extensions().is_empty();
    // A request's own configuration copies all of the agent's. On an agent of the caller's, the TLS setup of a
    // connection made with it is not kept for the next one, either.
    if is_plain && is_allowed && is_configured && config.timeouts().global == timeout {
        return agent.run(request);
    }
    let request = agent
        .configure_request(request)
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .max_redirects(0)
        .timeout_global(timeout)
        .build();
    agent.run(request)
}

/// Whether ureq sends requests of this method without being told to.
fn is_standard(method: &Method) -> bool {
    const STANDARD: [Method; 8] = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
        Method::TRACE,
    ];
    STANDARD.contains(method)
}

/// A body that records whether any of it was read. ureq reads it only once it is connected, so an
/// untouched body was certainly not sent. A default client knows it better, by [`NotConnected`].
struct Watched<'a> {
    rest: &'a [u8],
    is_untouched: bool,
}

impl<'a> Watched<'a> {
    fn new(body: &'a [u8]) -> Self {
        Self {
            rest: body,
            // An empty body is never read, so that it was not read means nothing.
            is_untouched: !body.is_empty(),
        }
    }
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.is_untouched = false;
        self.rest.read(buffer)
    }
}

/// How far an attempt got.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Connecting,
    /// It may be connected: the agent of a caller does not say.
    Unknown,
    Exchange,
    Body,
}

/// Classifies a ureq error. ureq has one kind of error for both a handshake and an answer that
/// broke off.
fn classify(error: Error, at: At) -> Failure<Error> {
    let kind = match &error {
        error if is_of_handshake(error) => FailureKind::of_connecting(error),
        Error::HostNotFound => FailureKind::NameNotResolved,
        Error::ConnectionFailed
        | Error::ConnectProxyFailed(_)
        | Error::Tls(_)
        | Error::Timeout(Timeout::Resolve | Timeout::Connect) => FailureKind::NotSent,
        Error::Timeout(_) => FailureKind::TimedOut,
        Error::Io(error) if at == At::Connecting => FailureKind::of_connecting(error),
        Error::Io(error) if at == At::Unknown => match FailureKind::of_connecting(error) {
            // The certificate is looked at before anything is sent, even where the body is empty.
            FailureKind::Untrusted => FailureKind::Untrusted,
            _ => FailureKind::of_io(error),
        },
        Error::Io(error) => FailureKind::of_exchange(error),
        // Such as nonsense from a proxy, or a TLS library that a feature of another package brings.
        _ if at == At::Connecting => FailureKind::of_connecting(&error),
        Error::Protocol(_) | Error::LargeResponseHeader(..) | Error::BodyStalled => {
            FailureKind::Unanswered
        }
        // Such as corrupt compressed data.
        _ if at == At::Body => FailureKind::Unanswered,
        _ => FailureKind::Other,
    };
    Failure::new(kind, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use apideck_vault_emulator::{Answer, Emulator};

    const MOST_BYTES: usize = 1024;

    #[test]
    fn any_agent_leaves_statuses_and_redirects_to_the_core_and_takes_the_attempts_time() {
        let short = Duration::from_millis(300);
        let emulator = Emulator::start().unwrap();
        for (as_error, max_redirects) in [(true, 0), (false, 1), (true, 1), (false, 0)] {
            let agent = Agent::config_builder()
                .http_status_as_error(as_error)
                .max_redirects(max_redirects)
                .proxy(None)
                .build()
                .new_agent();
            let send = |timeout| {
                let request = Request::get(emulator.url()).body(Bytes::new()).unwrap();
                super::send(&agent, request, timeout, MOST_BYTES)
            };
            for status in [307, 402] {
                emulator.script([Answer::status(status).header("location", "/elsewhere")]);
                assert_eq!(send(None).unwrap().status(), status);
            }
            emulator.script([Answer::hang()]);
            let failure = send(Some(short)).unwrap_err();
            assert_eq!(failure.kind(), FailureKind::TimedOut);
        }
    }

    /// Such as those of an agent of the caller's, with ureq's own connector.
    #[test]
    fn an_error_of_any_agent_is_sorted() {
        let io = |text| Error::Io(io::Error::other(text));
        let gone = || Error::Io(io::ErrorKind::HostUnreachable.into());
        for (error, at, kind) in [
            (
                Error::HostNotFound,
                At::Exchange,
                FailureKind::NameNotResolved,
            ),
            (
                io("invalid peer certificate: Expired"),
                At::Unknown,
                FailureKind::Untrusted,
            ),
            (gone(), At::Connecting, FailureKind::Refused),
            (gone(), At::Unknown, FailureKind::Unanswered),
            (gone(), At::Exchange, FailureKind::Unanswered),
            (io("something else"), At::Exchange, FailureKind::Unanswered),
            (io("something else"), At::Connecting, FailureKind::NotSent),
            (Error::BodyStalled, At::Exchange, FailureKind::Unanswered),
            (
                Error::Other("corrupt".into()),
                At::Connecting,
                FailureKind::NotSent,
            ),
            (
                Error::Other("certificate verify failed".into()),
                At::Connecting,
                FailureKind::Untrusted,
            ),
            (
                Error::Other("corrupt".into()),
                At::Body,
                FailureKind::Unanswered,
            ),
            (
                Error::Other("a layer's".into()),
                At::Exchange,
                FailureKind::Other,
            ),
        ] {
            let text = error.to_string();
            assert_eq!(classify(error, at).kind(), kind, "{text}");
        }
    }

    #[cfg(feature = "rustls")]
    #[test]
    fn an_error_of_tls_says_whether_it_was_the_certificate() {
        let untrusted = rustls::CertificateError::UnknownIssuer.into();
        let failure = classify(Error::Rustls(untrusted), At::Exchange);
        assert_eq!(failure.kind(), FailureKind::Untrusted);
        let other = rustls::Error::HandshakeNotComplete;
        let failure = classify(Error::Rustls(other), At::Exchange);
        assert_eq!(failure.kind(), FailureKind::NotSent);
    }
}
