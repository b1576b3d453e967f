use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::oneshot;

#[cfg(feature = "https")]
use crate::Certificate;
use crate::state::{Settings, State};
use crate::tls::{Authority, Tls};
use crate::{Answer, Builder, RecordedRequest, connection};

/// A Vault server on a free loopback port, for as long as this value lives.
///
/// It runs on its own thread, so sync and async code use it the same way. Dropping it closes the
/// port and every connection, even in the middle of an answer.
///
/// ```
/// use std::io::{Read, Write};
/// use apideck_vault_emulator::Emulator;
///
/// # fn main() -> std::io::Result<()> {
/// let emulator = Emulator::start()?;
/// let mut socket = std::net::TcpStream::connect(emulator.address())?;
/// socket.write_all(b"POST /vault/sessions HTTP/1.1\r\nhost: vault\r\nconnection: close\r\n\r\n")?;
/// let mut answer = String::new();
/// socket.read_to_string(&mut answer)?;
/// assert!(answer.starts_with("HTTP/1.1 401 Unauthorized\r\n"));
/// assert!(answer.contains("Missing authentication"));
/// # Ok(())
/// # }
/// ```
pub struct Emulator {
    address: SocketAddr,
    state: Arc<State>,
    authority: Option<Authority>,
    // Dropping the sender is the signal to stop, so there is no message that could get lost.
    running: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Emulator {
    /// The API key that is accepted; any other is a 401.
    pub const API_KEY: &str = "emulator-api-key";
    /// The app id that is accepted; any other is a 401.
    pub const APP_ID: &str = "dSBdXd2H6Mqwfg0atXHXYcysLJE9qyn1VwBtXHX";
    /// A consumer id to use. Any other is accepted too, unless it is empty.
    pub const CONSUMER_ID: &str = "test-consumer";

    /// Starts a server. It is accepting connections by the time this returns.
    ///
    /// # Errors
    ///
    /// If the system is out of ports, threads or event queues.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// An emulator with other settings than the usual ones.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Starts a server that speaks HTTPS, and HTTP/2 with clients that ask for it (ALPN).
    ///
    /// Its [`certificate_authority`](Self::certificate_authority) is new, so no client trusts it
    /// unless told to.
    ///
    /// ```
    /// use apideck_vault_emulator::{Certificate, Emulator};
    ///
    /// let emulator = Emulator::start_https(Certificate::Good)?;
    /// assert!(emulator.url().starts_with("https://localhost:"));
    /// let authority = emulator.certificate_authority().expect("it speaks HTTPS");
    /// assert!(authority.pem().starts_with("-----BEGIN CERTIFICATE-----"));
    /// // Hand it to your client as a root certificate.
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the system is out of ports, threads or event queues, or has no randomness for a key.
    #[cfg(feature = "https")]
    pub fn start_https(certificate: Certificate) -> io::Result<Self> {
        Self::builder().https(certificate).start()
    }

    pub(crate) fn start_with(
        address: SocketAddr,
        settings: Settings,
        tls: Option<Tls>,
        authority: Option<Authority>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::new(
            if tls.is_some() { "https" } else { "http" },
            address,
            settings,
        ));
        let (running, stopped) = oneshot::channel();
        let (ready, is_ready) = mpsc::sync_channel(1);
        let thread = thread::Builder::new()
            .name("vault-emulator".to_owned())
            .spawn({
                let state = Arc::clone(&state);
                move || run(listener, state, tls, &ready, stopped)
            })?;
        if is_ready.recv().is_err() {
            return Err(match thread.join() {
                Ok(Err(error)) => error,
                _ => io::Error::other("the emulator's thread ended before it was ready"),
            });
        }
        Ok(Self {
            address,
            state,
            authority,
            running: Some(running),
            thread: Some(thread),
        })
    }

    /// Its base URL, without a trailing slash, such as `http://127.0.0.1:4242` or
    /// `https://localhost:4242`.
    pub fn url(&self) -> String {
        match self.authority {
            None => format!("http://{}", self.address),
            Some(_) => format!("https://localhost:{}", self.address.port()),
        }
    }

