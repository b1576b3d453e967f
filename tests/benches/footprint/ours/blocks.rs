//! The smallest blocking program that creates a session with the SDK. Its argument is the server's URL.

use apideck_vault::{Vault, VaultClient};
use std::env;
use std::error::Error;

mod session;

fn main() -> Result<(), Box<dyn Error>> {
    let server = env::args().nth(1).ok_or("usage: program SERVER_URL")?;
    let vault = Vault::new(
        "sk_live_0123456789",
        "dSBdXd2H6Mqwfg0atXHXYcysLJE9qyn1VwBtXHX",
    )?;
    let client = VaultClient::new(vault.with_server_url(&server)?);
    let created = client.create_session(session::create())?;
    println!("{}", created.session_uri());
    Ok(())
}
