//! Tower layers around a hyper client: at most 8 requests at a time, a time limit on each, and a line in
//! the log for each. The retries are the adapter's, so there is no retry layer.

use apideck_vault_emulator::Emulator;
use apideck_vault_hyper::hyper_util::client::legacy::Client;
use apideck_vault_hyper::hyper_util::rt::TokioExecutor;
use apideck_vault_hyper::{Bytes, CreateSession, Full, Vault, VaultClient};
use std::error::Error;
use std::time::Duration;
use tower::ServiceBuilder;
use tower::limit::ConcurrencyLimit;
use tower::timeout::Timeout;
use tower_http::trace::{HttpMakeClassifier, Trace, TraceLayer};

type Http =
    Client<apideck_vault_hyper::hyper_util::client::legacy::connect::HttpConnector, Full<Bytes>>;
type Layered = ConcurrencyLimit<Timeout<Trace<Http, HttpMakeClassifier>>>;

fn client(vault: Vault, at_a_time: usize, limit: Duration) -> VaultClient<Layered> {
    // Plain http, for the emulator; for https, give the builder a `hyper_rustls` connector.
    let http = Client::builder(TokioExecutor::new()).build_http();
    let layered = ServiceBuilder::new()
        .concurrency_limit(at_a_time)
        .timeout(limit)
        // Closest to the wire, it sees each attempt. It logs no headers unless told to: they hold the key.
        .layer(TraceLayer::new_for_http())
        .service(http);
    VaultClient::from_client(vault, layered)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(std::io::stderr)
        .init();
    let emulator = Emulator::start()?;
    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(emulator.url())?;
    let client = client(vault, 8, Duration::from_secs(5));
    let created = client
        .create_session(CreateSession::new("test-consumer"))
        .await?;
    println!("{}", created.session_uri());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use apideck_vault_emulator::Answer;
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn start() -> (Emulator, Vault) {
        let emulator = Emulator::start().unwrap();
        let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID).unwrap();
        let vault = vault.with_server_url(emulator.url()).unwrap();
        (emulator, vault)
    }

    #[tokio::test]
    async fn the_timeout_of_a_layer_is_retried_like_any_other() {
        let (emulator, vault) = start();
        emulator.script([Answer::hang()]);
        let client = client(vault, 8, Duration::from_millis(200));
        client
            .create_session(CreateSession::new("test-consumer"))
            .await
            .unwrap();
        assert_eq!(emulator.requests().len(), 2);
    }

    #[tokio::test]
    async fn the_concurrency_limit_holds_for_all_copies_of_the_client() {
        let (emulator, vault) = start();
        emulator.rule(|_| Some(Answer::normal().delay(Duration::from_millis(50))));
        let client = client(vault, 1, Duration::from_secs(10));
        let call = || {
            client
                .clone()
                .create_session(CreateSession::new("test-consumer"))
        };
        let (first, second) = tokio::join!(call(), call());
        first.unwrap();
        second.unwrap();
        // Two requests at once would have needed two connections.
        let requests = emulator.requests();
        assert_eq!(requests[0].connection, requests[1].connection);
    }

    #[tokio::test]
    async fn the_log_has_each_attempt_and_not_the_key() {
        let (emulator, vault) = start();
        let client = client(vault, 8, Duration::from_secs(10));
        let create = || CreateSession::new("test-consumer");
        // `tracing` can lose a line that another thread meets for the first time while a subscriber is set.
        client.create_session(create()).await.unwrap();

        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .with_ansi(false);
        let _guard = tracing::subscriber::set_default(subscriber.finish());
        emulator.script([Answer::status(503)]);
        let created = client.create_session(create()).await.unwrap();

        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        for line in ["started processing request", "finished processing request"] {
            assert_eq!(log.matches(line).count(), 2, "{log}");
        }
        assert!(log.contains("uri=http://127.0.0.1:"), "{log}");
        for secret in [Emulator::API_KEY, created.session_token().as_str()] {
            assert!(!log.contains(secret), "{log}");
        }
    }
}