    /// The authority that issued its certificate; `None` for an emulator that does not speak HTTPS.
    #[cfg(feature = "https")]
    pub fn certificate_authority(&self) -> Option<&Authority> {
        self.authority.as_ref()
    }

    /// Its address, for code that opens its own socket.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests that have arrived in full, in order of arrival. Each is listed before it is
    /// answered.
    ///
    /// A request whose body never ended is not listed. The latest 10,000 are kept, unless the
    /// [builder](Builder::kept_requests) says otherwise, and at most 256 MiB of their
    /// headers and bodies.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state.requests()
    }

    /// Forgets the requests that have arrived, as if none had. The script and the rules stay.
    pub fn clear(&self) {
        self.state.clear();
    }

    /// Blocks until at least `count` requests have arrived in full, then returns what
    /// [`requests`](Self::requests) does.
    ///
    /// For tests that must know that a request has arrived before they continue, without sleeping.
    /// On a current-thread runtime, call it from `spawn_blocking`: otherwise it blocks the very
    /// client that it waits for.
    ///
    /// # Errors
    ///
    /// [`TimedOut`](io::ErrorKind::TimedOut) if they have not arrived within `patience`.
    pub fn wait_for_requests(
        &self,
        count: usize,
        patience: Duration,
    ) -> io::Result<Vec<RecordedRequest>> {
        self.state.wait(
            patience,
            |seen| format!("{} of {count} requests arrived", seen.arrived),
            |seen| (seen.arrived >= count).then(|| seen.requests.iter().cloned().collect()),
        )
    }

    /// Blocks until exactly `count` connections are open.
    ///
    /// It shows a test whether a client has closed its connection or kept it.
    ///
    /// # Errors
    ///
    /// [`TimedOut`](io::ErrorKind::TimedOut) if that does not happen within `patience`.
    pub fn wait_for_open_connections(&self, count: usize, patience: Duration) -> io::Result<()> {
        self.state.wait(
            patience,
            |seen| {
                let open = seen.open_connections;
                format!("expected {count} open connections, found {open}")
            },
            |seen| (seen.open_connections == count).then_some(()),
        )
    }

    /// Appends to the script: each request that arrives takes the next answer from it.
    ///
    /// Once the script runs out, requests get the normal answer again.
    pub fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state.script(answers);
    }

    /// Adds a rule, which can answer a request based on what is in it.
    ///
    /// Rules run before the script, in the order in which they were added; the first to return an
    /// answer wins, and the request then takes nothing from the script. Rules run on the emulator's
    /// only thread: while one blocks, so does everything else.
    pub fn rule(&self, rule: impl Fn(&RecordedRequest) -> Option<Answer> + Send + Sync + 'static) {
        self.state.rule(Arc::new(rule));
    }

    /// The claims of a token that this emulator signed; `None` for any other text.
    ///
    /// It checks only the signature: an expired token still counts.
    pub fn verify(&self, token: &str) -> Option<Value> {
        self.state.mint().verify(token)
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.running.take());
        if let Some(thread) = self.thread.take() {
            // A rule that owns the emulator can drop it on the emulator's own thread, which
            // cannot wait for itself to end.
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulator")
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}

/// What the emulator's thread runs, from start to end.
///
/// The runtime is made and dropped here: dropping one inside another runtime's context panics, and
/// that is where the [`Emulator`] itself is dropped in an async test.
fn run(
    listener: TcpListener,
    state: Arc<State>,
    tls: Option<Tls>,
    ready: &mpsc::SyncSender<()>,
    stopped: oneshot::Receiver<()>,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        tokio::spawn(connection::accept(listener, state, tls));
        let _ = ready.send(());
        // This only ever ends in an error: the sender is gone.
        let _ = stopped.await;
        Ok(())
    })
    // The runtime is dropped here, and its tasks with it: the listener and every connection.
}
