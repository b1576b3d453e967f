//! What is written on a socket without HTTP's rules in between.

use std::error::Error;
use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// The end of a connection as HTTP: from here on its socket is ours.
///
/// It travels as the service's error, for that is how hyper lets go of a socket.
#[derive(Clone, Debug)]
pub(crate) struct TakeOver {
    bytes: Bytes,
}

impl TakeOver {
    /// Closes without a word.
    pub(crate) fn close() -> Self {
        Self {
            bytes: Bytes::new(),
        }
    }

    /// Writes these bytes as they are, then closes.
    pub(crate) fn write(bytes: Bytes) -> Self {
        Self { bytes }
    }

    pub(crate) async fn run(&self, mut socket: impl AsyncWrite + Unpin) {
        // A client that has gone away is no failure of ours.
        let _ = socket.write_all(&self.bytes).await;
        let _ = socket.shutdown().await;
    }
}

impl fmt::Display for TakeOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the socket was taken over")
    }
}

impl Error for TakeOver {}

/// An answer as HTTP/1.1 bytes, framed by nothing but what its headers say.
pub(crate) fn http1(response: &Response<Bytes>) -> Vec<u8> {
    let mut bytes = http1_head(response.status(), response.headers());
    bytes.extend_from_slice(response.body());
    bytes
}

/// A status line and headers, up to and with the empty line.
pub(crate) fn http1_head(status: StatusCode, headers: &HeaderMap) -> Vec<u8> {
    let reason = status.canonical_reason().unwrap_or_default();
    let mut bytes = format!("HTTP/1.1 {} {reason}\r\n", status.as_str()).into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"\r\n");
    bytes
}
