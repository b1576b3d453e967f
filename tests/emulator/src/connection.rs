//! The emulator's side of the sockets: who is let in, and what becomes of each connection.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::respond::respond;
use crate::state::State;
use crate::wire::TakeOver;
use crate::{Answer, ConnectionId, RecordedRequest};

/// How long to leave the system alone when it has no socket left.
const ACCEPT_AGAIN: Duration = Duration::from_millis(10);

pub(crate) async fn accept(listener: TcpListener, state: Arc<State>) {
    for connection in (1..).map(ConnectionId::new) {
        let socket = loop {
            match listener.accept().await {
                Ok((socket, _)) => break socket,
                Err(_) => tokio::time::sleep(ACCEPT_AGAIN).await,
            }
        };
        tokio::spawn(serve(socket, connection, Arc::clone(&state)));
    }
}

/// Serves one connection to its end.
///
/// hyper speaks HTTP for as long as the answers are HTTP. An answer that is not comes out of the
/// service as an error that is a [`TakeOver`]: hyper writes nothing for it and hands the socket
/// back, which from there on is written byte by byte.
async fn serve(socket: TcpStream, connection: ConnectionId, state: Arc<State>) {
    // Answers are small, and a test that waits for one should not wait for Nagle.
    let _ = socket.set_nodelay(true);
    let service = service_fn(|request| {
        // hyper drops the future below when it sees that the client has gone, be it before the
        // first poll. A request that came in full counts all the same, so a task records it.
        let recorded = tokio::spawn(record(request, connection, Arc::clone(&state)));
        let state = &state;
        async move {
            match recorded.await {
                Ok(Some((request, answer))) => respond(state, &request, answer).await,
                // Cut off, or a rule panicked: either way there is nothing to say.
                Ok(None) | Err(_) => Err(TakeOver::close()),
            }
        }
    });
    let mut http = http1::Builder::new().serve_connection(TokioIo::new(socket), service);
    let Err(error) = (&mut http).await else {
        return;
    };
    if let Some(take_over) = error
        .source()
        .and_then(|cause| cause.downcast_ref::<TakeOver>())
    {
        let socket = http.into_parts().io.into_inner();
        take_over.run(socket).await;
    }
}

/// Reads the request to its end and decides about it; `None` if it had no end.
async fn record(
    request: Request<Incoming>,
    connection: ConnectionId,
    state: Arc<State>,
) -> Option<(RecordedRequest, Answer)> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.ok()?.to_bytes();
    let request = RecordedRequest::new(parts, body, connection);
    let answer = state.record(&request);
    Some((request, answer))
}
