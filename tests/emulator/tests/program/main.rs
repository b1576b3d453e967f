//! The emulator as a program, run as a user runs it.
#![cfg(all(feature = "program", unix))]

mod for_people;
mod hostile;
mod scripted;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_apideck-vault-emulator"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn output(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

/// What a command that cannot run says: one line, and code 2.
fn refused(arguments: &[&str]) -> String {
    let output = output(arguments);
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(output.stdout.is_empty());
    error
}

struct Running {
    child: Child,
    lines: BufReader<ChildStdout>,
    address: String,
}

impl Running {
    fn start(arguments: &[&str]) -> (Self, Value) {
        let arguments = [&["--json"], arguments].concat();
        let mut command = program(&arguments);
        let command = command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut running = Self {
            lines: BufReader::new(child.stdout.take().unwrap()),
            child,
            address: String::new(),
        };
        let started = running.line();
        let url = started["url"].as_str().unwrap();
        running.address = url.split_once("//").unwrap().1.to_owned();
        (running, started)
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    /// Sends a request and returns the answer; empty if there was none.
    fn send(&self, start: &str, key: &str) -> String {
        let mut answer = String::new();
        let _ = self.ask(start, key, "").read_to_string(&mut answer);
        answer
    }

    /// Sends a request, and leaves the answer to be read.
    fn ask(&self, start: &str, key: &str, body: &str) -> TcpStream {
        let mut socket = TcpStream::connect(&self.address).unwrap();
        let (address, length) = (&self.address, body.len());
        write!(
            socket,
            "{start} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: Bearer {key}\r\n\
             x-apideck-app-id: app\r\nx-apideck-consumer-id: c\r\naccept: */*\r\nuser-agent: t\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        socket
    }

    fn stop(&mut self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_answers_logs_each_request_without_secrets_and_stops_cleanly() {
    for signal in ["-INT", "-TERM"] {
        let (mut running, _) = Running::start(&["--accept-any-key"]);
        let created = running.send("POST /vault/sessions", "secret-key");
        assert!(created.starts_with("HTTP/1.1 200 OK"), "{created}");
        let uri = format!("\"session_uri\":\"http://{}/session/ey", running.address);
        assert!(created.contains(&uri), "{created}");
        running.send("GET /vault/logs?x=secret-key", "secret-key");
        let first = running.line();
        assert_eq!(
            (&first["path"], &first["status"]),
            (&"/vault/sessions".into(), &200.into())
        );
        let second = running.line();
        assert_eq!(second["problem"], "Unknown Path: Nothing is at /vault/logs");
        running.stop(signal);
        let stopped = running.line();
        assert_eq!(stopped["unknown"]["GET /vault/logs"], 1);
        let status = running.child.wait().unwrap();
        assert!(status.success(), "{status}");
        let all = format!("{first}{second}{stopped}");
        assert!(!all.contains("secret-key"), "{all}");
    }
}

#[test]
fn it_speaks_https_and_says_whom_to_trust() {
    let (mut running, started) = Running::start(&["--tls"]);
    assert!(
        started["url"]
            .as_str()
            .unwrap()
            .starts_with("https://localhost:")
    );
    let authority = started["certificate_authority"].as_str().unwrap();
    let pem = std::fs::read_to_string(authority).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"), "{pem}");
    running.stop("-INT");
    assert!(running.child.wait().unwrap().success());
    assert!(!std::path::Path::new(authority).exists());
}

#[test]
fn what_it_cannot_do_is_one_clear_line_and_code_2() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let wanted = format!("error: port {port} is taken: choose another one with --port\n");
    assert_eq!(refused(&["--port", &port]), wanted);

    let elsewhere = refused(&["--host", "192.0.2.1"]);
    assert_eq!(
        elsewhere,
        "error: 192.0.2.1 is not an address of this machine\n"
    );

    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("bad.toml");
    std::fs::write(&script, "[[rule]]\nstatus = 42\n").unwrap();
    let script = script.to_str().unwrap();
    let wanted = format!("error: {script}:2:10: 42 is not a status from 100 to 599\n");
    assert_eq!(refused(&["--script", script]), wanted);
    assert!(
        refused(&["--script", "/nowhere.toml"]).starts_with("error: /nowhere.toml: No such file")
    );

    for wrong in [
        &["--latency", "soon"][..],
        &["--session-length-limit", "10ms"],
        &["--session-length-limit", "0s"],
        &["--session-length-limit", "1500ms"],
        &["--prot"],
    ] {
        assert!(refused(wrong).starts_with("error: "), "{wrong:?}");
    }
}

#[test]
fn a_session_may_be_limited_to_one_second() {
    let (running, _) = Running::start(&["--session-length-limit", "1s", "--accept-any-key"]);
    let created = running.send("POST /vault/sessions", "k");
    assert!(created.starts_with("HTTP/1.1 200 OK"), "{created}");
}

#[test]
fn what_nobody_serves_is_listed_at_the_end_up_to_fifty_calls_and_each_with_how_often() {
    let (mut running, _) = Running::start(&[]);
    for number in 0..51 {
        running.send(&format!("GET /unknown/{number}"), "k");
    }
    // The list is full, but this call is in it.
    running.send("GET /unknown/0", "k");
    running.stop("-INT");
    let unknown = loop {
        let line = running.line();
        if line["event"] == "stopped" {
            break line["unknown"].clone();
        }
    };
    assert_eq!(unknown.as_object().unwrap().len(), 50);
    assert_eq!(unknown["GET /unknown/0"], 2);
    assert_eq!(unknown["GET /unknown/49"], 1);
}

#[test]
fn its_help_shows_every_option_and_a_script() {
    let help = output(&["--help"]);
    assert!(help.status.success());
    let help = String::from_utf8(help.stdout).unwrap();
    for wanted in [
        "--port",
        "--host",
        "--tls",
        "--json",
        "--script",
        "--latency",
        "--session-length-limit",
        "--accept-any-key",
        "[[rule]]",
    ] {
        assert!(help.contains(wanted), "{wanted}: {help}");
    }
}
