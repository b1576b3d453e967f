//! The calls that are under way.

use apideck_vault_core::{Attempt, Wait};
use std::collections::HashSet;

use super::ask::{Ask, Reset};
use super::client::Client;
use super::events::{SECOND, Time};
use super::service::Outcome;

/// Where a call stands.
pub(super) enum Stage {
    Over,
    Begins(Attempt<Ask, Reset>),
    Sent(Attempt<Ask, Reset>, Outcome),
    Waiting(Wait<Ask, Reset>),
}

pub(super) struct Call {
    pub(super) stage: Stage,
    pub(super) begun: Time,
    /// Whose it is.
    pub(super) client: u32,
    /// What its last retry took from the client's limit.
    pub(super) paid: u32,
}

/// The calls that are under way, each in a slot, by whose number the events name it.
#[derive(Default)]
pub(super) struct Calls {
    slots: Vec<Call>,
    free: Vec<u32>,
}

impl Calls {
    pub(super) fn add(&mut self, call: Call) -> u32 {
        if let Some(slot) = self.free.pop() {
            *self.get(slot) = call;
            return slot;
        }
        self.slots.push(call);
        u32::try_from(self.slots.len() - 1).expect("fewer live calls than slots have numbers")
    }

    pub(super) fn get(&mut self, slot: u32) -> &mut Call {
        &mut self.slots[slot as usize]
    }

    pub(super) fn remove(&mut self, slot: u32) {
        self.free.push(slot);
    }

    /// How many calls that began before this second are under way.
    pub(super) fn unfinished(&self, second: u64) -> u64 {
        let is_free: HashSet<_> = self.free.iter().copied().collect();
        let calls = self.slots.iter().zip(0_u32..);
        calls
            .filter(|(call, slot)| call.begun / SECOND < second && !is_free.contains(slot))
            .count() as u64
    }

    /// Reads what a call's next step needs. The calls of 10,000 clients do not fit a cache: read at
    /// once, what the next of them need comes from the memory together, not one after the other.
    pub(super) fn fetch(&self, clients: &[Client], slot: u32) {
        let Some(call) = self.slots.get(slot as usize) else {
            return;
        };
        let delay = match &call.stage {
            Stage::Waiting(wait) => Some(wait.delay()),
            _ => None,
        };
        let client = clients.get(call.client as usize);
        let tokens = client.and_then(|client| Some(client.settings.budget.as_ref()?.available()));
        std::hint::black_box((call.begun, delay, tokens));
    }
}
