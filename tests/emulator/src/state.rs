use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::answer::Fate;
use crate::token::Mint;
use crate::vault::Connections;
use crate::{Answer, End, Exchange, RecordedRequest, cors};

pub(crate) type Rule = Arc<dyn Fn(&RecordedRequest) -> Option<Answer> + Send + Sync>;

/// The most that is kept of the targets, headers and bodies of requests.
const MOST_KEPT_BYTES: usize = 256 * 1024 * 1024;

type OnExchange = Arc<dyn Fn(&Exchange) + Send + Sync>;

/// What the test and the server share.
pub(crate) struct State {
    seen: Mutex<Seen>,
    changed: Condvar,
    script: Mutex<VecDeque<Answer>>,
    rules: Mutex<Vec<Rule>>,
    mint: Mint,
    connections: Connections,
    scheme: &'static str,
    address: SocketAddr,
    settings: Settings,
}

/// What a [`Builder`](crate::Builder) can change.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) is_hosted: bool,
    pub(crate) any_key: bool,
    pub(crate) longest_session: Duration,
    pub(crate) kept_requests: usize,
    pub(crate) largest_body: usize,
    pub(crate) patience: Duration,
    pub(crate) log: Option<OnExchange>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            is_hosted: false,
            any_key: false,
            longest_session: Duration::from_secs(7 * 24 * 60 * 60),
            kept_requests: 10_000,
            largest_body: 64 * 1024 * 1024,
            patience: Duration::from_secs(60),
            log: None,
        }
    }
}

/// What the server has seen of its clients.
#[derive(Default)]
pub(crate) struct Seen {
    /// The latest requests: how many is in the settings.
    pub(crate) requests: VecDeque<RecordedRequest>,
    /// How many arrived, with those that are no longer kept.
    pub(crate) arrived: usize,
    /// Their size.
    kept_bytes: usize,
    pub(crate) open_connections: usize,
}

impl Seen {
    fn keep(&mut self, request: RecordedRequest, most: usize) {
        self.arrived = self.arrived.saturating_add(1);
        self.kept_bytes = self.kept_bytes.saturating_add(request.size());
        self.requests.push_back(request);
        while self.requests.len() > most || self.kept_bytes > MOST_KEPT_BYTES {
            let Some(oldest) = self.requests.pop_front() else {
                break;
            };
            self.kept_bytes = self.kept_bytes.saturating_sub(oldest.size());
        }
    }
}

