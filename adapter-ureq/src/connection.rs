//! A connection that asks the system for little, and notices an answer to a large request that is still
//! being sent.

use std::io::{self, ErrorKind};
use std::mem;
use std::process;
use std::time::Duration;
use ureq::Error;
use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};

use crate::times::rounded;

/// How much of a request is sent without looking for an answer. Few requests are larger.
const LARGE: usize = 128 * 1024;

/// How long to look for one; the system makes a few milliseconds of it.
const A_LOOK: Duration = Duration::from_micros(1);

/// A connection that sends no more of a large request once it is answered, as the other stacks do. By
/// itself, ureq would try until its time is over, and not see the answer.
#[derive(Debug)]
pub(crate) struct Connection {
    transport: Box<dyn Transport>,
    /// The process that opened it. After a fork, both processes have the socket, and each would read the
    /// answers of the other.
    process: u32,
    /// How much of the request has been sent.
    sent: usize,
    /// Whether an answer came before the request was complete. The connection is of no use afterward.
    is_answered: bool,
    /// Whether that answer is in the buffer, and nobody has been told.
    is_news: bool,
    /// Whether something has come since ureq last asked if the connection is open.
    was_heard: bool,
}

impl Connection {
    pub(crate) fn new(transport: Box<dyn Transport>) -> Self {
        Self {
            transport,
            process: process::id(),
            sent: 0,
            is_answered: false,
            is_news: false,
            was_heard: false,
        }
    }

    fn looks_for_an_answer(&mut self, timeout: NextTimeout) {
        let after = A_LOOK.into();
        // That nothing came, or an error: the answer, if there is one, is in the buffer.
        let _ = (self.transport).await_input(NextTimeout { after, ..timeout });
        // `HTTP/1.1 401`, but not `HTTP/1.1 103`, which announces the answer.
        let status = self.transport.buffers().input().get(9);
        self.is_answered = status.is_some_and(|digit| *digit != b'1');
        self.is_news = self.is_answered;
    }
}

/// Takes the cookies of former answers out of a request's head, and gives its new length. ureq keeps them
/// for the next request, which may have another key, if any part of the program enables its feature
/// `cookies`. It puts them before all other headers.
fn without_cookies(output: &mut [u8], length: usize) -> usize {
    let Some(begin) = end_of_line(output) else {
        return length;
    };
    let headers = output.get(begin..length).unwrap_or_default();
    if !headers.starts_with(b"cookie: ") {
        return length;
    }
    let Some(cookies) = end_of_line(headers) else {
        return length;
    };
    output.copy_within(begin.saturating_add(cookies)..length, begin);
    length.saturating_sub(cookies)
}

/// Where the next line begins.
fn end_of_line(text: &[u8]) -> Option<usize> {
    let end = text.windows(2).position(|bytes| bytes == b"\r\n")?;
    end.checked_add(2)
}

impl Transport for Connection {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.transport.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        if self.sent >= LARGE && !self.is_answered {
            self.looks_for_an_answer(timeout);
        }
        if self.is_answered {
            return Ok(());
        }
        let amount = match self.sent {
            0 => without_cookies(self.transport.buffers().output(), amount),
            _ => amount,
        };
        self.sent = self.sent.saturating_add(amount);
        self.transport.transmit_output(amount, rounded(timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.sent = 0;
        self.was_heard = true;
        match mem::take(&mut self.is_news) {
            true => Ok(true),
            false => (self.transport.await_input(rounded(timeout))).map_err(broken_off),
        }
    }

    /// ureq asks after an answer and again before the next request. The second time is enough: it finds
    /// whatever the first one would.
    fn is_open(&mut self) -> bool {
        let is_ours = self.process == process::id();
        is_ours && !self.is_answered && (mem::take(&mut self.was_heard) || self.transport.is_open())
    }

    fn is_tls(&self) -> bool {
        self.transport.is_tls()
    }
}

/// The same error of another kind, if ureq takes its kind for the end of a body without a length: a reset,
/// and an end of the connection that TLS did not announce. Then somebody on the way could cut answers off.
fn broken_off(error: Error) -> Error {
    match error {
        Error::Io(error) if is_end_to_ureq(error.kind()) => {
            io::Error::new(ErrorKind::BrokenPipe, error).into()
        }
        error => error,
    }
}

fn is_end_to_ureq(kind: ErrorKind) -> bool {
    [
        ErrorKind::UnexpectedEof,
        ErrorKind::ConnectionAborted,
        ErrorKind::ConnectionReset,
    ]
    .contains(&kind)
}

#[cfg(test)]
#[cfg(feature = "rustls")]
mod tests {
    use super::*;
    use crate::connector::{InTime, Later};
    use apideck_vault_emulator::{Answer, Certificate, Emulator, End, Place};
    use std::sync::Arc;
    use ureq::Agent;
    use ureq::tls::{self, RootCerts, TlsConfig};
    use ureq::unversioned::resolver::DefaultResolver;
    use ureq::unversioned::transport::{ConnectionDetails, Connector, TcpConnector};

