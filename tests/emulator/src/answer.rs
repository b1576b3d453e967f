use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::{End, Place};

/// How the emulator answers one request.
///
/// A constructor says what happens; what is chained to it changes the details.
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
/// A script with a mistake in it, such as a header name with a blank, answers 500 with an
/// `EmulatorScriptError` that tells the mistake.
///
/// Over HTTP/2, answers are [`normal`](Self::normal), [`status`](Self::status) and
/// [`hang`](Self::hang) with their headers, body and delay; everything that is about the bytes of a
/// connection resets the request's stream instead.
#[derive(Clone, Debug)]
#[must_use = "an answer does nothing until it is part of a script or of a rule"]
pub struct Answer {
    pub(crate) fate: Fate,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) delay: Duration,
    pub(crate) delivery: Delivery,
    pub(crate) unread: bool,
    pub(crate) mistake: Option<String>,
}

/// What happens to the request at all.
#[derive(Clone, Debug)]
pub(crate) enum Fate {
    Normal,
    Status(StatusCode),
    Raw(Bytes),
    End(End),
}

/// How an answer goes out, other than in one piece.
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

    /// Answers with a status, whatever the request says.
    ///
    /// - 3xx, 4xx and 5xx come with the error body that the API has for this status, or with one
    ///   that it could have.
    /// - 204, 205 and 304 come without a body, even if one is given.
    /// - Any other 2xx is [`normal`](Self::normal) with this status, if the request is a good one.
    /// - 1xx goes first, with the headers given here, and the normal answer follows, as HTTP wants
    ///   it; the connection then ends. A body given here is not sent.
    pub fn status(status: u16) -> Self {
        match StatusCode::from_u16(status) {
            Ok(status) => Self::new(Fate::Status(status)),
            Err(_) => Self::normal().mistaken(format!("{status} is not an HTTP status")),
        }
    }

    /// Writes these bytes to the socket as they are, then closes the connection.
    ///
    /// Apart from [`delay`](Self::delay), nothing that is chained changes it.
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

    /// Closes, resets or hangs as soon as a request begins to arrive, instead of reading it. It is
    /// not recorded then.
    ///
    /// After an answer that leaves the connection open, this is what a client sees that sends on a
    /// connection which has died while it was idle:
    ///
    /// ```
    /// # use apideck_vault_emulator::{Answer, Emulator};
    /// # let emulator = Emulator::start()?;
    /// emulator.script([Answer::normal(), Answer::reset().unread()]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// It belongs into a script and after [`close`](Self::close), [`reset`](Self::reset) or
    /// [`hang`](Self::hang): a rule has read the request already, and so has an answer that says
    /// something. There it has no effect.
    pub fn unread(mut self) -> Self {
        self.unread = matches!(self.fate, Fate::End(_));
        self
    }

    /// Sends this header, in place of what the answer would have under its name.
    ///
    /// Given twice, a header is sent twice. An answer that is given a `content-length` or a
    /// `transfer-encoding` is written just so, true or not, and the connection ends with it.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let value = value.as_ref();
        let Ok(header) = HeaderName::from_bytes(name.as_bytes()) else {
            return self.mistaken(format!("{name:?} is not a header name"));
        };
        let Ok(value) = HeaderValue::from_bytes(value) else {
            let value = String::from_utf8_lossy(value).into_owned();
            return self.mistaken(format!("{value:?} is not a value for the header {name}"));
        };
        self.headers.append(header, value);
        self
    }

    /// Sends this content type. The same as `header("content-type", …)`, but the last one wins.
    pub fn content_type(mut self, content_type: impl AsRef<[u8]>) -> Self {
        self.headers.remove(CONTENT_TYPE);
        self.header(CONTENT_TYPE.as_str(), content_type)
    }

    /// Sends this body, byte for byte. The content type stays JSON unless it is set as well.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Waits this long before it does anything, once the request has been read.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// Sends the answer byte by byte, head and body, with this pause after each.
    pub fn drip(mut self, pause: Duration) -> Self {
        self.delivery.drip = Some(pause);
        self
    }

    /// Sends the answer up to this place and then ends the connection in this way.
    pub fn cut(mut self, place: Place, end: End) -> Self {
        self.delivery.cut = Some((place, end));
        self
    }

    /// Goes on with blanks after the body for as long as the client reads: in chunks, unless the
    /// answer is given a `content-length`, which may be terabytes.
    pub fn endless(mut self) -> Self {
        self.delivery.endless = true;
        self
    }

    /// Answers as an HTTP/1.0 server does: the body is as long as the connection lasts.
    pub fn http_1_0(mut self) -> Self {
        self.delivery.http_1_0 = true;
        self
    }

    fn mistaken(mut self, mistake: String) -> Self {
        self.mistake.get_or_insert(mistake);
        self
    }
}
