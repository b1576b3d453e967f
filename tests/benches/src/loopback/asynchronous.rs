//! Calls in flight as tasks on a single-threaded runtime, so that they share one core.

use apideck_vault_core::Session;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

use super::client::{self, Begun, Seen};
use super::work::{Ask, Slice, Work};
use super::{Anything, Measure};

/// Creates sessions with any client. The result is the length of the session's URI.
pub(crate) trait Creates: Clone + Send + Sync + 'static {
    fn create(
        &self,
        consumer_id: &str,
        session: Session,
    ) -> impl Future<Output = Result<usize, Anything>> + Send;
}

/// Does the work with the clients that `connect` makes.
pub(crate) fn run<C: Creates>(
    work: &Work,
    measure: Option<Measure>,
    connect: impl FnOnce(&Work) -> Result<Vec<C>, Anything>,
) -> Result<(), Anything> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let clients = {
        let _inside = runtime.enter();
        connect(work)?
    };
    client::answer(|ask| match measure {
        Some(measure) => {
            let mut outcome = None;
            let heap_bytes = measure(&mut || outcome = Some(slice(&runtime, &clients, work, ask)));
            let slice = outcome.ok_or("not run")??;
            Ok(Slice {
                heap_bytes,
                ..slice
            })
        }
        None => slice(&runtime, &clients, work, ask),
    })
}

fn slice<C: Creates>(
    runtime: &Runtime,
    clients: &[C],
    work: &Work,
    ask: Ask,
) -> Result<Slice, Anything> {
    let seen = Arc::new(Mutex::new(Seen::new()?));
    let shared = Arc::new(work.clone());
    let slice = runtime.block_on(async {
        let begun = Begun::now()?;
        let until = match ask {
            Ask::Once => begun.at(),
            Ask::For(milliseconds) => begun.at() + Duration::from_millis(milliseconds),
        };
        let tasks: Vec<_> = (clients.iter().cycle().take(work.in_flight).enumerate())
            .map(|(number, client)| {
                let (client, seen) = (client.clone(), seen.clone());
                let (consumer_id, work) = (work.consumer_id(number), shared.clone());
                tokio::spawn(call(client, consumer_id, work, until, seen))
            })
            .collect();
        for task in tasks {
            task.await?;
        }
        begun.end()
    })?;
    let seen = Arc::into_inner(seen).ok_or("a task is still running")?;
    slice.with(seen.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// Makes one call after the other.
async fn call(
    client: impl Creates,
    consumer_id: String,
    work: Arc<Work>,
    until: Instant,
    seen: Arc<Mutex<Seen>>,
) {
    // Long settings are built once and copied, because building them is not what is measured.
    let long = work.settings_bytes.map(|_| work.session());
    let mut began = Instant::now();
    loop {
        let session = long.clone().unwrap_or_else(crate::example::session);
        let outcome = client.create(&consumer_id, session).await;
        let now = Instant::now();
        seen.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .add(now - began, outcome);
        began = now;
        if now >= until {
            return;
        }
    }
}