    fn agent(emulator: &Emulator, connector: impl Connector) -> Agent {
        let authority = emulator.certificate_authority().unwrap().pem();
        let authority = tls::Certificate::from_pem(authority.as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&[authority]))
            .unversioned_rustls_crypto_provider(provider)
            .build();
        let config = Agent::config_builder()
            .proxy(None)
            .tls_config(tls)
            .http_status_as_error(false);
        Agent::with_parts(config.build(), connector, Later)
    }

    /// A look for an answer leaves TLS as it was.
    #[test]
    fn a_large_request_over_tls_arrives_whole() {
        const LARGE: usize = 4 << 20;

        let emulator = Emulator::start_https(Certificate::Good).unwrap();
        let agent = agent(&emulator, <InTime>::default());
        for _ in 0..2 {
            let answer = agent.post(emulator.url()).send(&vec![b'x'; LARGE][..]);
            answer.unwrap().into_body().read_to_vec().unwrap();
        }
        let requests = emulator.requests();
        assert_eq!(requests.len(), 2);
        assert!(requests.iter().all(|request| request.body.len() == LARGE));
        assert_eq!(requests[0].connection, requests[1].connection);
    }

    #[test]
    fn only_a_whole_line_of_cookies_is_taken_out() {
        for (head, sent) in [
            (
                "GET / HTTP/1.1\r\ncookie: a=b\r\nhost: h\r\n",
                "GET / HTTP/1.1\r\nhost: h\r\n",
            ),
            (
                "GET / HTTP/1.1\r\nhost: h\r\n",
                "GET / HTTP/1.1\r\nhost: h\r\n",
            ),
            (
                "GET / HTTP/1.1\r\ncookie: a=",
                "GET / HTTP/1.1\r\ncookie: a=",
            ),
            ("a body without lines", "a body without lines"),
        ] {
            let mut output = head.as_bytes().to_vec();
            let length = without_cookies(&mut output, head.len());
            assert_eq!(&output[..length], sent.as_bytes());
        }
    }

    #[test]
    fn an_answer_without_a_length_is_not_ended_by_what_breaks_off() {
        let emulator = Emulator::start_https(Certificate::Good).unwrap();
        let agent = agent(&emulator, <InTime>::default());
        for (end, is_answer) in [(End::Close, true), (End::Reset, false)] {
            let answer = Answer::status(400).http_1_0();
            emulator.script([answer.cut(Place::InBody, end)]);
            let answer = agent.post(emulator.url()).send_empty();
            let body = answer.and_then(|answer| answer.into_body().read_to_vec());
            assert_eq!(body.is_ok(), is_answer, "{body:?}");
        }
        for (kind, becomes) in [
            (ErrorKind::UnexpectedEof, ErrorKind::BrokenPipe),
            (ErrorKind::InvalidData, ErrorKind::InvalidData),
        ] {
            let error = broken_off(io::Error::from(kind).into());
            assert!(matches!(error, Error::Io(error) if error.kind() == becomes));
        }
    }

    /// Opens connections as if another process had.
    #[derive(Debug, Default)]
    struct OfAnother(InTime);

    impl Connector for OfAnother {
        type Out = Connection;

        fn connect(
            &self,
            details: &ConnectionDetails<'_>,
            chained: Option<()>,
        ) -> Result<Option<Connection>, Error> {
            let opened = self.0.connect(details, chained)?;
            Ok(opened.map(|connection| Connection {
                process: 0,
                ..connection
            }))
        }
    }

    #[test]
    fn a_connection_of_another_process_is_not_used() {
        let emulator = Emulator::start_https(Certificate::Good).unwrap();
        let agent = agent(&emulator, OfAnother::default());
        for _ in 0..2 {
            let answer = agent.post(emulator.url()).send_empty();
            answer.unwrap().into_body().read_to_vec().unwrap();
        }
        let requests = emulator.requests();
        assert_ne!(requests[0].connection, requests[1].connection);
    }

    /// Opens connections without TLS, whatever the scheme.
    #[derive(Debug, Default)]
    struct InPlainText;

    impl Connector for InPlainText {
        type Out = Connection;

        fn connect(
            &self,
            details: &ConnectionDetails<'_>,
            chained: Option<()>,
        ) -> Result<Option<Connection>, Error> {
            let opened = TcpConnector::default().connect(details, chained)?;
            Ok(opened.map(|transport| Connection::new(Box::new(transport))))
        }
    }

    #[test]
    fn a_request_over_https_is_not_sent_in_plain_text() {
        let emulator = Emulator::start().unwrap();
        let address = emulator.address();
        let config = Agent::config_builder().proxy(None).build();
        let agent = Agent::with_parts(config, InPlainText, DefaultResolver::default());
        assert!(agent.get(format!("http://{address}")).call().is_err());
        assert_eq!(emulator.requests().len(), 1);
        let error = agent.get(format!("https://{address}")).call().unwrap_err();
        assert!(matches!(error, Error::TlsRequired), "{error}");
        assert_eq!(emulator.requests().len(), 1);
    }
}
