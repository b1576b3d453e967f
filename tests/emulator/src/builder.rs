use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "https")]
use crate::Certificate;
use crate::state::Settings;
use crate::{Emulator, Exchange};

/// An emulator that is not the usual one, from [`Emulator::builder`].
///
/// ```
/// use apideck_vault_emulator::Emulator;
/// use std::time::Duration;
///
/// let emulator = Emulator::builder()
///     .hosted()
///     .longest_session(Duration::from_secs(60))
///     .on_exchange(|exchange| eprintln!("{} {}", exchange.method, exchange.path))
///     .start()?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[must_use = "nothing runs until `start` is called"]
pub struct Builder {
    address: SocketAddr,
    #[cfg(feature = "https")]
    certificate: Option<Certificate>,
    settings: Settings,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            #[cfg(feature = "https")]
            certificate: None,
            settings: Settings::default(),
        }
    }

    /// Where to listen. Default: a free port of 127.0.0.1.
    ///
    /// On any other address than a loopback one, whoever reaches the machine can use the emulator.
    pub fn address(mut self, address: impl Into<SocketAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// Speaks HTTPS, as [`Emulator::start_https`] does. Default: HTTP.
    #[cfg(feature = "https")]
    pub fn https(mut self, certificate: Certificate) -> Self {
        self.certificate = Some(certificate);
        self
    }

    /// Hands out session URIs that lead to the emulator's own page, such as
    /// `http://127.0.0.1:4242/session/…`. Default: `https://vault.apideck.com/session/…`, as the API
    /// does, which does not know the emulator's tokens.
    pub fn hosted(mut self) -> Self {
        self.settings.is_hosted = true;
        self
    }

    /// Accepts any API key and any app id. Default: [`Emulator::API_KEY`] and [`Emulator::APP_ID`].
    pub fn accept_any_key(mut self) -> Self {
        self.settings.any_key = true;
        self
    }

    /// The longest session. A longer `session_length` is a 400, and a session without one lasts an
    /// hour or this long, whichever is shorter. Default: one week.
    pub fn longest_session(mut self, limit: Duration) -> Self {
        self.settings.longest_session = limit;
        self
    }

    /// How many requests are kept for [`Emulator::requests`]: the latest. Default: 10,000.
    pub fn kept_requests(mut self, most: usize) -> Self {
        self.settings.kept_requests = most;
        self
    }

    /// The largest body of a request, in bytes. A larger one is a 413, and is not read to its end.
    /// Default: 64 MiB.
    pub fn largest_body(mut self, bytes: usize) -> Self {
        self.settings.largest_body = bytes;
        self
    }

    /// How long a client may take for a TLS handshake, for the head of a request, waiting for it
    /// included, and for its body. Then the connection closes; one of HTTP/2 that waits for a request
    /// closes after at most three times as long. Default: 60 s.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.settings.patience = patience;
        self
    }

    /// Calls this with each request and its answer, on the emulator's only thread. Default: nothing.
    pub fn on_exchange(mut self, log: impl Fn(&Exchange) + Send + Sync + 'static) -> Self {
        self.settings.log = Some(Arc::new(log));
        self
    }

    /// Starts it. It is accepting connections by the time this returns.
    ///
    /// # Errors
    ///
    /// If the address is taken or is not this machine's, or if the system is out of threads or event
    /// queues, or has no randomness for a key.
    pub fn start(self) -> io::Result<Emulator> {
        #[cfg(feature = "https")]
        if let Some(certificate) = self.certificate {
            let (tls, authority) = crate::tls::issue(certificate)?;
            return Emulator::start_with(self.address, self.settings, Some(tls), Some(authority));
        }
        Emulator::start_with(self.address, self.settings, None, None)
    }

    /// The same without sockets.
    #[cfg(fuzzing)]
    pub fn offline(self) -> crate::Offline {
        crate::Offline::new(self.settings)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
