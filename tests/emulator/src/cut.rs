//! Where an answer is cut short, and how.

/// How far an answer gets before [`Answer::cut`](crate::Answer::cut) takes effect.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Place {
    /// Half of the head is sent.
    InHead,
    /// The head is sent, and nothing of the body.
    AfterHead,
    /// The head and half of the body are sent: less than the `content-length`, if there is one.
    InBody,
    /// The whole answer is sent. What follows affects only the connection, which the client may
    /// have kept for its next request.
    AfterBody,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum End {
    /// It is closed cleanly (FIN).
    Close,
    /// It is reset (RST), as by a machine that went down or a firewall that dropped it.
    Reset,
    /// It does not end: it stays open, the emulator sends nothing more and ignores what arrives,
    /// until the client or the emulator goes away.
    Hang,
}
