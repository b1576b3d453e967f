//! The smallest program that creates a session with ureq, with the settings of the adapter's default
//! client. Its argument is the server's URL.

use serde_json::{from_slice, to_vec};
use std::env;
use std::error::Error;
use std::time::Duration;
use ureq::Agent;

#[path = "../session.rs"]
mod session;

use session::{API_KEY, APP_ID, CONSUMER_ID, Created};

fn main() -> Result<(), Box<dyn Error>> {
    let server = env::args().nth(1).ok_or("usage: program SERVER_URL")?;
    // By default, ureq uses rustls with ring and Mozilla's root certificates.
    let agent = Agent::config_builder()
        .timeout_connect(Some(Duration::from_secs(5)))
        .timeout_global(Some(Duration::from_secs(10)))
        .max_redirects(0)
        .build()
        .new_agent();
    // ureq turns a status of 400 or above into an error.
    let mut answer = agent
        .post(format!("{server}/vault/sessions"))
        .header("authorization", format!("Bearer {API_KEY}"))
        .header("x-apideck-app-id", APP_ID)
        .header("x-apideck-consumer-id", CONSUMER_ID)
        .header("content-type", "application/json")
        .header("accept", "application/json")
        .send(to_vec(&session::session())?)?;
    let created: Created = from_slice(&answer.body_mut().read_to_vec()?)?;
    println!("{}", created.data.session_uri);
    Ok(())
}
