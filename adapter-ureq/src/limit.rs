//! A limit on the time that opening a connection takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use ureq::Error;
use ureq::unversioned::transport::{Buffers, NextTimeout, Transport};

/// The time that opening a connection may take.
#[derive(Debug)]
pub(crate) struct Limit {
    began: Instant,
    timeout: NextTimeout,
    is_over: AtomicBool,
}

impl Limit {
    pub(crate) fn begin(timeout: NextTimeout) -> Self {
        Self {
            began: Instant::now(),
            timeout,
            is_over: AtomicBool::new(false),
        }
    }

    /// What is left of it.
    pub(crate) fn left(&self) -> NextTimeout {
        let left = self.timeout.after.saturating_sub(self.began.elapsed());
        NextTimeout {
            after: left.into(),
            ..self.timeout
        }
    }

    /// The connection is open, or could not be opened.
    pub(crate) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// A connection to a proxy, which has no more time to answer than there is to connect.
#[derive(Debug)]
pub(crate) struct ToProxy {
    transport: Box<dyn Transport>,
    limit: Arc<Limit>,
}

impl ToProxy {
    pub(crate) fn new(transport: Box<dyn Transport>, limit: Arc<Limit>) -> Self {
        Self { transport, limit }
    }
}

impl Transport for ToProxy {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.transport.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.transport.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = match self.limit.is_over.load(Ordering::Relaxed) {
            true => timeout,
            false => self.limit.left(),
        };
        self.transport.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.transport.is_open()
    }
}
