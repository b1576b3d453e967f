//! Where an answer ends before its time, and how.

/// How far an answer gets before [`Answer::cut`](crate::Answer::cut) takes effect.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Place {
    /// Half of the head is sent.
    InHead,
    /// The head is sent, and nothing of the body.
    AfterHead,
    /// The head and half of the body are sent. A body that has a length is short of it.
    InBody,
    /// All of the answer is sent. What follows concerns the connection, which the client may
    /// have kept for its next request.
    AfterBody,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum End {
    /// It is closed in an orderly way (FIN).
    Close,
    /// It is reset (RST), as by a machine that went down or a firewall that lost patience.
    Reset,
    /// It does not end: it stays open, and nothing more is read or written, until the client or
    /// the emulator goes away.
    Hang,
}
