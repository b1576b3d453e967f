use std::time::Duration;

use http::{Method, Response, StatusCode};
use tokio::time::Instant;

use crate::RecordedRequest;
use crate::respond::AnswerBody;
use crate::state::State;

/// A request and how it was answered, for a log. It holds no key and no token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exchange {
    /// The request's method.
    pub method: Method,
    /// The request's path, without the query. A part of it that may be a token is `…`.
    pub path: String,
    /// The answer's status; `None` if a script had no HTTP answer sent.
    pub status: Option<StatusCode>,
    /// What was wrong with the request, in the words of the answer.
    pub problem: Option<String>,
    /// Whether nothing is served at that path.
    pub is_unknown: bool,
    /// The time from the request's end to its answer.
    pub took: Duration,
}

/// What a refusal leaves in its answer for the log.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) text: String,
    pub(crate) is_unknown: bool,
}

/// Writes the log's entry for a request.
pub(crate) struct Log<'a> {
    state: &'a State,
    request: &'a RecordedRequest,
    arrived: Instant,
}

impl<'a> Log<'a> {
    pub(crate) fn new(state: &'a State, request: &'a RecordedRequest) -> Self {
        Self {
            state,
            request,
            arrived: Instant::now(),
        }
    }

    /// `None` stands for an answer that is not HTTP.
    pub(crate) fn write(&self, answered: Option<&Response<AnswerBody>>) {
        let Some(log) = &self.state.settings().log else {
            return;
        };
        let problem = answered.and_then(|response| response.extensions().get::<Problem>());
        log(&Exchange {
            method: self.request.method.clone(),
            path: shown(self.request.uri.path()),
            status: answered.map(Response::status),
            problem: problem.map(|problem| problem.text.clone()),
            is_unknown: problem.is_some_and(|problem| problem.is_unknown),
            took: self.arrived.elapsed(),
        });
    }
}

/// A path without what may be a token: ids are short.
pub(crate) fn shown(path: &str) -> String {
    let parts = path.split('/');
    let parts: Vec<_> = parts
        .map(|part| if part.len() > 60 { "…" } else { part })
        .collect();
    parts.join("/")
}
