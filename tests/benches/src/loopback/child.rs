//! The processes that the parent starts. It sends them lines of JSON, and they answer each with a line.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use super::certificate::Certificate;
use super::process::on_core;
use super::work::{Ask, Slice, Work};
use super::{Anything, nginx};

/// The first argument of a child that serves.
pub(crate) const SERVER: &str = "--as-server";
/// The first argument of a child that calls.
pub(crate) const CLIENT: &str = "--as-client";

const CLIENT_CORE: usize = 0;
const SERVER_CORE: usize = 1;

/// How a server answers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Serving {
    /// The PEM files of the certificate and its key, for TLS.
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    /// How many requests must arrive before the first of them is answered.
    pub(crate) hold: usize,
    /// Which attempt of a consumer succeeds.
    pub(crate) attempts: u32,
}

/// A process that is killed when its owner is dropped.
#[derive(Debug)]
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server on its own core.
#[derive(Debug)]
pub(crate) struct Server {
    _process: Process,
    /// Our own server ends when its input is closed.
    _input: Option<ChildStdin>,
    authority: String,
    certificate: Option<PathBuf>,
}

impl Server {
    /// Starts our own server.
    pub(crate) fn start(
        certificate: Option<&Certificate>,
        serving: Serving,
    ) -> Result<Self, Anything> {
        let serving = Serving {
            tls: certificate.map(|it| (it.certificate.clone(), it.key.clone())),
            ..serving
        };
        let (process, input, mut output) = start(SERVER, SERVER_CORE, &serving)?;
        let port: u16 = read(&mut output)?;
        Ok(Self {
            _process: process,
            _input: Some(input),
            authority: format!("127.0.0.1:{port}"),
            certificate: certificate.map(|it| it.certificate.clone()),
        })
    }

    /// Starts nginx.
    pub(crate) fn start_nginx(certificate: Option<&Certificate>) -> Result<Self, Anything> {
        let (mut command, authority) = nginx::command(certificate)?;
        let process = Process(on_core(SERVER_CORE, || command.spawn())?);
        nginx::wait(&authority)?;
        Ok(Self {
            _process: process,
            _input: None,
            authority,
            certificate: certificate.map(|it| it.certificate.clone()),
        })
    }
}

/// A client on a core that it shares with the other clients. Only one of them works at a time.
#[derive(Debug)]
pub(crate) struct Client {
    _process: Process,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Client {
    /// Starts a client that does this work with this server.
    pub(crate) fn start(work: Work, server: &Server) -> Result<Self, Anything> {
        let work = Work {
            authority: server.authority.clone(),
            certificate: server.certificate.clone(),
            ..work
        };
        let (process, input, output) = start(CLIENT, CLIENT_CORE, &work)?;
        Ok(Self {
            _process: process,
            input,
            output,
        })
    }

    /// Lets it work and waits for the result.
    pub(crate) fn ask(&mut self, ask: Ask) -> Result<Slice, Anything> {
        let mut line = serde_json::to_vec(&ask)?;
        line.push(b'\n');
        self.input.write_all(&line)?;
        read(&mut self.output)
    }
}

fn start(
    role: &str,
    core: usize,
    settings: &impl Serialize,
) -> Result<(Process, ChildStdin, BufReader<ChildStdout>), Anything> {
    let mut command = Command::new(env::current_exe()?);
    command
        .args([role, &serde_json::to_string(settings)?])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = on_core(core, || command.spawn())?;
    let (input, output) = (child.stdin.take(), child.stdout.take());
    let process = Process(child);
    let input = input.ok_or("a child without input")?;
    let output = BufReader::new(output.ok_or("a child without output")?);
    Ok((process, input, output))
}

fn read<T: DeserializeOwned>(output: &mut BufReader<ChildStdout>) -> Result<T, Anything> {
    let mut line = String::new();
    output.read_line(&mut line)?;
    serde_json::from_str(&line).map_err(|_| "a child ended without an answer".into())
}
