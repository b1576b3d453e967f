//! The emulator's end of a connection, and what sits between it and hyper.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::state::State;
use crate::wire::TakeOver;

/// A connection, with or without TLS.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Makes it end with a reset when it is dropped.
    fn reset_when_dropped(&self) -> io::Result<()>;
}

impl Socket for TcpStream {
    fn reset_when_dropped(&self) -> io::Result<()> {
        self.set_zero_linger()
    }
}

/// Passes each request on to hyper, unless the script says not to read it.
///
/// hyper treats an error while it waits for a request as the end of the connection, so what should
/// happen instead is kept here.
pub(crate) struct Gate<S> {
    socket: S,
    state: Arc<State>,
    /// Whether the next bytes are the start of a request.
    is_idle: bool,
    taken: Option<TakeOver>,
}

impl<S: Socket> Gate<S> {
    pub(crate) fn new(socket: S, state: Arc<State>) -> Self {
        Self {
            socket,
            state,
            is_idle: true,
            taken: None,
        }
    }

    /// The socket, and what to do with it if the script stopped a request here.
    pub(crate) fn into_parts(self) -> (S, Option<TakeOver>) {
        (self.socket, self.taken)
    }
}

impl<S: Socket> AsyncRead for Gate<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.socket).poll_read(context, buffer))?;
        if self.is_idle && buffer.filled().len() > before {
            self.is_idle = false;
            if let Some(end) = self.state.unread() {
                buffer.set_filled(before);
                self.taken = Some(TakeOver::unread(end));
                return Poll::Ready(Err(io::Error::other(
                    "the script leaves the request unread",
                )));
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: Socket> AsyncWrite for Gate<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        // By the time the server writes, it has read the request.
        self.is_idle = true;
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.taken.is_some() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
