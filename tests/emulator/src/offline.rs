//! The emulator without sockets or a thread, for the fuzz targets in `core/fuzz`.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use crate::ConnectionId;
use crate::connection::{exchange, serve};
use crate::request::Origin;
use crate::socket::Socket;
use crate::state::{Settings, State};

/// An emulator that is called instead of connected to. Its functions need a tokio runtime.
pub struct Offline(Arc<State>);

impl Offline {
    pub(crate) fn new(settings: Settings) -> Self {
        let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self(Arc::new(State::new("http", nowhere, settings)))
    }

    /// Sends this on one connection, and returns all that comes back until the emulator closes it.
    pub async fn serve(&self, sent: &[u8]) -> io::Result<Vec<u8>> {
        let (mut client, server) = tokio::io::duplex(sent.len().max(1));
        let state = Arc::clone(&self.0);
        tokio::spawn(async move { serve(server, Self::origin(), &state).await });
        client.write_all(sent).await?;
        let mut answered = Vec::new();
        client.read_to_end(&mut answered).await?;
        Ok(answered)
    }

    /// Answers a request; `None` if the connection would be closed instead.
    pub async fn answer(&self, request: Request<Bytes>) -> Option<Response<Bytes>> {
        let request = request.map(Full::new);
        let answered = exchange(request, Self::origin(), Arc::clone(&self.0)).await;
        let (head, body) = answered.ok()?.into_parts();
        let Ok(body) = body.collect().await;
        Some(Response::from_parts(head, body.to_bytes()))
    }

    /// A token with these claims.
    pub fn sign(&self, claims: &Value) -> String {
        self.0.mint().sign(claims)
    }

    /// The claims of a token that was signed here.
    pub fn verify(&self, token: &str) -> Option<Value> {
        self.0.mint().verify(token)
    }

    fn origin() -> Origin {
        Origin::new(ConnectionId::new(1))
    }
}

impl fmt::Debug for Offline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Offline").finish_non_exhaustive()
    }
}

impl Socket for DuplexStream {
    fn reset_when_dropped(&self) -> io::Result<()> {
        Ok(())
    }
}
