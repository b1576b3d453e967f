//! The steps of opening a connection: TCP or a proxy, and TLS.

use ureq::Error;
#[cfg(feature = "native-tls")]
use ureq::unversioned::transport::NativeTlsConnector;
#[cfg(feature = "rustls")]
use ureq::unversioned::transport::RustlsConnector;
use ureq::unversioned::transport::{
    Buffers, ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, TcpConnector,
    Transport,
};

/// ureq's own steps, with one of ours between TCP and TLS. By itself, ureq looks for what nobody asked for where TLS
/// puts what it has read, and in the socket, but not in the buffer between: a record there would be the answer to the
/// next request, which may be another caller's.
#[derive(Debug)]
pub(crate) struct Steps(Box<dyn Connector<Out = Box<dyn Transport>>>);

impl Default for Steps {
    fn default() -> Self {
        let steps = ConnectProxyConnector::default()
            .chain(TcpConnector::default())
            .chain(BelowTls);
        #[cfg(feature = "rustls")]
        let steps = steps.chain(RustlsConnector::default());
        #[cfg(feature = "native-tls")]
        let steps = steps.chain(NativeTlsConnector::default());
        Self(Box::new(steps.chain(Boxed)))
    }
}

impl Connector for Steps {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        self.0.connect(details, chained)
    }
}

#[derive(Debug)]
struct BelowTls;

impl<In: Transport> Connector<In> for BelowTls {
    type Out = Emptied<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(Emptied))
    }
}

/// Makes one type of what the steps before may open.
#[derive(Debug)]
struct Boxed;

impl<In: Transport> Connector<In> for Boxed {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, Error> {
        Ok(chained.map(|transport| Box::new(transport) as Self::Out))
    }
}

/// A connection that is of no further use if something is left in its buffer.
#[derive(Debug)]
struct Emptied<T>(T);

impl<T: Transport> Transport for Emptied<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.0.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        self.0.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.0.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.0.buffers().input().is_empty() && self.0.is_open()
    }

    fn is_tls(&self) -> bool {
        self.0.is_tls()
    }
}
