//! A client for each runtime: only the runtime that opened a connection can use it.

use std::sync::{Mutex, PoisonError};
use tokio::runtime::{Handle, Id};

/// How many runtimes have a client at the same time. Nobody tells when one has ended.
const MOST: usize = 64;

/// Clients by the runtime that uses them: the one that was used last comes last.
#[derive(Debug)]
pub(crate) struct ByRuntime<C>(Mutex<Vec<(Id, C)>>);

impl<C: Clone> ByRuntime<C> {
    pub(crate) fn new() -> Self {
        Self(Mutex::default())
    }

    /// The client of the runtime on which this is called; it panics elsewhere.
    pub(crate) fn get<E>(&self, make: impl FnOnce() -> Result<C, E>) -> Result<C, E> {
        let current = Handle::current().id();
        let mut clients = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = clients.iter().rposition(|(runtime, _)| *runtime == current);
        let client = match known {
            Some(place) => clients.remove(place).1,
            None => make()?,
        };
        if clients.len() == MOST {
            clients.remove(0);
        }
        clients.push((current, client.clone()));
        Ok(client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;
    use tokio::runtime::Builder;

    #[test]
    fn of_more_runtimes_than_64_the_one_unused_for_longest_is_forgotten() {
        let clients = ByRuntime::new();
        let runtimes: Vec<_> = (0..=MOST)
            .map(|_| Builder::new_current_thread().build().unwrap())
            .collect();
        let client_on = |runtime: usize, made: usize| {
            let client = async { clients.get(|| Ok::<_, Infallible>(made)) };
            runtimes[runtime].block_on(client).unwrap()
        };
        for runtime in 0..MOST {
            assert_eq!(client_on(runtime, runtime), runtime);
        }
        assert_eq!(client_on(0, 1000), 0);
        assert_eq!(client_on(MOST, MOST), MOST);
        for runtime in [0, 2, MOST] {
            assert_eq!(client_on(runtime, 1000), runtime);
        }
        assert_eq!(client_on(1, 1000), 1000);
    }
}
