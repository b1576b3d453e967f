//! The time from the start of a process to the session that it prints. Programs take turns, and the
//! one by hand has two turns, so that the difference between the two shows the noise.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use apideck_vault_benches::example;
use indicatif::ProgressBar;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::Anything;
use crate::figures::BY_HAND;
use crate::trust::Trust;

/// A server on its own thread that answers every request with a session, one connection after the other.
pub(crate) struct Server {
    url: String,
    /// For programs that do not have their root certificates compiled in.
    roots: Option<PathBuf>,
}

impl Server {
    pub(crate) fn http() -> Result<Self, Anything> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let url = format!("http://{}", listener.local_addr()?);
        Ok(Self::start(listener, None, Self { url, roots: None }))
    }

    pub(crate) fn https(trust: &Trust) -> Result<Self, Anything> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let url = format!("https://{}", listener.local_addr()?);
        let roots = Some(trust.roots_file());
        let config = trust.server_config()?;
        Ok(Self::start(listener, Some(config), Self { url, roots }))
    }

    fn start(listener: TcpListener, tls: Option<Arc<ServerConfig>>, server: Self) -> Self {
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                // If a client gives up, whoever reads its output notices.
                let _ = serve(socket, tls.clone());
            }
        });
        server
    }

    /// The median time of many starts of each program, in milliseconds.
    pub(crate) fn medians(
        &self,
        programs: &[(&'static str, PathBuf)],
        starts: usize,
    ) -> Result<Vec<(&'static str, f64)>, Anything> {
        let again = programs.iter().filter(|(label, _)| *label == BY_HAND);
        let again = again.map(|(_, path)| ("by_hand_again", path));
        let programs = programs.iter().map(|(label, path)| (*label, path));
        let programs: Vec<_> = programs.chain(again).collect();
        let mut times = vec![Vec::with_capacity(starts); programs.len()];
        let bar = ProgressBar::new(starts as u64);
        for round in 0..=starts {
            for turn in 0..programs.len() {
                let which = (round + turn) % programs.len();
                let time = self.start_once(programs[which].1)?;
                // The first time, the program may have to be read from disk.
                if round > 0 {
                    times[which].push(time);
                }
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        let labels = programs.iter().map(|(label, _)| *label);
        Ok(labels.zip(times.into_iter().map(median)).collect())
    }

    fn start_once(&self, program: &Path) -> Result<Duration, Anything> {
        let mut command = Command::new(program);
        command
            .arg(&self.url)
            .envs(self.roots.iter().map(|roots| ("SSL_CERT_FILE", roots)))
            .env("NO_PROXY", "127.0.0.1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let began = Instant::now();
        let mut child = command.spawn()?;
        let mut line = String::new();
        let output = child.stdout.take().ok_or("no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let time = began.elapsed();
        if !child.wait()?.success() || !line.starts_with("https://vault.apideck.com/session/") {
            return Err(format!("{} printed: {line}", program.display()).into());
        }
        Ok(time)
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    let middle = times.get(times.len() / 2).copied().unwrap_or_default();
    middle.as_secs_f64() * 1000.0
}

fn serve(socket: TcpStream, tls: Option<Arc<ServerConfig>>) -> Result<(), Anything> {
    socket.set_nodelay(true)?;
    match tls {
        Some(config) => answer(StreamOwned::new(ServerConnection::new(config)?, socket)),
        None => answer(socket),
    }
}

fn answer(stream: impl Read + Write) -> Result<(), Anything> {
    let mut stream = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse()?;
            }
            None if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    stream.read_exact(&mut vec![0; length])?;
    let body = example::created();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let stream = stream.get_mut();
    stream.write_all(&[head.as_bytes(), &body].concat())?;
    stream.flush()?;
    Ok(())
}
