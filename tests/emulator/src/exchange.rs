use std::time::Duration;

use http::{Method, StatusCode};
use tokio::time::Instant;

use crate::api_error::ApiError;
use crate::state::State;

/// A request and how it was answered, for a log. It holds no key and no token.
///
/// ```
/// use apideck_vault_emulator::{Emulator, Exchange};
///
/// fn line(exchange: &Exchange) -> String {
///     let status = exchange.status.map_or("no answer".to_owned(), |status| status.to_string());
///     let problem = exchange.problem.as_deref().unwrap_or_default();
///     format!("{} {}: {status} {problem}", exchange.method, exchange.path)
/// }
///
/// let emulator =
///     Emulator::builder().on_exchange(|exchange| eprintln!("{}", line(exchange))).start()?;
/// # Ok::<(), std::io::Error>(())
/// ```
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

impl Problem {
    pub(crate) fn of(error: &ApiError) -> Self {
        Self {
            text: error.problem(),
            is_unknown: false,
        }
    }
}

/// Writes the log's entry for a request.
pub(crate) struct Log<'a> {
    state: &'a State,
    method: Method,
    path: String,
    arrived: Instant,
}

impl<'a> Log<'a> {
    /// For a request that has arrived. `path` is one that is [`shown`].
    pub(crate) fn new(state: &'a State, method: Method, path: String) -> Self {
        Self {
            state,
            method,
            path,
            arrived: Instant::now(),
        }
    }

    /// `None` stands for an answer that is not HTTP.
    pub(crate) fn write(&self, status: Option<StatusCode>, problem: Option<&Problem>) {
        let Some(log) = &self.state.settings().log else {
            return;
        };
        log(&Exchange {
            method: self.method.clone(),
            path: self.path.clone(),
            status,
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
