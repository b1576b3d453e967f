use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::{End, Place};

/// How the emulator answers one request.
///
/// A constructor says what happens; the methods chained to it change the details.
///
/// ```
/// use std::time::Duration;
/// use apideck_vault_emulator::{Answer, End, Place};
///
/// Answer::normal().delay(Duration::from_millis(5));
/// Answer::status(429).header("retry-after", "2");
/// Answer::status(502).content_type("text/html").body("<h1>Bad Gateway</h1>");
/// Answer::raw("SSH-2.0-OpenSSH_9.9\r\n");
/// Answer::close();
/// Answer::reset().unread();
/// Answer::normal().cut(Place::InBody, End::Reset);
/// Answer::normal().drip(Duration::from_millis(1));
/// Answer::normal().endless();
/// ```
///
/// A script with a mistake in it, such as a space in a header name, answers 500 with an
/// `EmulatorScriptError` that describes the mistake.
///
/// Over HTTP/2, only [`normal`](Self::normal), [`status`](Self::status) and [`hang`](Self::hang)
/// work, with their headers, body and delay. Anything that concerns the bytes of a connection
/// resets the request's stream instead.
#[derive(Clone, Debug)]
#[must_use = "an answer does nothing until a script or a rule uses it"]
pub struct Answer {
    pub(crate) fate: Fate,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) delay: Duration,
    pub(crate) delivery: Delivery,
    pub(crate) unread: bool,
    pub(crate) mistake: Option<String>,
}

/// What happens to the request.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    Normal,
    Status(StatusCode),
    Raw(Bytes),
    End(End),
}

/// How an answer is sent, if not the usual way.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Delivery {
    pub(crate) http_1_0: bool,
    pub(crate) endless: bool,
    pub(crate) cut: Option<(Place, End)>,
    pub(crate) drip: Option<Duration>,
}

impl Answer {
    fn new(fate: Fate) -> Self {
        Self {
            fate,
            headers: HeaderMap::new(),
            body: None,
            delay: Duration::ZERO,
            delivery: Delivery::default(),
            unread: false,
            mistake: None,
        }
    }

    /// Checks the request and answers it as the API does.
    pub fn normal() -> Self {
        Self::new(Fate::Normal)
    }

    /// Answers with this status, whatever the request says.
    ///
    /// - 3xx, 4xx and 5xx come with the API's error body for this status, or a plausible one if the
    ///   API documents none.
    /// - 204, 205 and 304 come without a body, even if one is given.
    /// - Any other 2xx is [`normal`](Self::normal) with this status, if the request is valid.
    /// - 1xx is sent first, with the headers given here, and the normal answer follows, as HTTP
    ///   requires; then the connection closes. A body given here is not sent.
    pub fn status(status: u16) -> Self {
        match StatusCode::from_u16(status) {
            Ok(status) => Self::new(Fate::Status(status)),
            Err(_) => Self::normal().mistaken(format!("{status} is not an HTTP status")),
        }
    }

    /// Writes these bytes to the socket as they are, then closes the connection.
    ///
    /// Of the methods chained to it, only [`delay`](Self::delay) has an effect.
    pub fn raw(bytes: impl Into<Bytes>) -> Self {
        Self::new(Fate::Raw(bytes.into()))
    }

    /// Reads the request, then closes the connection without an answer.
    pub fn close() -> Self {
        Self::new(Fate::End(End::Close))
    }

    /// Reads the request, then resets the connection (RST) without an answer.
    pub fn reset() -> Self {
        Self::new(Fate::End(End::Reset))
    }

    /// Reads the request and never answers it.
    ///
    /// The connection stays open until the client or the emulator goes away.
    pub fn hang() -> Self {
        Self::new(Fate::End(End::Hang))
    }

    /// Closes, resets or hangs as soon as a request begins to arrive, without reading it. The
    /// request is not recorded.
    ///
    /// After an answer that leaves the connection open, this looks to the client like a connection
    /// that died while it was idle:
    ///
    /// ```
    /// # use apideck_vault_emulator::{Answer, Emulator};
    /// # let emulator = Emulator::start()?;
    /// emulator.script([Answer::normal(), Answer::reset().unread()]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// Use it in a script, on [`close`](Self::close), [`reset`](Self::reset) or
    /// [`hang`](Self::hang). It has no effect on other answers, or in a rule, which runs after the
    /// request has been read.
    pub fn unread(mut self) -> Self {
        self.unread = matches!(self.fate, Fate::End(_));
        self
    }

    /// Sends this header, replacing any that the answer would have under the same name.
    ///
    /// A header given twice is sent twice. A `content-length` or `transfer-encoding` given here is
    /// sent as is, even if it is wrong, and the connection closes after the answer.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let value = value.as_ref();
        let Ok(header) = HeaderName::from_bytes(name.as_bytes()) else {
            return self.mistaken(format!("{name:?} is not a valid header name"));
        };
        let Ok(value) = HeaderValue::from_bytes(value) else {
            let value = String::from_utf8_lossy(value).into_owned();
            return self.mistaken(format!(
                "{value:?} is not a valid value for the header {name}"
            ));
        };
        self.headers.append(header, value);
        self
    }

    /// Sends this content type. Like `header("content-type", …)`, except that the last call wins.
    pub fn content_type(mut self, content_type: impl AsRef<[u8]>) -> Self {
        self.headers.remove(CONTENT_TYPE);
        self.header(CONTENT_TYPE.as_str(), content_type)
    }

    /// Sends this body, byte for byte. The content type stays JSON unless you set it as well.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Waits this long after reading the request before doing anything. Default: zero.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Sends the answer, head and body, one byte at a time, pausing this long after each byte.
    pub fn drip(mut self, pause: Duration) -> Self {
        self.delivery.drip = Some(pause);
        self
    }

    /// Sends the answer up to `place`, then ends the connection as `end` says.
    pub fn cut(mut self, place: Place, end: End) -> Self {
        self.delivery.cut = Some((place, end));
        self
    }

    /// Keeps sending spaces after the body for as long as the client reads. They come in chunks,
    /// unless you give the answer a `content-length`, which may be terabytes.
    pub fn endless(mut self) -> Self {
        self.delivery.endless = true;
        self
    }

    /// Answers like an HTTP/1.0 server: the body ends when the connection closes.
    pub fn http_1_0(mut self) -> Self {
        self.delivery.http_1_0 = true;
        self
    }

    pub(crate) fn is_hang(&self) -> bool {
        matches!(self.fate, Fate::End(End::Hang))
    }

    fn mistaken(mut self, mistake: String) -> Self {
        self.mistake.get_or_insert(mistake);
        self
    }
}
