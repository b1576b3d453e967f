//! The smallest program that creates a session with reqwest, with the settings of the adapter's
//! default client. Its argument is the server's URL.

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, redirect, retry};
use rustls::{ClientConfig, RootCertStore};
use std::env;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

#[path = "../session.rs"]
mod session;

use session::{API_KEY, APP_ID, CONSUMER_ID, Created};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = env::args().nth(1).ok_or("usage: program SERVER_URL")?;
    let client = Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(10))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .http1_only()
        .tls_backend_preconfigured(tls_config()?)
        .build()?;
    let answer = client
        .post(format!("{server}/vault/sessions"))
        .bearer_auth(API_KEY)
        .header("x-apideck-app-id", APP_ID)
        .header("x-apideck-consumer-id", CONSUMER_ID)
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "application/json")
        .body(serde_json::to_vec(&session::session())?)
        .send()
        .await?
        .error_for_status()?;
    let created: Created = serde_json::from_slice(&answer.bytes().await?)?;
    println!("{}", created.data.session_uri);
    Ok(())
}

fn tls_config() -> Result<ClientConfig, rustls::Error> {
    let roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
