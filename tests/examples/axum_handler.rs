//! An axum handler that redirects a consumer to Vault, and turns what can go wrong into a status.

use apideck_vault_emulator::Emulator;
use apideck_vault_reqwest::error::CallErrorKind;
use apideck_vault_reqwest::{CallError, CreateSession, Vault, VaultClient};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, routing::get};
use std::error::Error;

fn app(client: VaultClient) -> Router {
    Router::new()
        .route("/connect/{consumer_id}", get(connect))
        .with_state(client)
}

async fn connect(
    State(client): State<VaultClient>,
    Path(consumer_id): Path<String>,
) -> Result<Redirect, Refusal> {
    let create = CreateSession::new(consumer_id);
    let created = client.create_session(create).await.map_err(Refusal)?;
    Ok(Redirect::to(created.session_uri()))
}

/// A failed call as an answer. It says nothing of Apideck's own text, which is for the log.
struct Refusal(CallError);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let error = self.0;
        eprintln!("no session after {} attempts: {error}", error.attempts());
        let status = match error.kind() {
            // Here, the consumer's id comes from the visitor.
            CallErrorKind::Build(_) => StatusCode::BAD_REQUEST,
            _ if error.is_retryable() => StatusCode::SERVICE_UNAVAILABLE,
            // Apideck refused what this program sent: nothing that the visitor can help.
            CallErrorKind::Api(_) => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_GATEWAY,
        };
        match error.retry_after() {
            Some(wait) if status == StatusCode::SERVICE_UNAVAILABLE => {
                let seconds = wait.as_secs().max(1).to_string();
                (status, [(header::RETRY_AFTER, seconds)]).into_response()
            }
            _ => status.into_response(),
        }
    }
}

/// Serves on a free port, with the emulator in Apideck's place.
#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start()?;
    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(emulator.url())?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/connect/test-consumer", listener.local_addr()?);
    Ok(axum::serve(listener, app(VaultClient::new(vault))).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use apideck_vault_emulator::Answer;
    use apideck_vault_reqwest::ClientSettings;
    use apideck_vault_reqwest::retry::ExponentialBackoff;
    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt as _;

    async fn visit(api_key: &str, answers: Vec<Answer>, path: &str) -> Response {
        let emulator = Emulator::start().unwrap();
        emulator.script(answers);
        let vault = Vault::new(api_key, Emulator::APP_ID).unwrap();
        let vault = vault.with_server_url(emulator.url()).unwrap();
        let settings = ClientSettings::from(vault).retry(ExponentialBackoff::none());
        let request = Request::get(path).body(Body::empty()).unwrap();
        app(VaultClient::new(settings))
            .oneshot(request)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_session_is_a_redirect_to_it() {
        let answer = visit(Emulator::API_KEY, vec![], "/connect/acme").await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let location = answer.headers()[header::LOCATION].to_str().unwrap();
        assert!(location.starts_with("https://vault.apideck.com/session/"));
    }

    #[tokio::test]
    async fn each_error_has_its_status() {
        let busy = Answer::status(429).header("retry-after", "7");
        let answer = visit(Emulator::API_KEY, vec![busy], "/connect/acme").await;
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()[header::RETRY_AFTER], "7");

        let gone = visit(Emulator::API_KEY, vec![Answer::reset()], "/connect/acme").await;
        assert_eq!(gone.status(), StatusCode::SERVICE_UNAVAILABLE);
        let wrong_key = visit("wrong", vec![], "/connect/acme").await;
        assert_eq!(wrong_key.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let wrong_id = visit(Emulator::API_KEY, vec![], "/connect/%20").await;
        assert_eq!(wrong_id.status(), StatusCode::BAD_REQUEST);
        let broken = Answer::status(200)
            .content_type("text/html")
            .body("<p>hello");
        let broken = visit(Emulator::API_KEY, vec![broken], "/connect/acme").await;
        assert_eq!(broken.status(), StatusCode::BAD_GATEWAY);
    }
}
