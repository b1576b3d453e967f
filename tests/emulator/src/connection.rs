//! The emulator's side of the sockets: accepts connections and serves each one to its end.

use std::error::Error;
#[cfg(feature = "https")]
use std::pin::pin;
use std::sync::Arc;
#[cfg(feature = "https")]
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::{Request, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body;
use hyper::server::conn::http1;
#[cfg(feature = "https")]
use hyper::server::conn::http2;
use hyper::service::service_fn;
#[cfg(feature = "https")]
use hyper_util::rt::TokioExecutor;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
#[cfg(feature = "https")]
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::api_error::ApiError;
use crate::exchange::{Log, Problem, shown};
use crate::request::Origin;
use crate::respond::{AnswerBody, head, respond, written};
use crate::socket::{Gate, Socket};
use crate::state::State;
#[cfg(feature = "https")]
use crate::tls;
use crate::tls::Tls;
use crate::wire::TakeOver;
use crate::{Answer, ConnectionId, End, RecordedRequest};

/// How long to wait before accepting again when the system is out of sockets.
const ACCEPT_AGAIN: Duration = Duration::from_millis(10);

pub(crate) async fn accept(listener: TcpListener, state: Arc<State>, tls: Option<Tls>) {
    for connection in (1..).map(ConnectionId::new) {
        let socket = loop {
            match listener.accept().await {
                Ok((socket, _)) => break socket,
                Err(_) => tokio::time::sleep(ACCEPT_AGAIN).await,
            }
        };
        let (state, connected, tls) = (Arc::clone(&state), state.connected(), tls.clone());
        tokio::spawn(async move {
            // Answers are small, and a test should not have to wait for Nagle's algorithm.
            let _ = socket.set_nodelay(true);
            match tls {
                None => serve(socket, Origin::new(connection), &state).await,
                #[cfg(feature = "https")]
                Some(tls) => serve_tls(socket, connection, &state, &tls).await,
            }
            drop(connected);
        });
    }
}

#[cfg(feature = "https")]
async fn serve_tls(socket: TcpStream, connection: ConnectionId, state: &Arc<State>, tls: &Tls) {
    // A client that rejects the certificate ends the handshake.
    let handshake = timeout(state.settings().patience, tls.accept(socket));
    let Ok(Ok(socket)) = handshake.await else {
        return;
    };
    let origin = Origin {
        is_tls_resumed: tls::is_resumed(&socket),
        ..Origin::new(connection)
    };
    if tls::speaks_http2(&socket) {
        serve_http2(socket, origin, state).await;
    } else {
        serve(socket, origin, state).await;
    }
}

/// Serves one connection to its end: once no request has begun for as long as the patience lasts, the
/// client is told to leave, and after the same time again, the connection closes.
#[cfg(feature = "https")]
async fn serve_http2(socket: impl Socket, origin: Origin, state: &Arc<State>) {
    let begun = Arc::new(AtomicUsize::new(0));
    let open = Arc::new(());
    let service = {
        let (begun, open, state) = (Arc::clone(&begun), Arc::downgrade(&open), Arc::clone(state));
        service_fn(move |request| {
            begun.fetch_add(1, Ordering::Relaxed);
            let is_open = open.upgrade();
            let answer = exchange(request, origin, Arc::clone(&state));
            async move {
                let answer = answer.await;
                drop(is_open);
                answer
            }
        })
    };
    let http = http2::Builder::new(TokioExecutor::new());
    // An answer that is not HTTP resets only its own stream; the connection carries on.
    let mut http = pin!(http.serve_connection(TokioIo::new(socket), service));
    let (mut seen, mut is_told) = (0, false);
    while timeout(state.settings().patience, http.as_mut())
        .await
        .is_err()
    {
        let so_far = begun.load(Ordering::Relaxed);
        if so_far != seen {
            seen = so_far;
        } else if is_told && Arc::strong_count(&open) == 1 {
            return;
        } else {
            http.as_mut().graceful_shutdown();
            is_told = true;
        }
    }
}

/// Serves one connection to its end.
///
/// hyper speaks HTTP for as long as the answers are HTTP. For an answer that is not, the service
/// returns a [`TakeOver`] as its error: hyper writes nothing and hands the socket back, and from
/// then on the emulator writes to the socket itself.
pub(crate) async fn serve(socket: impl Socket, origin: Origin, state: &Arc<State>) {
    let service = service_fn(|request| exchange(request, origin, Arc::clone(state)));
    let gate = Gate::new(socket, Arc::clone(state));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new());
    http.header_read_timeout(state.settings().patience);
    let mut http = http.serve_connection(TokioIo::new(gate), service);
    let ended = (&mut http).await;
    let (socket, stopped) = http.into_parts().io.into_inner().into_parts();
    let asked = ended.as_ref().err().and_then(|error| {
        let cause = error.source()?;
        cause.downcast_ref::<TakeOver>()
    });
    if let Some(take_over) = stopped.as_ref().or(asked) {
        take_over.run(socket).await;
    }
}

/// The body of a request.
pub(crate) trait Sent:
    Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static
{
}

impl<B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static> Sent for B {}

/// One request and its answer.
pub(crate) fn exchange(
    request: Request<impl Sent>,
    origin: Origin,
    state: Arc<State>,
) -> impl Future<Output = Result<Response<AnswerBody>, TakeOver>> {
    let (method, path) = (request.method().clone(), shown(request.uri().path()));
    // hyper drops the future below when it sees that the client is gone, even before the first
    // poll. A request that arrived in full still counts, so a separate task records it.
    let recorded = tokio::spawn(record(request, origin, Arc::clone(&state)));
    async move {
        let recorded = recorded.await;
        let log = Log::new(&state, method, path);
        match recorded {
            Ok(Arrived::Whole(request, answer)) => {
                if answer.is_hang() {
                    log.write(None, None);
                }
                let answered = respond(&state, &request, *answer).await;
                match &answered {
                    Ok(answer) => log.write(Some(answer.status()), answer.extensions().get()),
                    Err(_) => log.write(None, None),
                }
                answered
            }
            Ok(Arrived::TooLarge) => {
                let error = ApiError::too_large(state.settings().largest_body);
                log.write(Some(error.status), Some(&Problem::of(&error)));
                Err(unread(&error))
            }
            // The request was cut off, or a rule panicked: either way there is no answer.
            Ok(Arrived::CutOff) | Err(_) => Err(TakeOver::end(End::Close)),
        }
    }
}

/// What became of a request.
enum Arrived {
    Whole(Box<RecordedRequest>, Box<Answer>),
    TooLarge,
    /// The client went away or took too long.
    CutOff,
}

/// Reads the request to its end and picks its answer.
async fn record(request: Request<impl Sent>, origin: Origin, state: Arc<State>) -> Arrived {
    let (parts, body) = request.into_parts();
    let settings = state.settings();
    let body = Limited::new(body, settings.largest_body).collect();
    let body = match timeout(settings.patience, body).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Arrived::TooLarge,
        Ok(Err(_)) | Err(_) => return Arrived::CutOff,
    };
    let request = RecordedRequest::new(parts, body, origin);
    let answer = state.record(&request);
    Arrived::Whole(Box::new(request), Box::new(answer))
}

/// Answers a body that is not read to its end, which is why the connection closes.
fn unread(error: &ApiError) -> TakeOver {
    TakeOver::write(written(head(error.status, error.to_json())).into()).with_unread()
}
