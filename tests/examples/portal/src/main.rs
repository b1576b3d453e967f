//! The page on which the customers of an invented product manage their integrations, with Apideck's
//! own component on it. Without an API key, everything runs on this machine.

mod customers;
mod front_end;
mod logins;
mod pages;
mod portal;
#[cfg(test)]
mod tests;
mod vault;

use std::env;
use std::error::Error;
use std::io::{self, IsTerminal as _};
use std::process::ExitCode;

use apideck_vault_emulator::Emulator;
use apideck_vault_reqwest::Vault;
use tokio::net::TcpListener;

use front_end::FrontEnd;
use portal::Portal;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt()
        .with_target(false)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .init();
    let front_end = FrontEnd::build()
        .inspect_err(|problem| {
            eprintln!("{problem}\nUntil then, the Vault opens on its own page.\n")
        })
        .ok();

    // Runs for as long as this lives.
    let emulator = match env::var_os("APIDECK_API_KEY") {
        Some(_) => None,
        None => Some(Emulator::builder().hosted().start()?),
    };
    let vault = match &emulator {
        None => Vault::from_env()?,
        Some(emulator) => {
            Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(emulator.url())?
        }
    };
    let at = match &emulator {
        None => vault.server_url(),
        Some(_) => format!("an emulator at {}", vault.server_url()),
    };

    let address = env::var("PORTAL_ADDRESS").unwrap_or_else(|_| "127.0.0.1:0".to_owned());
    let listener = TcpListener::bind(&address)
        .await
        .map_err(|error| format!("PORTAL_ADDRESS {address}: {error}"))?;
    let url = format!("http://{}", listener.local_addr()?);
    eprintln!("The Vault's server is {at}. Open this page, and press Ctrl-C to stop:");
    println!("{url}");
    Ok(axum::serve(listener, Portal::new(vault, url, front_end).router()).await?)
}
