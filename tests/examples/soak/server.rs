//! The emulator, in a process of its own: its memory is apart from the client's.

use apideck_vault_emulator::{Certificate, Emulator};
use fastrand::Rng;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use crate::script;

/// The first argument of the process that serves.
pub(crate) const ARGUMENT: &str = "--as-server";

/// More is an early 413, before it is read.
const LARGEST_BODY: usize = 200_000;

/// The server's side: two emulators, until the parent is gone.
pub(crate) fn serve(seed: u64) -> io::Result<()> {
    let limited = || {
        Emulator::builder()
            .largest_body(LARGEST_BODY)
            .kept_requests(100)
    };
    let plain = misbehaving(limited().start()?, Rng::with_seed(seed));
    let encrypted = limited().https(Certificate::Good).start()?;
    let encrypted = misbehaving(encrypted, Rng::with_seed(!seed));
    let (http, https) = (plain.address().port(), encrypted.url());
    let authority = encrypted.certificate_authority();
    let authority = authority.map_or("", |authority| authority.pem().trim_end());
    // In one piece: the parent hangs up after the empty line.
    print!("http://localhost:{http}\n{https}\n{authority}\n\n");
    io::stdout().flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn misbehaving(emulator: Emulator, random: Rng) -> Arc<Emulator> {
    let emulator = Arc::new(emulator);
    let (random, weak) = (Mutex::new(random), Arc::downgrade(&emulator));
    emulator.rule(move |_| {
        let mut random = random.lock().ok()?;
        weak.upgrade()?.script(script::unread(&mut random));
        Some(script::answer(&mut random))
    });
    emulator
}

/// The client's side.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    pub(crate) http: String,
    pub(crate) https: String,
    pub(crate) authority: String,
}

impl Server {
    pub(crate) fn start(seed: u64) -> io::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args([ARGUMENT, &seed.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut lines = BufReader::new(output).lines();
        let mut line = || lines.next().ok_or(io::ErrorKind::UnexpectedEof)?;
        let (http, https) = (line()?, line()?);
        let mut authority = String::new();
        loop {
            let line = line()?;
            if line.is_empty() {
                break;
            }
            authority = authority + &line + "\n";
        }
        Ok(Self {
            process,
            http,
            https,
            authority,
        })
    }

    pub(crate) fn id(&self) -> String {
        self.process.id().to_string()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
