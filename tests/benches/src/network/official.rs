//! The official SDKs, each client a process of its own.

use apideck_vault_emulator::Emulator;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use super::Anything;
use super::clients::{Calls, Kind, Server};
use crate::report::target;

/// Those that `tests/interop/run` has installed.
pub(super) fn all(server: &Server) -> Result<Vec<Kind>, Anything> {
    let certificate = target().join("benches/network.pem");
    fs::create_dir_all(target().join("benches"))?;
    fs::write(&certificate, &server.authority)?;
    let mut kinds = Vec::new();
    for (name, program, script, packages) in [
        (
            "official-typescript",
            "node",
            "official.cjs",
            "node_modules",
        ),
        ("official-python", "python3", "official.py", ""),
    ] {
        let Some(installed) = installed(name)? else {
            eprintln!("without {name}: tests/interop/run installs it");
            continue;
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("network");
        let (script, packages) = (folder.join(script), installed.join(packages));
        let (url, certificate) = (server.url.clone(), certificate.clone());
        let new = move || -> Result<Box<dyn Calls>, Anything> {
            let mut command = Command::new(program);
            command
                .arg(&script)
                .args([&url, Emulator::API_KEY, Emulator::APP_ID])
                .env("NODE_PATH", &packages)
                .env("PYTHONPATH", &packages)
                .env("NODE_EXTRA_CA_CERTS", &certificate)
                .env("SSL_CERT_FILE", &certificate);
            Ok(Box::new(Process::start(command)?))
        };
        kinds.push(Kind {
            name: name.to_owned(),
            new: Box::new(new),
        });
    }
    Ok(kinds)
}

/// The folder `target/interop/typescript-0.52.2`, whatever its version.
fn installed(name: &str) -> Result<Option<PathBuf>, Anything> {
    let language = name.trim_start_matches("official-");
    let Ok(entries) = fs::read_dir(target().join("interop")) else {
        return Ok(None);
    };
    for entry in entries {
        let entry = entry?;
        let folder = entry.file_name().display().to_string();
        if folder.starts_with(&format!("{language}-")) && !folder.ends_with(".part") {
            return Ok(Some(entry.path()));
        }
    }
    Ok(None)
}

/// Reads how many calls to make at once, and writes how many milliseconds they took.
struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Process {
    fn start(mut command: Command) -> Result<Self, Anything> {
        for name in ["http_proxy", "https_proxy", "all_proxy"] {
            command.env_remove(name).env_remove(name.to_uppercase());
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take().ok_or("a child without input")?;
        let output = child.stdout.take().ok_or("a child without output")?;
        let mut started = Self {
            child,
            input,
            output: BufReader::new(output),
        };
        // It has loaded the SDK.
        started.read()?;
        Ok(started)
    }

    fn read(&mut self) -> Result<f64, Anything> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        let milliseconds = line.trim().parse();
        Ok(milliseconds.map_err(|_| "a child ended without an answer")?)
    }
}

impl Calls for Process {
    fn at_once(&mut self, calls: usize) -> Result<Duration, Anything> {
        writeln!(self.input, "{calls}")?;
        Ok(Duration::from_secs_f64(self.read()? / 1e3))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
