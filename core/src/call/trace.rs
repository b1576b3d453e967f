//! A `tracing` span around a call, with the names of
//! [OpenTelemetry's HTTP conventions](https://opentelemetry.io/docs/specs/semconv/http/http-spans/).

use bytes::Bytes;
use http::Request;
use tracing::field::Empty;
use tracing::{Span, debug, info, info_span};

use crate::error::PastCause;
use crate::observe::Event;
use crate::vault::PathTemplate;

/// The span of a call.
pub(super) struct Trace(Span);

impl Trace {
    /// Somebody may read what it is told.
    pub(super) const IS_READ: bool = true;

    pub(super) fn begin(request: &mut Request<Bytes>) -> Self {
        let template = request.extensions_mut().remove::<PathTemplate>();
        let (method, uri) = (request.method(), request.uri());
        let usual_port = match uri.scheme_str() {
            Some("http") => 80,
            _ => 443,
        };
        Self(info_span!(
            "apideck_vault.call",
            otel.kind = "client",
            http.request.method = method.as_str(),
            server.address = uri.host(),
            server.port = uri.port_u16().unwrap_or(usual_port),
            url.template = template.and_then(|template| template.0),
            http.response.status_code = Empty,
            http.request.resend_count = Empty,
            error.type = Empty,
        ))
    }

    /// The span of a call whose input is wrong.
    pub(super) fn without_request() -> Self {
        Self(info_span!(
            "apideck_vault.call",
            otel.kind = "client",
            error.type = Empty,
        ))
    }

    /// Another attempt of the call sends this request. HTTP stacks take requests without extensions a
    /// shorter way.
    pub(super) fn continue_with(&self, request: &mut Request<Bytes>) {
        request.extensions_mut().remove::<PathTemplate>();
    }

    pub(super) fn tell(&self, event: &Event<'_>) {
        let Self(span) = self;
        match *event {
            Event::AttemptEnded {
                number,
                outcome,
                took,
                request_id,
                ..
            } => match outcome {
                Ok(_) => debug!(parent: span, number, ?took, request_id, "attempt succeeded"),
                Err(cause) => {
                    info!(parent: span, number, %cause, ?took, request_id, "attempt failed");
                }
            },
            Event::WaitBegan {
                delay,
                retry_after,
                is_held,
                ..
            } => info!(parent: span, ?delay, ?retry_after, is_held, "waiting"),
            Event::CallEnded {
                attempts,
                elapsed,
                outcome,
                cause,
            } => {
                let refused = cause.and_then(PastCause::status);
                if let Some(status) = outcome.ok().or(refused) {
                    span.record("http.response.status_code", status.as_u16());
                }
                if attempts > 1 {
                    span.record("http.request.resend_count", attempts.saturating_sub(1));
                }
                match outcome {
                    Ok(_) => debug!(parent: span, attempts, ?elapsed, "call succeeded"),
                    Err(gave_up) => {
                        span.record("error.type", error_type(cause));
                        info!(parent: span, attempts, ?elapsed, ?gave_up, "call failed");
                    }
                }
            }
        }
    }
}

/// The status of a refusal, or a word for what else went wrong.
fn error_type(cause: Option<PastCause>) -> String {
    match cause {
        None => "cannot_send".to_owned(),
        Some(PastCause::Refused(status)) => status.as_str().to_owned(),
        Some(PastCause::Broken) => "broken_answer".to_owned(),
        Some(PastCause::Failed(kind)) => format!("{kind:?}"),
    }
}
