//! Opening a connection: the lookup, TCP, a proxy and TLS, all within one time to connect.

use std::sync::Arc;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::time::Instant;
use ureq::unversioned::transport::{ConnectionDetails, Connector, NextTimeout, Transport};
use ureq::{Error, Proxy};

use crate::connection::Connection;
use crate::limit::{Limit, ToProxy};
use crate::lookup::Lookups;
use crate::not_connected::NotConnected;
use crate::steps::Steps;

/// ureq's connectors, with a limit on its time as a whole. By itself, ureq gives that time to each of
/// its steps, and to each piece of a proxy's answer.
#[derive(Debug, Default)]
pub(crate) struct InTime<C = Steps> {
    connector: Arc<C>,
    lookups: Lookups,
}

impl<C: Connector<Out = Box<dyn Transport>>> Connector for InTime<C> {
    type Out = Connection;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        _: Option<()>,
    ) -> Result<Option<Connection>, Error> {
        match self.open(details) {
            Ok(Some(opened)) => Ok(Some(Connection::new(opened))),
            failed => {
                // The server, or the proxy, may have moved.
                let proxy = details.config.proxy();
                self.lookups.forget(proxy.map_or(details.uri, Proxy::uri));
                failed.map(|_| None).map_err(NotConnected::around)
            }
        }
    }
}

impl<C: Connector<Out = Box<dyn Transport>>> InTime<C> {
    fn open(&self, details: &ConnectionDetails<'_>) -> Result<Option<Box<dyn Transport>>, Error> {
        let limit = Arc::new(Limit::begin(details.timeout));
        // There are none if a proxy is to look the name up.
        let addrs = match details.addrs.is_empty() {
            true => self.lookups.empty(),
            false => (self.lookups).resolve(details.uri, details.config, limit.left())?,
        };
        let (connector, to_proxy) = (Arc::clone(&self.connector), Arc::clone(&limit));
        let connect_to_proxy = move |proxy: &ConnectionDetails<'_>| {
            let limit = Arc::clone(&to_proxy);
            let opened = connector.connect(
                &ConnectionDetails {
                    addrs: copy(&proxy.addrs),
                    now: Instant::now(),
                    timeout: limit.left(),
                    current_time: Arc::clone(&proxy.current_time),
                    run_connector: Arc::clone(&proxy.run_connector),
                    register_shutdown: Arc::clone(&proxy.register_shutdown),
                    ..*proxy
                },
                None,
            )?;
            let transport = opened.ok_or(Error::ConnectionFailed)?;
            Ok(Box::new(ToProxy::new(transport, limit)) as Box<dyn Transport>)
        };
        let opened = self.connector.connect(
            &ConnectionDetails {
                addrs,
                resolver: &self.lookups,
                now: Instant::now(),
                timeout: limit.left(),
                // A request of its own time has the agent's TLS, too. ureq would set that up for each of its
                // connections: read root certificates, and resume no session.
                request_level: false,
                current_time: Arc::clone(&details.current_time),
                run_connector: Arc::new(connect_to_proxy),
                register_shutdown: Arc::clone(&details.register_shutdown),
                ..*details
            },
            None,
        );
        limit.end();
        opened
    }
}

fn copy(addresses: &ResolvedSocketAddrs) -> ResolvedSocketAddrs {
    let mut copy = Lookups::default().empty();
    for address in addresses.iter() {
        copy.push(*address);
    }
    copy
}

/// Leaves the lookup to the connector, which ureq only asks if it has no connection at hand.
#[derive(Debug)]
pub(crate) struct Later;

