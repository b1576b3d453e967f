use std::collections::HashMap;
use std::sync::Mutex;

use super::catalog::Connector;
use super::connection::Stored;
use crate::api_error::ApiError;
use crate::state::lock;

/// The connections that consumers have added, for as long as the emulator runs.
#[derive(Default)]
pub(crate) struct Connections {
    /// By the consumer's id and the connection's.
    added: Mutex<HashMap<(String, String), Stored>>,
}

/// How many connections are kept: nothing that a client does may cost the emulator's host its
/// memory.
const MOST: usize = 1_000;

impl Connections {
    pub(crate) fn get(&self, consumer_id: &str, connector: Connector) -> Option<Stored> {
        let key = (consumer_id.to_owned(), connector.id());
        lock(&self.added).get(&key).cloned()
    }

    /// Changes a connection, which this adds if it is new. After an error it is as it was.
    pub(crate) fn change(
        &self,
        consumer_id: &str,
        connector: Connector,
        now: u64,
        change: impl FnOnce(&mut Stored) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        let key = (consumer_id.to_owned(), connector.id());
        let mut added = lock(&self.added);
        let known = added.get(&key).cloned();
        if known.is_none() && added.len() >= MOST {
            let detail = format!("The emulator keeps at most {MOST} connections");
            return Err(ApiError::unprocessable(detail));
        }
        let now = now.saturating_mul(1000);
        let mut changed = known.unwrap_or_else(|| Stored::added(now));
        change(&mut changed)?;
        changed.check_size()?;
        changed.updated_at = now;
        added.insert(key, changed);
        Ok(())
    }

    pub(crate) fn remove(&self, consumer_id: &str, connector: Connector) {
        let key = (consumer_id.to_owned(), connector.id());
        lock(&self.added).remove(&key);
    }
}
