//! Creates a session from a JavaScript engine: the core, a `send` function on `fetch`, and the loop,
//! with the engine's clock, randomness and timers. It is the same on Node, on an edge worker and in a
//! browser. (Leave the API key where the user of a browser cannot see it.)

mod engine;
mod fetch;

use apideck_vault_core::error::{CallError, TransportError};
use apideck_vault_core::{ClientSettings, CreateSession, Operation, Session, Step, Vault, http};
use std::time::Duration;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// Creates a session and returns where to send the consumer.
///
/// # Errors
///
/// What went wrong in the whole call, in one line.
#[wasm_bindgen(js_name = createSession)]
pub async fn create_session(
    server_url: String,
    api_key: String,
    app_id: String,
    consumer_id: String,
    deadline_ms: u32,
) -> Result<String, JsError> {
    let vault = Vault::new(api_key, app_id)?.with_server_url(server_url)?;
    let settings = ClientSettings::from(vault).deadline(Duration::from_millis(deadline_ms.into()));
    let session = Session::new().redirect_uri("https://mysaas.com/dashboard");
    let created = call(&settings, CreateSession::new(consumer_id).session(session)).await?;
    Ok(created.body().session_uri().to_owned())
}

/// The loop around a call: the same for every stack.
async fn call<O: Operation>(
    settings: &ClientSettings,
    operation: O,
) -> Result<http::Response<O::Output>, CallError<TransportError>> {
    let started = engine::now();
    let elapsed = || engine::now().saturating_sub(started);
    let mut step = settings.begin(operation, engine::seed());
    loop {
        step = match step {
            Step::Send(request, attempt) => {
                let limit = attempt.max_response_bytes();
                let outcome = fetch::send(request, attempt.timeout(), limit).await;
                attempt.finish(outcome, elapsed())
            }
            Step::Wait(wait) => {
                engine::sleep(wait.delay()).await;
                wait.resume(elapsed())
            }
            Step::Done(result) => return result,
        }
    }
}
