//! A network with a delay: a relay in this process.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// How long a byte takes, in each direction.
pub(super) const DELAY: Duration = Duration::from_millis(25);

/// A round trip.
pub(super) const ROUND_TRIP: Duration = Duration::from_millis(50);

/// The relay, which runs on its own thread until the program ends.
#[derive(Debug)]
pub(super) struct Relay {
    pub(super) port: u16,
    connections: Arc<AtomicUsize>,
    from_server: Arc<AtomicUsize>,
}

impl Relay {
    pub(super) fn start(server: SocketAddr) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let relay = Self {
            port: listener.local_addr()?.port(),
            connections: Arc::default(),
            from_server: Arc::default(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (connections, from_server) = (relay.connections.clone(), relay.from_server.clone());
        thread::spawn(move || {
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener)?;
                loop {
                    let (client, _) = listener.accept().await?;
                    connections.fetch_add(1, Ordering::Relaxed);
                    // A connection that cannot be made ends, which its client sees.
                    tokio::spawn(carry(client, server, from_server.clone()));
                }
                #[expect(unreachable_code, reason = "it names the type of the errors above")]
                Ok::<(), io::Error>(())
            })
        });
        Ok(relay)
    }

    /// How many connections were opened so far.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// How many bytes the server has sent so far.
    pub(super) fn bytes_from_server(&self) -> usize {
        self.from_server.load(Ordering::Relaxed)
    }
}

async fn carry(client: TcpStream, server: SocketAddr, count: Arc<AtomicUsize>) -> io::Result<()> {
    // The system has already accepted the connection, without a delay. So the first bytes wait for the
    // round trip that the handshake of TCP takes.
    let connected = Instant::now() + ROUND_TRIP;
    let server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::spawn(one_way(from_client, to_server, connected, Arc::default()));
    one_way(from_server, to_client, connected, count).await;
    Ok(())
}

async fn one_way(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    not_before: Instant,
    count: Arc<AtomicUsize>,
) {
    let (sent, mut arriving) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    tokio::spawn(async move {
        while let Some((at, bytes)) = arriving.recv().await {
            sleep_until(at).await;
            let written = to.write_all(&bytes).await;
            if bytes.is_empty() || written.is_err() {
                break;
            }
        }
        // The other side may be gone.
        let _ = to.shutdown().await;
    });
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = from.read(&mut buffer).await.unwrap_or(0);
        count.fetch_add(read, Ordering::Relaxed);
        let at = Instant::now().max(not_before) + DELAY;
        let bytes = buffer.iter().copied().take(read).collect();
        if sent.send((at, bytes)).is_err() || read == 0 {
            return;
        }
    }
}