impl Resolver for Later {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut addresses = self.empty();
        addresses.push(([0, 0, 0, 0], 0).into());
        Ok(addresses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lookup::tests::{OLD_ADDRESS, slow};
    use apideck_vault_emulator::{Answer, Emulator, End, Place};
    use std::io::{BufRead as _, BufReader, Write as _, copy};
    use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
    use std::sync::{Mutex, mpsc};
    use std::thread;
    use std::time::Duration;
    use ureq::Agent;

    /// Notes what it is given, and connects to nobody.
    #[derive(Debug)]
    struct Noting(Arc<Mutex<Vec<(Duration, SocketAddr)>>>);

    impl Connector for Noting {
        type Out = Box<dyn Transport>;

        fn connect(
            &self,
            details: &ConnectionDetails<'_>,
            _: Option<()>,
        ) -> Result<Option<Self::Out>, Error> {
            let noted = (*details.timeout.after, details.addrs[0]);
            self.0.lock().unwrap().push(noted);
            Ok(None)
        }
    }

    /// What is noted of two calls that fail, when a lookup of the name took 300 ms.
    fn noted() -> Vec<(Duration, SocketAddr)> {
        let noted = Arc::default();
        let connector = InTime {
            connector: Arc::new(Noting(Arc::clone(&noted))),
            lookups: slow("localhost:80", Duration::from_millis(300)),
        };
        let config = Agent::config_builder()
            .proxy(None)
            .timeout_connect(Some(Duration::from_secs(60)))
            .build();
        let agent = Agent::with_parts(config, connector, Later);
        for _ in 0..2 {
            let error = agent.get("http://localhost").call().unwrap_err();
            assert!(matches!(error, Error::ConnectionFailed), "{error}");
        }
        let noted = noted.lock().unwrap();
        noted.clone()
    }

    #[test]
    fn the_time_that_a_lookup_takes_is_not_there_for_the_rest() {
        let (left, _) = noted()[0];
        assert!(left <= Duration::from_millis(59_900), "{left:?}");
    }

    #[test]
    fn a_server_that_could_not_be_reached_is_looked_up_again() {
        let [(_, first), (_, second)] = noted()[..] else {
            panic!("two calls")
        };
        assert_eq!(first, OLD_ADDRESS);
        assert_ne!(second, OLD_ADDRESS);
    }

    /// A proxy with tunnels to one server, one after the other: its URL, and a message for each tunnel
    /// that it has closed.
    fn proxy_to(server: SocketAddr) -> (String, mpsc::Receiver<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (closed, is_closed) = mpsc::channel();
        thread::spawn(move || {
            for client in listener.incoming() {
                tunnel(client.unwrap(), server);
                // Nobody may be waiting any more.
                let _ = closed.send(());
            }
        });
        (url, is_closed)
    }

    /// Passes on what is sent, until the server closes the connection.
    fn tunnel(mut client: TcpStream, server: SocketAddr) {
        let mut requests = BufReader::new(client.try_clone().unwrap());
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            requests.read_line(&mut line).unwrap();
        }
        client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        let mut server = TcpStream::connect(server).unwrap();
        let mut to_server = server.try_clone().unwrap();
        thread::spawn(move || copy(&mut requests, &mut to_server));
        copy(&mut server, &mut client).unwrap();
        client.shutdown(Shutdown::Both).unwrap();
    }

    #[test]
    fn a_connection_through_a_proxy_has_the_time_of_its_request_and_is_kept() {
        const TO_CONNECT: Duration = Duration::from_secs(2);

        let emulator = Emulator::start().unwrap();
        emulator.script([Answer::status(200).delay(TO_CONNECT + TO_CONNECT / 10)]);
        let (proxy, _) = proxy_to(emulator.address());
        let config = Agent::config_builder()
            .proxy(Some(Proxy::new(&proxy).unwrap()))
            .timeout_connect(Some(TO_CONNECT))
            .http_status_as_error(false);
        let agent = Agent::with_parts(config.build(), <InTime>::default(), Later);
        for _ in 0..2 {
            let answer = agent.get(emulator.url()).call().unwrap();
            answer.into_body().read_to_vec().unwrap();
        }
        let requests = emulator.requests();
        assert_eq!(requests[0].connection, requests[1].connection);
    }

    #[test]
    fn a_proxy_that_could_not_be_reached_is_looked_up_again() {
        let emulator = Emulator::start().unwrap();
        let (proxy, _) = proxy_to(emulator.address());
        let proxy = proxy.replace("http://127.0.0.1", "localhost");
        let connector = InTime {
            connector: Arc::<Steps>::default(),
            lookups: slow(&proxy, Duration::ZERO),
        };
        let config = Agent::config_builder()
            .proxy(Some(Proxy::new(&proxy).unwrap()))
            .http_status_as_error(false);
        let agent = Agent::with_parts(config.build(), connector, Later);
        let error = agent.get(emulator.url()).call().unwrap_err();
        assert!(error.to_string().contains("refused"), "{error}");
        agent.get(emulator.url()).call().unwrap();
        assert_eq!(emulator.requests().len(), 1);
    }

    #[test]
    fn a_connection_that_its_proxy_has_closed_is_not_used() {
        let emulator = Emulator::start().unwrap();
        let (proxy, is_closed) = proxy_to(emulator.address());
        let config = Agent::config_builder()
            .proxy(Some(Proxy::new(&proxy).unwrap()))
            .http_status_as_error(false);
        let agent = Agent::with_parts(config.build(), <InTime>::default(), Later);
        for _ in 0..2 {
            // It closes without a word in the answer.
            emulator.script([Answer::status(200).cut(Place::AfterBody, End::Close)]);
            let answer = agent.get(emulator.url()).call().unwrap();
            answer.into_body().read_to_vec().unwrap();
            is_closed.recv().unwrap();
        }
        assert_eq!(emulator.requests().len(), 2);
    }
}
