//! A server that soon closes idle connections.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crate::example;
use crate::loopback::Anything;
use crate::loopback::server::{head, whole};

/// How long it keeps an idle connection.
const KEPT: Duration = Duration::from_millis(5);

/// Serves on its own thread. Returns the address.
pub(super) fn start() -> Result<String, Anything> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let authority = listener.local_addr()?.to_string();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Ends with an error if no request arrives in time, which closes the connection.
            thread::spawn(|| connection(stream).is_ok());
        }
    });
    Ok(authority)
}

fn connection(mut stream: TcpStream) -> Result<(), Anything> {
    let answer = whole("200 OK", &example::created());
    stream.set_nodelay(true)?;
    let (mut buffer, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        while head(&buffer)?.is_none_or(|head| buffer.len() < head.bytes + head.body_bytes) {
            match stream.read(&mut chunk)? {
                0 => return Ok(()),
                bytes => buffer.extend_from_slice(&chunk[..bytes]),
            }
        }
        buffer.clear();
        stream.write_all(&answer)?;
        stream.set_read_timeout(Some(KEPT))?;
    }
}