impl State {
    pub(crate) fn new(scheme: &'static str, address: SocketAddr, settings: Settings) -> Self {
        Self {
            seen: Mutex::default(),
            changed: Condvar::new(),
            script: Mutex::default(),
            rules: Mutex::default(),
            mint: Mint::new(),
            connections: Connections::default(),
            scheme,
            address,
            settings,
        }
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.seen).requests.iter().cloned().collect()
    }

    /// Forgets the requests that have arrived.
    pub(crate) fn clear(&self) {
        let mut seen = lock(&self.seen);
        seen.requests = VecDeque::new();
        seen.arrived = 0;
        seen.kept_bytes = 0;
    }

    /// Blocks until `done` returns a value; `what` describes the state if it never does.
    pub(crate) fn wait<T>(
        &self,
        patience: Duration,
        what: impl Fn(&Seen) -> String,
        done: impl Fn(&Seen) -> Option<T>,
    ) -> io::Result<T> {
        let (seen, _) = self
            .changed
            .wait_timeout_while(lock(&self.seen), patience, |seen| done(seen).is_none())
            .unwrap_or_else(PoisonError::into_inner);
        done(&seen).ok_or_else(|| io::Error::new(io::ErrorKind::TimedOut, what(&seen)))
    }

    pub(crate) fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        // Collected first: the iterator is the caller's code and may itself use the emulator.
        let answers: Vec<_> = answers.into_iter().collect();
        lock(&self.script).extend(answers);
    }

    pub(crate) fn rule(&self, rule: Rule) {
        lock(&self.rules).push(rule);
    }

    pub(crate) fn mint(&self) -> &Mint {
        &self.mint
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn connections(&self) -> &Connections {
        &self.connections
    }

    /// The base URL by which the client reached the emulator: what it calls the host, if that is a
    /// host's name.
    pub(crate) fn base_url(&self, request: &RecordedRequest) -> String {
        let host = request.uri.authority().cloned();
        let host = host.or_else(|| request.header("host")?.parse().ok());
        let host = host.map_or_else(|| self.address.to_string(), |host| host.to_string());
        format!("{}://{host}", self.scheme)
    }

    /// Counts a connection as open for as long as the returned value lives.
    pub(crate) fn connected(self: &Arc<Self>) -> Connected {
        let mut seen = lock(&self.seen);
        seen.open_connections = seen.open_connections.saturating_add(1);
        drop(seen);
        self.changed.notify_all();
        Connected(Arc::clone(self))
    }

    /// How to end the connection, if the script says not to read the request that is arriving.
    pub(crate) fn unread(&self) -> Option<End> {
        let mut script = lock(&self.script);
        match script.front() {
            Some(Answer {
                fate: Fate::End(end),
                unread: true,
                ..
            }) => {
                let end = *end;
                script.pop_front();
                Some(end)
            }
            _ => None,
        }
    }

    /// Records the request and decides how to answer it.
    ///
    /// The server has one thread and this does not await, so requests get the script's answers in
    /// the order in which they are recorded.
    pub(crate) fn record(&self, request: &RecordedRequest) -> Answer {
        lock(&self.seen).keep(request.clone(), self.settings.kept_requests);
        self.changed.notify_all();
        if cors::is_preflight(request) {
            return Answer::normal();
        }
        // Cloned, so that a rule can use the emulator, even to add a rule.
        let rules = lock(&self.rules).clone();
        rules
            .iter()
            .find_map(|rule| rule(request))
            .or_else(|| lock(&self.script).pop_front())
            .unwrap_or_else(Answer::normal)
    }
}

/// An open connection.
pub(crate) struct Connected(Arc<State>);

impl Drop for Connected {
    fn drop(&mut self) {
        let mut seen = lock(&self.0.seen);
        seen.open_connections = seen.open_connections.saturating_sub(1);
        drop(seen);
        self.0.changed.notify_all();
    }
}

/// A test that panics while holding a lock has already said what went wrong.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{ConnectionId, Origin};
    use bytes::Bytes;
    use http::Request;

    const A_SIXTEENTH: usize = MOST_KEPT_BYTES / 16;

    /// A request with as little as possible.
    fn empty() -> http::request::Builder {
        Request::builder().uri("*")
    }

    #[test]
    fn the_limit_holds_on_all_that_a_client_may_send_at_length() {
        // The target is a byte, and the header has a name of one.
        let body = Bytes::from(vec![b'x'; A_SIXTEENTH - 1]);
        let value = "x".repeat(A_SIXTEENTH - 2);
        let request = |head: http::request::Builder, body| {
            let (head, ()) = head.body(()).unwrap().into_parts();
            RecordedRequest::new(head, body, Origin::new(ConnectionId::new(1)))
        };
        for sixteenth in [
            request(empty(), body),
            request(empty().header("x", value), Bytes::new()),
        ] {
            assert_eq!(sixteenth.size(), A_SIXTEENTH);
            let mut seen = Seen::default();
            // The copies share their memory.
            for _ in 0..20 {
                seen.keep(sixteenth.clone(), usize::MAX);
            }
            assert_eq!((seen.requests.len(), seen.arrived), (16, 20));
            seen.keep(request(empty(), Bytes::new()), usize::MAX);
            assert_eq!((seen.requests.len(), seen.arrived), (16, 21));
        }
        let target = empty().uri(format!("/{}", "x".repeat(60_000)));
        assert!(request(target, Bytes::new()).size() > 60_000);
    }
}
