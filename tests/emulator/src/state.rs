use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::token::Mint;
use crate::{Answer, RecordedRequest};

pub(crate) type Rule = Arc<dyn Fn(&RecordedRequest) -> Option<Answer> + Send + Sync>;

/// What the test's side and the server's side of an emulator share.
pub(crate) struct State {
    requests: Mutex<Vec<RecordedRequest>>,
    script: Mutex<VecDeque<Answer>>,
    rules: Mutex<Vec<Rule>>,
    mint: Mint,
}

impl State {
    pub(crate) fn new() -> Self {
        Self {
            requests: Mutex::default(),
            script: Mutex::default(),
            rules: Mutex::default(),
            mint: Mint::new(),
        }
    }

    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.requests).clone()
    }

    pub(crate) fn script(&self, answers: impl IntoIterator<Item = Answer>) {
        // Collected first: the iterator is the caller's code and may well use the emulator.
        let answers: Vec<_> = answers.into_iter().collect();
        lock(&self.script).extend(answers);
    }

    pub(crate) fn rule(&self, rule: Rule) {
        lock(&self.rules).push(rule);
    }

    pub(crate) fn mint(&self) -> &Mint {
        &self.mint
    }

    /// Keeps the request and decides how it will be answered.
    ///
    /// The server has one thread and this does not await, so the order of the requests and the
    /// order of the script stay the same.
    pub(crate) fn record(&self, request: &RecordedRequest) -> Answer {
        lock(&self.requests).push(request.clone());
        // Cloned, so that a rule can use the emulator, even to add a rule.
        let rules = lock(&self.rules).clone();
        rules
            .iter()
            .find_map(|rule| rule(request))
            .or_else(|| lock(&self.script).pop_front())
            .unwrap_or_else(Answer::normal)
    }
}

/// A test that panics with a lock held has said what went wrong already.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
