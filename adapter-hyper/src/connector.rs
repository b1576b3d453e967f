//! Opening a connection of any kind, within one time to connect.

use apideck_vault_core::http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use std::fmt;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::timeout;
use tower_service::Service;

use crate::transport::BoxError;

pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A connector that gives up if connecting takes too long, including the name lookup, a proxy and the TLS
/// handshake.
///
/// It hides which connector it is: hyper-util's pool is compiled once for each type of one, and takes a lot of room in a
/// program.
#[derive(Clone)]
pub(crate) struct InTime(Arc<dyn Fn(Uri) -> Connecting + Send + Sync>);

type Connecting = Pin<Box<dyn Future<Output = Result<Opened, BoxError>> + Send>>;

impl InTime {
    pub(crate) fn new<C>(connector: C) -> Self
    where
        C: Service<Uri> + Clone + Send + Sync + 'static,
        C::Response: Stream + 'static,
        C::Error: Into<BoxError>,
        C::Future: Send,
    {
        Self(Arc::new(move |server| {
            let connector = connector.clone();
            Box::pin(async move {
                match timeout(CONNECT_TIMEOUT, connect(connector, server)).await {
                    Ok(connected) => connected,
                    Err(too_late) => Err(io::Error::from(too_late).into()),
                }
            })
        }))
    }
}

async fn connect<C>(mut connector: C, server: Uri) -> Result<Opened, BoxError>
where
    C: Service<Uri>,
    C::Response: Stream + 'static,
    C::Error: Into<BoxError>,
{
    let ready = poll_fn(|context| connector.poll_ready(context)).await;
    ready.map_err(Into::into)?;
    let opened = connector.call(server).await.map_err(Into::into)?;
    Ok(Opened(Box::new(opened)))
}

impl Service<Uri> for InTime {
    type Response = Opened;
    type Error = BoxError;
    type Future = Connecting;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, server: Uri) -> Connecting {
        self.0(server)
    }
}

impl fmt::Debug for InTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("InTime")
    }
}

/// What a connector opens: a socket, or TLS on one.
pub(crate) trait Stream: Read + Write + Connection + Send + Unpin {}

impl<S: Read + Write + Connection + Send + Unpin> Stream for S {}

/// An open connection.
pub(crate) struct Opened(Box<dyn Stream>);

impl Connection for Opened {
    fn connected(&self) -> Connected {
        self.0.connected()
    }
}

impl Read for Opened {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(context, buffer)
    }
}

impl Write for Opened {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write_vectored(context, slices)
    }
}
