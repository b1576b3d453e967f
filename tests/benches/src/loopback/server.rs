//! The server. It does as little as possible, so that it is never the bottleneck.

use bytes::{Buf as _, Bytes, BytesMut};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{io, thread};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use super::child::Serving;
use super::{Anything, process};
use crate::example;

/// Prints the port, then serves until its parent ends.
pub(crate) fn run(serving: &str) -> Result<(), Anything> {
    let serving: Serving = serde_json::from_str(serving)?;
    process::allow_many_files()?;
    // However the parent ends, that closes the input.
    thread::spawn(|| {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(serve(serving))
}

async fn serve(serving: Serving) -> Result<(), Anything> {
    let listener = listen()?;
    println!("{}", listener.local_addr()?.port());
    let tls = serving
        .tls
        .as_ref()
        .map(|(certificate, key)| -> Result<_, Anything> {
            let certificate = CertificateDer::from_pem_file(certificate)?;
            let key = PrivateKeyDer::from_pem_file(key)?;
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = ServerConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()?
                .with_no_client_auth()
                .with_single_cert(vec![certificate], key)?;
            Ok(TlsAcceptor::from(Arc::new(config)))
        });
    let tls = tls.transpose()?;
    let answers = Arc::new(Answers::new(&serving));
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (tls, answers) = (tls.clone(), answers.clone());
        tokio::spawn(async move {
            // The server does not care if a client goes away.
            let _ = match tls {
                Some(tls) => match tls.accept(stream).await {
                    Ok(stream) => connection(stream, &answers).await,
                    Err(error) => Err(error.into()),
                },
                None => connection(stream, &answers).await,
            };
        });
    }
}

/// With a backlog for many connections at once.
fn listen() -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    socket.listen(16 * 1024)
}

/// What to answer, and when.
struct Answers {
    success: Bytes,
    failure: Bytes,
    hold: usize,
    arrived: AtomicUsize,
    released: Semaphore,
    attempts: u32,
    made: Mutex<HashMap<Vec<u8>, u32>>,
}

impl Answers {
    fn new(serving: &Serving) -> Self {
        Self {
            success: whole("200 OK", &example::created()),
            failure: whole(
                "503 Service Unavailable",
                &example::refused(503).unwrap_or_default(),
            ),
            hold: serving.hold,
            arrived: AtomicUsize::new(0),
            released: Semaphore::new(0),
            attempts: serving.attempts,
            made: Mutex::default(),
        }
    }

    async fn to(&self, consumer_id: &[u8]) -> Bytes {
        if self.hold > 0 {
            self.wait().await;
        }
        if self.attempts <= 1 || self.is_last_attempt(consumer_id) {
            self.success.clone()
        } else {
            self.failure.clone()
        }
    }

    /// Holds the first requests until all of them have arrived, and a while longer.
    async fn wait(&self) {
        let arrived = self.arrived.fetch_add(1, Ordering::Relaxed) + 1;
        if arrived == self.hold {
            tokio::time::sleep(Duration::from_millis(100)).await;
            self.released.add_permits(self.hold);
        } else if arrived < self.hold {
            // Fails only if the semaphore is closed, which never happens.
            let _ = self.released.acquire().await;
        }
    }

    fn is_last_attempt(&self, consumer_id: &[u8]) -> bool {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if !made.contains_key(consumer_id) {
            made.insert(consumer_id.to_vec(), 0);
        }
        let Some(attempts) = made.get_mut(consumer_id) else {
            return true;
        };
        *attempts = (*attempts + 1) % self.attempts;
        *attempts == 0
    }
}

pub(super) fn whole(status: &str, body: &[u8]) -> Bytes {
    let mut answer = format!(
        "HTTP/1.1 {status}\r\ndate: Thu, 01 Jan 2026 00:00:00 GMT\r\ncontent-type: \
         application/json; charset=utf-8\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend_from_slice(body);
    answer.into()
}

async fn connection(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answers: &Answers,
) -> Result<(), Anything> {
    let mut buffer = BytesMut::with_capacity(4096);
    loop {
        let (head_bytes, mut rest, answer) = loop {
            if let Some(head) = head(&buffer)? {
                let answer = answers.to(head.consumer_id).await;
                break (head.bytes, head.body_bytes, answer);
            }
            buffer.reserve(4096);
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        buffer.advance(head_bytes);
        loop {
            let here = rest.min(buffer.len());
            buffer.advance(here);
            rest -= here;
            if rest == 0 {
                break;
            }
            buffer.reserve(64 * 1024);
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        }
        stream.write_all(&answer).await?;
        stream.flush().await?;
    }
}

/// The head of a request.
#[derive(Debug)]
pub(super) struct Head<'a> {
    pub(super) bytes: usize,
    /// The length of the body that follows.
    pub(super) body_bytes: usize,
    consumer_id: &'a [u8],
}

/// `None` if it is incomplete.
pub(super) fn head(buffer: &[u8]) -> Result<Option<Head<'_>>, Anything> {
    let mut headers = [httparse::EMPTY_HEADER; 16];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(bytes) = request.parse(buffer)? else {
        return Ok(None);
    };
    let value = |name: &str| {
        let mut headers = request.headers.iter();
        let header = headers.find(|header| header.name.eq_ignore_ascii_case(name));
        header.map(|header| header.value)
    };
    let length = value("content-length").ok_or("a request without a content-length")?;
    Ok(Some(Head {
        bytes,
        body_bytes: std::str::from_utf8(length)?.parse()?,
        consumer_id: value("x-apideck-consumer-id").unwrap_or_default(),
    }))
}
