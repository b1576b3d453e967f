//! The account of all calls.

use apideck_vault_core::CreatedSession;
use apideck_vault_stacks::{Kind, Outcome};
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) begun: u64,
    sessions: u64,
    canceled: u64,
    failed: BTreeMap<String, u64>,
    attempts: u64,
    /// Sessions that another call asked for, or none.
    strangers: u64,
    /// How long after its deadline a call ended, at most.
    latest: Duration,
    /// The same without the time for which its threads waited for a processor.
    latest_of_itself: Duration,
}

impl Ledger {
    /// Writes down how a call for this consumer ended; nothing if it was canceled.
    pub(crate) fn ended(&mut self, outcome: Option<Outcome<CreatedSession>>, consumer: &str) {
        match outcome {
            None => self.canceled += 1,
            Some(Ok(answered)) => {
                self.sessions += 1;
                self.attempts += u64::from(answered.attempts);
                let claims = answered.value.session_token().claims();
                let is_ours = claims.is_ok_and(|claims| claims.consumer_id() == Some(consumer));
                self.strangers += u64::from(!is_ours);
            }
            Some(Err(failed)) => {
                self.attempts += u64::from(failed.attempts);
                let kind = match failed.kind {
                    Kind::Api(error) => error.status().as_u16().to_string(),
                    Kind::Decode(_) => "Decode".to_owned(),
                    Kind::Transport(kind) => format!("{kind:?}"),
                    Kind::Build(field) => format!("Build: {field}"),
                    Kind::Client(error) => format!("Client: {error}"),
                    other => format!("{other:?}"),
                };
                *self.failed.entry(kind).or_default() += 1;
            }
        }
    }

    /// Notes how long a call took that was not canceled, and for how much of that its threads waited for a
    /// processor.
    pub(crate) fn took(&mut self, elapsed: Duration, waited: Duration, deadline: Duration) {
        let late = elapsed.saturating_sub(deadline);
        self.latest = self.latest.max(late);
        self.latest_of_itself = self.latest_of_itself.max(late.saturating_sub(waited));
    }

    /// What is wrong with it, once all calls are over.
    pub(crate) fn faults(&self) -> Vec<String> {
        let ended = self.sessions + self.canceled + self.failed.values().sum::<u64>();
        let mut faults = Vec::new();
        if ended != self.begun {
            faults.push(format!("{} calls began, {ended} ended", self.begun));
        }
        if self.strangers > 0 {
            faults.push(format!(
                "{} calls got a session that was not theirs",
                self.strangers
            ));
        }
        // Far more than timers take, and ureq, which rounds up to a hundredth of a second.
        if self.latest_of_itself > Duration::from_secs(1) {
            faults.push(format!("a call ended {:?} late", self.latest_of_itself));
        }
        if let Some(kind) = self.failed.keys().find(|kind| is_unexpected(kind)) {
            faults.push(format!("calls failed with {kind}"));
        }
        faults
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let failed: Vec<_> = self
            .failed
            .iter()
            .map(|(kind, count)| format!("{kind} {count}"))
            .collect();
        vec![
            format!(
                "{} calls, {} attempts without those of canceled calls: {} sessions, {} canceled, {} errors",
                self.begun,
                self.attempts,
                self.sessions,
                self.canceled,
                self.failed.values().sum::<u64>(),
            ),
            format!("errors: {}", failed.join(", ")),
            format!(
                "latest end after a deadline: {:?}, without waiting for a processor {:?}",
                self.latest, self.latest_of_itself
            ),
        ]
    }
}

/// Nothing that the server does is the fault of the input or of the client itself.
fn is_unexpected(kind: &str) -> bool {
    kind.contains(':') || kind == "Other"
}
