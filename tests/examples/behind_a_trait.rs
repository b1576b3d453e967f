//! Testing one's own code: the client behind a trait of one's own, replaced in unit tests, and the
//! emulator for the tests that are to include the client.

use apideck_vault_emulator::Emulator;
use apideck_vault_ureq::{CallError, CreateSession, CreatedSession, Vault, VaultClient};
use std::error::Error;

/// What this program needs of the client.
trait Sessions {
    fn create(&self, create: CreateSession) -> Result<CreatedSession, CallError>;
}

impl Sessions for VaultClient {
    fn create(&self, create: CreateSession) -> Result<CreatedSession, CallError> {
        self.create_session(create)
    }
}

/// The program's own code: where to send a customer.
fn link(sessions: &impl Sessions, customer: u64) -> String {
    match sessions.create(CreateSession::new(format!("customer-{customer}"))) {
        Ok(created) => created.session_uri().to_owned(),
        Err(error) if error.is_retryable() => "/try-again-later".to_owned(),
        Err(_) => "/contact-us".to_owned(),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::start()?;
    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?.with_server_url(emulator.url())?;
    println!("{}", link(&VaultClient::new(vault), 7));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use apideck_vault_emulator::Answer;
    use apideck_vault_ureq::error::{BuildError, Failure, FailureKind};

    /// Ends every call with this, without a server.
    struct Fake(fn() -> Result<CreatedSession, CallError>);

    impl Sessions for Fake {
        fn create(&self, create: CreateSession) -> Result<CreatedSession, CallError> {
            assert_eq!(create.consumer_id, "customer-7");
            (self.0)()
        }
    }

    #[test]
    fn a_customer_is_sent_to_the_session_or_told_what_to_do() {
        let created = Fake(|| Ok(CreatedSession::new("https://v/s", "token")));
        assert_eq!(link(&created, 7), "https://v/s");
        let no_answer = Fake(|| Err(Failure::from(FailureKind::TimedOut).into()));
        assert_eq!(link(&no_answer, 7), "/try-again-later");
        let wrong = Fake(|| Err(BuildError::new("theme", "is wrong", "it must be right").into()));
        assert_eq!(link(&wrong, 7), "/contact-us");
    }

    #[test]
    fn the_whole_way_through_the_emulator() {
        let emulator = Emulator::start().unwrap();
        emulator.script([Answer::reset(), Answer::normal()]);
        let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID).unwrap();
        let client = VaultClient::new(vault.with_server_url(emulator.url()).unwrap());
        let uri = link(&client, 7);
        let token = uri.rsplit('/').next().unwrap();
        let claims = emulator.verify(token).unwrap();
        assert_eq!(claims["consumer_id"], "customer-7");
        assert_eq!(emulator.requests().len(), 2);
    }
}
