//! A client on a bare socket: it sends exactly what it is told to send.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use apideck_vault_emulator::Emulator;
use serde_json::Value;

/// A valid request without a body, for tests to change.
pub(crate) struct Request {
    start: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Request {
    pub(crate) fn good() -> Self {
        let authorization = format!("Bearer {}", Emulator::API_KEY);
        let headers = [
            ("host", "vault.test"),
            ("authorization", &authorization),
            ("x-apideck-app-id", Emulator::APP_ID),
            ("x-apideck-consumer-id", Emulator::CONSUMER_ID),
            ("accept", "application/json"),
            ("content-type", "application/json"),
            ("user-agent", "behavior/1.0"),
        ];
        Self {
            start: "POST /vault/sessions HTTP/1.1".to_owned(),
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.into()))
                .to_vec(),
            body: Vec::new(),
        }
    }

    pub(crate) fn start(mut self, start: &str) -> Self {
        self.start = start.to_owned();
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(present, _)| present != name);
        self
    }

    pub(crate) fn and(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn with(self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.without(name).and(name, value)
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.start).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        bytes.extend(format!("content-length: {}\r\n\r\n", self.body.len()).into_bytes());
        bytes.extend(&self.body);
        bytes
    }
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).first().copied()
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(present, _)| present == name);
        named.map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Far longer than anything takes: it makes a failing test end instead of hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Connection<S = TcpStream> {
    stream: BufReader<S>,
}

impl Connection {
    pub(crate) fn open(emulator: &Emulator) -> Self {
        let stream = TcpStream::connect(emulator.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self::over(stream)
    }
}

impl<S: Read + Write> Connection<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self {
            stream: BufReader::new(stream),
        }
    }

    pub(crate) fn try_send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.try_send(bytes).unwrap();
    }

    /// Reads one answer and leaves the connection open.
    pub(crate) fn receive(&mut self) -> Reply {
        let start = self.line();
        let status = start.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(": ") else {
                break;
            };
            headers.push((name.to_owned(), value.to_owned()));
        }
        let mut reply = Reply {
            status,
            headers,
            body: Vec::new(),
        };
        let length = reply
            .header("content-length")
            .map_or(0, |value| value.parse().unwrap());
        reply.body.resize(length, 0);
        self.stream.read_exact(&mut reply.body).unwrap();
        reply
    }

    /// Reads everything up to the end of the connection.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).unwrap();
        rest
    }

    /// Reads up to the error that ends the connection.
    pub(crate) fn end(&mut self) -> std::io::Error {
        let mut rest = Vec::new();
        self.stream.read_to_end(&mut rest).unwrap_err()
    }

    /// Reads the next `count` bytes.
    pub(crate) fn take(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.stream.read_exact(&mut bytes).unwrap();
        bytes
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        assert!(
            line.ends_with("\r\n"),
            "the connection ended in the middle of a line: {line:?}"
        );
        line.trim_end().to_owned()
    }
}

/// Sends a request on a new connection.
pub(crate) fn send(emulator: &Emulator, request: &Request) -> Connection {
    let mut connection = Connection::open(emulator);
    connection.send(&request.bytes());
    connection
}

/// Sends a request on a new connection and reads the answer.
pub(crate) fn exchange(emulator: &Emulator, request: &Request) -> Reply {
    send(emulator, request).receive()
}

/// Blocks until `count` requests have arrived.
pub(crate) fn arrived(emulator: &Emulator, count: usize) {
    emulator.wait_for_requests(count, PATIENCE).unwrap();
}
