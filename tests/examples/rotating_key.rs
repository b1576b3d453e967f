//! Rotating the API key while calls are in flight: the client is kept where it can be replaced. Calls
//! that have begun end with the old key, later ones begin with the new one, on the same connections.

use apideck_vault_emulator::Emulator;
use apideck_vault_ureq::error::BuildError;
use apideck_vault_ureq::{CallError, CreateSession, CreatedSession, Vault, VaultClient};
use std::error::Error;
use std::sync::{PoisonError, RwLock};

struct Sessions {
    client: RwLock<VaultClient>,
}

impl Sessions {
    fn create(&self, consumer_id: &str) -> Result<CreatedSession, CallError> {
        // A copy, so that nothing is locked during the call.
        let client = self
            .client
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        client.create_session(CreateSession::new(consumer_id))
    }

    fn rotate(&self, api_key: &str) -> Result<(), BuildError> {
        let mut client = self.client.write().unwrap_or_else(PoisonError::into_inner);
        let vault = client.settings().vault.clone().with_api_key(api_key)?;
        *client = client.with_vault(vault);
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start()?;
    let vault = Vault::new("the-old-key", Emulator::APP_ID)?.with_server_url(emulator.url())?;
    let sessions = Sessions {
        client: RwLock::new(VaultClient::new(vault)),
    };
    sessions.rotate(Emulator::API_KEY)?;
    println!("{}", sessions.create("test-consumer")?.session_uri());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use apideck_vault_emulator::Answer;
    use std::time::Duration;

    /// Both keys are good during a rotation, so everything is answered as if the key were right.
    #[test]
    fn a_rotation_under_load_fails_no_call_and_each_call_has_one_key() {
        let emulator = Emulator::start().unwrap();
        emulator.rule(|_| {
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
            let body = r#"{"data":{"session_uri":"https://v/s","session_token":"t"}}"#;
            let answer = Answer::raw(format!("{head}\r\n\r\n{body}"));
            Some(answer.delay(Duration::from_millis(5)))
        });
        let vault = Vault::new("old", Emulator::APP_ID).unwrap();
        let vault = vault.with_server_url(emulator.url()).unwrap();
        let sessions = Sessions {
            client: RwLock::new(VaultClient::new(vault)),
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        sessions.create("test-consumer").unwrap();
                    }
                });
            }
            emulator
                .wait_for_requests(10, Duration::from_secs(30))
                .unwrap();
            sessions.rotate("new").unwrap();
        });
        sessions.create("test-consumer").unwrap();
        let requests = emulator.requests();
        assert_eq!(requests.len(), 81);
        let keys = requests
            .iter()
            .filter_map(|request| request.header("authorization"));
        let (old, new): (Vec<_>, Vec<_>) = keys.partition(|key| *key == "Bearer old");
        assert!(old.len() >= 10, "{} calls with the old key", old.len());
        assert!(!new.is_empty());
        assert!(new.iter().all(|key| *key == "Bearer new"));
        assert_eq!(requests[80].header("authorization"), Some("Bearer new"));
    }
}
