//! Calls in flight as threads, which share the single core of the process.

use apideck_vault_core::Session;
use std::sync::{Barrier, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::Anything;
use super::client::{self, Begun, Seen};
use super::work::{Ask, Slice, Work};

/// Creates sessions with any client. The result is the length of the session's URI.
pub(crate) trait CreatesBlocking: Clone + Send + Sync + 'static {
    fn create(&self, consumer_id: &str, session: Session) -> Result<usize, Anything>;
}

/// Does the work with the clients that `connect` makes. The threads start before the first slice and end
/// after the last one.
pub(crate) fn run<C: CreatesBlocking>(
    work: &Work,
    connect: impl FnOnce(&Work) -> Result<Vec<C>, Anything>,
) -> Result<(), Anything> {
    let clients = connect(work)?;
    let until = Mutex::new(None);
    let seen = Mutex::new(Vec::new());
    let (start, end) = (
        Barrier::new(work.in_flight + 1),
        Barrier::new(work.in_flight + 1),
    );
    thread::scope(|scope| {
        for (number, client) in clients.iter().cycle().take(work.in_flight).enumerate() {
            let (until, seen, start, end) = (&until, &seen, &start, &end);
            let consumer_id = work.consumer_id(number);
            scope.spawn(move || {
                loop {
                    start.wait();
                    let Some(until) = *until.lock().unwrap_or_else(PoisonError::into_inner) else {
                        return;
                    };
                    let own = call(client, &consumer_id, work, until);
                    seen.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(own);
                    end.wait();
                }
            });
        }
        let set = |new| *until.lock().unwrap_or_else(PoisonError::into_inner) = new;
        let answered = client::answer(|ask| {
            let now = Instant::now();
            set(Some(match ask {
                Ask::Once => now,
                Ask::For(milliseconds) => now + Duration::from_millis(milliseconds),
            }));
            let begun = Begun::now()?;
            start.wait();
            end.wait();
            let slice = begun.end()?;
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            merged(slice, std::mem::take(&mut *seen))
        });
        set(None);
        start.wait();
        answered
    })
}

fn merged(slice: Slice, seen: Vec<Result<Seen, Anything>>) -> Result<Slice, Anything> {
    let mut all = Seen::new()?;
    for one in seen {
        all.merge(&mut one?)?;
    }
    slice.with(all)
}

/// Makes one call after the other.
fn call(
    client: &impl CreatesBlocking,
    consumer_id: &str,
    work: &Work,
    until: Instant,
) -> Result<Seen, Anything> {
    let mut seen = Seen::new()?;
    let mut began = Instant::now();
    loop {
        let outcome = client.create(consumer_id, work.session());
        let now = Instant::now();
        seen.add(now - began, outcome);
        began = now;
        if now >= until {
            return Ok(seen);
        }
    }
}
