//! The same with reqwest's default features and settings, as in most programs: the system's root
//! certificates, HTTP/2, proxies.

use reqwest::Client;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use std::env;
use std::error::Error;
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
