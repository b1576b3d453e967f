//! What is written straight to a socket, whatever HTTP's rules are.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use tokio::time::timeout;

use crate::answer::Delivery;
use crate::socket::Socket;
use crate::{End, Place};

/// How long a client may go on sending what is not read, so that it can see how its connection ends.
const LINGER: Duration = Duration::from_secs(5);

/// The point where a connection stops being HTTP: from here on, the socket is ours.
///
/// The service returns it as an error, because that is how hyper gives a socket back.
#[derive(Clone, Debug)]
pub(crate) struct TakeOver {
    bytes: Bytes,
    drip: Option<Duration>,
    forever: Option<Bytes>,
    end: End,
    unread: bool,
}

impl TakeOver {
    /// Ends the connection without sending anything.
    pub(crate) fn end(end: End) -> Self {
        Self {
            bytes: Bytes::new(),
            drip: None,
            forever: None,
            end,
            unread: false,
        }
    }

    /// The same, while a request is arriving that will not be read.
    pub(crate) fn unread(end: End) -> Self {
        Self::end(end).with_unread()
    }

    /// Writes these bytes as they are, then closes.
    pub(crate) fn write(bytes: Bytes) -> Self {
        Self {
            bytes,
            ..Self::end(End::Close)
        }
    }

    /// The same, while a request is arriving that will not be read.
    pub(crate) fn with_unread(self) -> Self {
        Self {
            unread: true,
            ..self
        }
    }

    /// Writes an answer as `delivery` says. Framing is added unless the headers already have it.
    pub(crate) fn deliver(mut response: Response<Bytes>, delivery: Delivery) -> Self {
        let headers = response.headers_mut();
        let chunked = delivery.endless && !headers.contains_key(CONTENT_LENGTH);
        if chunked {
            headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        } else if !delivery.http_1_0 && !is_framed(headers) {
            let length = HeaderValue::from(response.body().len());
            response.headers_mut().insert(CONTENT_LENGTH, length);
        }
        let version = if delivery.http_1_0 { "1.0" } else { "1.1" };
        let head = http_head(version, response.status(), response.headers());
        let body = response.into_body();
        let body = if chunked { chunk(&body) } else { body };
        let (place, end) = delivery.cut.unwrap_or((Place::AfterBody, End::Close));
        let (head, body) = match place {
            Place::InHead => (half(&head), &[][..]),
            Place::AfterHead => (&head[..], &[][..]),
            Place::InBody => (&head[..], half(&body)),
            Place::AfterBody => (&head[..], &body[..]),
        };
        let blanks = Bytes::from_static(&[b' '; 64 * 1024]);
        let forever = if chunked { chunk(&blanks) } else { blanks };
        Self {
            bytes: [head, body].concat().into(),
            drip: delivery.drip,
            forever: (delivery.endless && delivery.cut.is_none()).then_some(forever),
            end,
            unread: false,
        }
    }

    pub(crate) async fn run(&self, mut socket: impl Socket) {
        // It is not an error here if the client has gone away.
        let _ = self.write_to(&mut socket).await;
        match self.end {
            End::Close => {
                let _ = socket.shutdown().await;
                // A socket that is dropped with unread data is reset, not closed.
                if self.unread {
                    let _ = timeout(LINGER, until_gone(&mut socket)).await;
                }
            }
            End::Reset => {
                let _ = socket.reset_when_dropped();
            }
            End::Hang => until_gone(&mut socket).await,
        }
    }

    async fn write_to(&self, socket: &mut impl Socket) -> io::Result<()> {
        match self.drip {
            None => socket.write_all(&self.bytes).await?,
            Some(pause) => {
                for byte in &self.bytes {
                    socket.write_u8(*byte).await?;
                    socket.flush().await?;
                    if pause.is_zero() {
                        // A sleep takes at least a millisecond.
                        tokio::task::yield_now().await;
                    } else {
                        tokio::time::sleep(pause).await;
                    }
                }
            }
        }
        socket.flush().await?;
        while let Some(bytes) = &self.forever {
            socket.write_all(bytes).await?;
        }
        Ok(())
    }
}

impl fmt::Display for TakeOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the socket was taken over")
    }
}

impl Error for TakeOver {}

/// Whether these headers say how long the body is.
pub(crate) fn is_framed(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING)
}

/// An answer as HTTP/1.1 bytes, framed only by what its headers say.
pub(crate) fn http1(response: &Response<Bytes>) -> Vec<u8> {
    let mut bytes = http1_head(response.status(), response.headers());
    bytes.extend_from_slice(response.body());
    bytes
}

/// A status line and headers, up to and including the empty line.
pub(crate) fn http1_head(status: StatusCode, headers: &HeaderMap) -> Vec<u8> {
    http_head("1.1", status, headers)
}

fn http_head(version: &str, status: StatusCode, headers: &HeaderMap) -> Vec<u8> {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut bytes = format!("HTTP/{version} {} {reason}\r\n", status.as_str()).into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes
}

/// One chunk, or nothing: an empty chunk would end the body.
fn chunk(bytes: &Bytes) -> Bytes {
    if bytes.is_empty() {
        return Bytes::new();
    }
    let size = format!("{:x}\r\n", bytes.len());
    [size.as_bytes(), bytes, b"\r\n"].concat().into()
}

fn half(bytes: &[u8]) -> &[u8] {
    bytes.split_at(bytes.len() / 2).0
}

/// Discards whatever arrives, until the client is gone.
async fn until_gone(socket: &mut impl Socket) {
    let mut buffer = [0; 4096];
    while socket.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
}
