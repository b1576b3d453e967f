//! The emulator as a program: a Vault server to develop against, in any language.

mod command_line;
mod log;
mod script;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use apideck_vault_emulator::{Certificate, Emulator};
use clap::Parser;
use tempfile::NamedTempFile;

use command_line::CommandLine;
use log::Log;
use script::Player;

fn main() -> ExitCode {
    // A wrong command line ends the program here, with code 2.
    let options = CommandLine::parse();
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            anstream::eprintln!("error: {problem}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &CommandLine) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot start: {error}"))?;
    let player = match &options.script {
        Some(path) => Player::read(path)?,
        None => Player::silent(),
    };
    let player = player.latency(options.latency.unwrap_or_default());
    let log = Arc::new(Log::new(options.json));
    let emulator = start(options, Arc::clone(&log))?;
    let player = Mutex::new(player);
    emulator.rule(move |request| Some(player.lock().ok()?.play(request, Instant::now())));
    let authority = authority(&emulator)?;
    // Before anything is announced: whoever reads it may stop the program at once.
    let stopped = {
        let _context = runtime.enter();
        stopped().map_err(|error| format!("cannot wait for Ctrl-C: {error}"))?
    };
    announce(options, &emulator, authority.as_ref());
    runtime.block_on(stopped);
    // Before the summary, so that nothing is logged after it.
    drop(emulator);
    log.end();
    Ok(())
}

fn start(options: &CommandLine, log: Arc<Log>) -> Result<Emulator, String> {
    let address = SocketAddr::new(options.host, options.port);
    let mut builder = Emulator::builder()
        .address(address)
        .hosted()
        // Nobody asks for them, and there is a caller's key in each.
        .kept_requests(0)
        .on_exchange(move |exchange| log.write(exchange));
    if options.tls {
        builder = builder.https(Certificate::Good);
    }
    if options.accept_any_key {
        builder = builder.accept_any_key();
    }
    if let Some(limit) = options.session_length_limit {
        builder = builder.longest_session(limit);
    }
    builder
        .start()
        .map_err(|error| cannot_listen(address, &error))
}

fn cannot_listen(address: SocketAddr, error: &io::Error) -> String {
    let (host, port) = (address.ip(), address.port());
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            format!("port {port} is taken: choose another one with --port")
        }
        io::ErrorKind::AddrNotAvailable => format!("{host} is not an address of this machine"),
        io::ErrorKind::PermissionDenied => format!("this user may not listen on port {port}"),
        _ => format!("cannot listen on {address}: {error}"),
    }
}

/// The certificate to trust, in a file that is there for as long as this lives.
fn authority(emulator: &Emulator) -> Result<Option<NamedTempFile>, String> {
    let Some(authority) = emulator.certificate_authority() else {
        return Ok(None);
    };
    let write = || {
        let mut file = tempfile::Builder::new()
            .prefix("apideck-vault-emulator-ca-")
            .suffix(".pem")
            .tempfile()?;
        file.write_all(authority.pem().as_bytes())?;
        Ok(file)
    };
    let written: io::Result<_> = write();
    written
        .map(Some)
        .map_err(|error| format!("cannot write the certificate to trust: {error}"))
}

fn announce(options: &CommandLine, emulator: &Emulator, authority: Option<&NamedTempFile>) {
    let url = emulator.url();
    if !options.host.is_loopback() {
        anstream::eprintln!(
            "warning: {} is not a loopback address: whoever reaches this machine can create \
             sessions with the key below and see and change the connections of yours",
            options.host
        );
    }
    if options.json {
        let line = serde_json::json!({
            "event": "started",
            "url": url,
            "api_key": Emulator::API_KEY,
            "app_id": Emulator::APP_ID,
            "certificate_authority": authority.map(|file| file.path()),
        });
        anstream::println!("{line}");
        return;
    }
    anstream::println!("A Vault server, with nothing of Apideck's behind it, at {url}\n");
    if let Some(file) = authority {
        anstream::println!(
            "Trust this certificate authority: {}\n",
            file.path().display()
        );
    }
    for (name, value) in [
        ("APIDECK_API_KEY", Emulator::API_KEY),
        ("APIDECK_APP_ID", Emulator::APP_ID),
        ("APIDECK_CONSUMER_ID", Emulator::CONSUMER_ID),
        ("APIDECK_SERVER_URL", &url),
    ] {
        anstream::println!("export {name}={value}");
    }
    anstream::println!("\nPress Ctrl-C to stop.\n");
}

/// Ends when the program is asked to, from this call on.
#[cfg(unix)]
fn stopped() -> io::Result<impl Future<Output = ()>> {
    use std::future::poll_fn;
    use std::task::Poll;
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(poll_fn(move |context| {
        let signals = [&mut interrupted, &mut terminated];
        match signals
            .into_iter()
            .any(|one| one.poll_recv(context).is_ready())
        {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }))
}

#[cfg(windows)]
fn stopped() -> io::Result<impl Future<Output = ()>> {
    let mut pressed = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        pressed.recv().await;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_it_cannot_listen_is_said_in_words() {
        let address = SocketAddr::from(([127, 0, 0, 1], 80));
        for (kind, problem) in [
            // On most systems, a port below 1024 is for the administrator.
            (
                io::ErrorKind::PermissionDenied,
                "this user may not listen on port 80",
            ),
            (
                io::ErrorKind::OutOfMemory,
                "cannot listen on 127.0.0.1:80: out of memory",
            ),
        ] {
            assert_eq!(cannot_listen(address, &kind.into()), problem);
        }
    }
}
