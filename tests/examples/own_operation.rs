//! An operation of your own, with query parameters and a typed output: `GET /vault/connections`. It
//! gets retries, errors and every HTTP stack from the two functions `encode` and `decode`.

use apideck_vault_core::error::{BuildError, ResponseError};
use apideck_vault_core::http::{Method, Request, Response, StatusCode};
use apideck_vault_core::operation::{decode_json, header_value, path_segment};
use apideck_vault_core::{Bytes, Operation, UnifiedApiId, Vault};
use apideck_vault_emulator::Emulator;
use serde::Deserialize;
use std::error::Error;

/// A consumer's connections.
#[derive(Clone)]
struct ListConnections {
    consumer_id: String,
    /// Only those of this unified API.
    api: Option<UnifiedApiId>,
    /// Only those that are configured, or only those that are not.
    configured: Option<bool>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Connection {
    service_id: String,
    unified_api: UnifiedApiId,
    state: String,
}

impl Operation for ListConnections {
    type Output = Vec<Connection>;

    fn encode(&self, vault: &Vault) -> Result<Request<Bytes>, BuildError> {
        let mut query = Vec::new();
        if let Some(api) = &self.api {
            // What is safe in a path is safe in a query.
            query.push(format!("api={}", path_segment("api", api.as_str())?));
        }
        if let Some(configured) = self.configured {
            query.push(format!("configured={configured}"));
        }
        let mut path = "/vault/connections".to_owned();
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        let mut request = vault.request(Method::GET, path, Bytes::new())?;
        let consumer_id = header_value("consumer_id", &self.consumer_id)?;
        let headers = request.headers_mut();
        headers.insert("x-apideck-consumer-id", consumer_id);
        Ok(request)
    }

    fn decode(
        &self,
        vault: &Vault,
        answer: Response<Bytes>,
    ) -> Result<Response<Vec<Connection>>, ResponseError> {
        #[derive(Deserialize)]
        struct Envelope {
            data: Vec<Connection>,
        }
        let answer = decode_json(vault, answer, StatusCode::OK)?;
        Ok(answer.map(|envelope: Envelope| envelope.data))
    }
}

/// The emulator, which offers a few invented services of each unified API.
fn server() -> Result<(Emulator, Vault), Box<dyn Error>> {
    let emulator = Emulator::start()?;
    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?;
    let vault = vault.with_server_url(emulator.url())?;
    Ok((emulator, vault))
}

fn list() -> ListConnections {
    ListConnections {
        consumer_id: "test-consumer".to_owned(),
        api: Some(UnifiedApiId::Crm),
        configured: Some(false),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let (_emulator, vault) = server()?;
    let client = apideck_vault_ureq::VaultClient::new(vault);
    for connection in client.send(list())?.body() {
        println!("{}: {}", connection.service_id, connection.state);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use apideck_vault_core::Attempts;
    use apideck_vault_emulator::Answer;

    /// A server that fails once.
    fn shaky() -> (Emulator, Vault) {
        let (emulator, vault) = server().unwrap();
        emulator.script([Answer::reset()]);
        (emulator, vault)
    }

    fn check(emulator: &Emulator, answer: Response<Vec<Connection>>) {
        assert_eq!(Attempts::of(&answer), 2);
        assert_eq!(answer.body().len(), 5);
        let acme = answer.into_body().swap_remove(0);
        assert_eq!(acme.service_id, "acme-crm");
        assert_eq!(acme.unified_api, UnifiedApiId::Crm);
        assert_eq!(acme.state, "available");
        for request in emulator.requests() {
            assert_eq!(request.method, "GET");
            let path = request.path_and_query();
            assert_eq!(path, "/vault/connections?api=crm&configured=false");
            let consumer_id = request.header("x-apideck-consumer-id");
            assert_eq!(consumer_id, Some("test-consumer"));
        }
    }

    #[tokio::test]
    async fn it_works_on_every_stack() {
        let (emulator, vault) = shaky();
        let client = apideck_vault_reqwest::VaultClient::new(vault);
        check(&emulator, client.send(list()).await.unwrap());

        let (emulator, vault) = shaky();
        let client = apideck_vault_hyper::VaultClient::new(vault);
        check(&emulator, client.send(list()).await.unwrap());

        let (emulator, vault) = shaky();
        let client = apideck_vault_ureq::VaultClient::new(vault);
        check(&emulator, client.send(list()).unwrap());
    }

    #[test]
    fn a_wrong_key_is_the_same_error_as_for_a_session() {
        let (_emulator, vault) = server().unwrap();
        let client = apideck_vault_ureq::VaultClient::new(vault.with_api_key("wrong").unwrap());
        let error = client.send(list()).unwrap_err();
        assert!(
            error
                .api_error()
                .is_some_and(|refused| refused.is_unauthorized())
        );
    }

    #[test]
    fn a_connection_without_a_state_breaks_the_contract() {
        let vault = Vault::new("sk_live_1", "app").unwrap();
        let answer = Response::builder().header("content-type", "application/json");
        let body = r#"{"data":[{"service_id":"pipedrive","unified_api":"crm"}]}"#;
        let error = list().decode(&vault, answer.body(body.into()).unwrap());
        let text = error.unwrap_err().to_string();
        assert!(text.contains("$.data[0].state is missing"), "{text}");
    }
}
