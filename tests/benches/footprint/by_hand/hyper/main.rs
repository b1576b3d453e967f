//! The smallest program that creates a session with hyper-util's pooled client, with the settings of
//! the adapter's default client. Its argument is the server's URL.

use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use std::env;
use std::error::Error;
use std::time::Duration;
use tokio::time::timeout;

#[path = "../session.rs"]
mod session;

use session::{API_KEY, APP_ID, CONSUMER_ID, Created};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = env::args().nth(1).ok_or("usage: program SERVER_URL")?;
    let mut tcp = HttpConnector::new();
    tcp.set_connect_timeout(Some(Duration::from_secs(5)));
    tcp.set_nodelay(true);
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .build(connector(tcp)?);
    let request = Request::post(format!("{server}/vault/sessions"))
        .header(AUTHORIZATION, format!("Bearer {API_KEY}"))
        .header("x-apideck-app-id", APP_ID)
        .header("x-apideck-consumer-id", CONSUMER_ID)
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "application/json")
        .body(Full::from(serde_json::to_vec(&session::session())?))?;
    let exchange = async {
        let answer = client.request(request).await?;
        if !answer.status().is_success() {
            return Err(format!("answered {}", answer.status()).into());
        }
        Ok::<_, Box<dyn Error>>(answer.into_body().collect().await?.to_bytes())
    };
    let body = timeout(Duration::from_secs(10), exchange).await??;
    let created: Created = serde_json::from_slice(&body)?;
    println!("{}", created.data.session_uri);
    Ok(())
}

#[cfg(feature = "rustls")]
fn connector(
    mut tcp: HttpConnector,
) -> Result<hyper_rustls::HttpsConnector<HttpConnector>, rustls::Error> {
    tcp.enforce_http(false);
    Ok(hyper_rustls::HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp))
}

#[cfg(not(feature = "rustls"))]
fn connector(tcp: HttpConnector) -> Result<HttpConnector, std::convert::Infallible> {
    Ok(tcp)
}
