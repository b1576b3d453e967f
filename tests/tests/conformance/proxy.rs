//! A small proxy: it tunnels `CONNECT`, passes on what comes for `http:`, and keeps the heads.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

const LONGER_THAN_ANYBODY_WAITS: Duration = Duration::from_secs(120);

pub(crate) struct Proxy {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

/// What it does with a request.
#[derive(Clone, Copy)]
enum Manner {
    PassingOn,
    Refusing(&'static str),
    Dripping,
}

impl Proxy {
    pub(crate) fn start() -> Self {
        Self::answering(Manner::PassingOn)
    }

    /// One that answers everything with this status line.
    pub(crate) fn refusing(status: &'static str) -> Self {
        Self::answering(Manner::Refusing(status))
    }

    /// One whose answers take far longer than anyone waits.
    pub(crate) fn dripping() -> Self {
        Self::answering(Manner::Dripping)
    }

    fn answering(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let kept = Arc::clone(&heads);
        // It ends with the process: nobody else knows its port.
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                // A client that goes away in between does not matter to the proxy.
                thread::spawn(move || serve(client, manner, &kept));
            }
        });
        Self { url, heads }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The heads of the requests that came.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn serve(mut client: TcpStream, manner: Manner, heads: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    heads.lock().unwrap().push(text.clone());
    match manner {
        Manner::PassingOn => pass_on(client, &head, &text),
        Manner::Refusing(status) => {
            write!(client, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n")?;
            client.shutdown(Shutdown::Write)
        }
        Manner::Dripping => {
            client.write_all(b"HTTP/1.1 200 Connection established\r\nx: ")?;
            let end = Instant::now() + LONGER_THAN_ANYBODY_WAITS;
            while Instant::now() < end {
                client.write_all(b"x")?;
                thread::sleep(Duration::from_millis(100));
            }
            Ok(())
        }
    }
}

fn pass_on(mut client: TcpStream, head: &[u8], text: &str) -> io::Result<()> {
    let target = text.split(' ').nth(1).unwrap_or_default();
    let target = target.strip_prefix("http://").unwrap_or(target);
    let mut server = TcpStream::connect(target.split('/').next().unwrap_or_default())?;
    if text.starts_with("CONNECT ") {
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    } else {
        server.write_all(head)?;
    }
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut from_client, &mut to_server);
        to_server.shutdown(Shutdown::Write)
    });
    let _ = io::copy(&mut server, &mut client);
    client.shutdown(Shutdown::Both)
}
