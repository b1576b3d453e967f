//! Looking up a server's name.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// For how long an answer is used again: long enough for a burst of calls, short enough for a server
/// that moves.
const KEPT: Duration = Duration::from_secs(10);

/// How many names are kept at most; a client usually has one.
const MOST_NAMES: usize = 16;

/// ureq has room for no more.
const MOST_ADDRESSES: usize = 16;

/// A lookup that takes longer than this is not waited for by further requests.
const HANGS_AFTER: Duration = Duration::from_secs(30);

/// Longer than anyone waits, and short enough for a clock.
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A resolver that does not start a thread for each request, as ureq's own does wherever there is a
/// time limit: an address needs no lookup, an answer is kept for 10 s,
/// and all requests that need a name wait for one lookup, each as long as it may. A lookup that hangs
/// costs one thread.
#[derive(Default)]
pub(crate) struct Lookups {
    by_name: Mutex<HashMap<String, Arc<Lookup>>>,
}

struct Lookup {
    begun: Instant,
    /// When it ended, and with what; nothing while it is under way.
    found: Mutex<Option<(Instant, Found)>>,
    ended: Condvar,
}

/// The system's error cannot be cloned: its kind and its text.
type Found = Result<Vec<SocketAddr>, (io::ErrorKind, String)>;

impl Resolver for Lookups {
    fn resolve(
        &self,
        server: &Uri,
        _: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let name = name_of(server).ok_or(Error::HostNotFound)?;
        let found = match name.parse() {
            Ok(address) => vec![address],
            Err(_) => self
                .lookup_of(name)
                .wait(*timeout.after)
                .ok_or(Error::Timeout(timeout.reason))?
                .map_err(|(kind, text)| io::Error::new(kind, text))?,
        };
        let mut addresses = self.empty();
        for address in found.into_iter().take(MOST_ADDRESSES) {
            addresses.push(address);
        }
        match addresses.is_empty() {
            true => Err(Error::HostNotFound),
            false => Ok(addresses),
        }
    }
}

impl Lookups {
    /// Nothing was reached at this server's addresses, so they are not used again.
    pub(crate) fn forget(&self, server: &Uri) {
        if let Some(name) = name_of(server) {
            // A lookup that is under way is news.
            lock(&self.by_name).retain(|other, lookup| *other != name || lookup.is_under_way());
        }
    }

    /// The lookup of this name that is fresh or under way, or a new one.
    fn lookup_of(&self, name: String) -> Arc<Lookup> {
        let mut by_name = lock(&self.by_name);
        by_name.retain(|_, lookup| lookup.is_good());
        if let Some(lookup) = by_name.get(&name) {
            return Arc::clone(lookup);
        }
        let lookup = Arc::new(Lookup::begin());
        if by_name.len() < MOST_NAMES {
            by_name.insert(name.clone(), Arc::clone(&lookup));
        }
        let begun = Arc::clone(&lookup);
        let thread = thread::Builder::new().spawn(move || begun.end(name.to_socket_addrs()));
        if let Err(error) = thread {
            lookup.end(Err::<std::vec::IntoIter<_>, _>(error));
        }
        lookup
    }
}

/// The server's name and port.
fn name_of(server: &Uri) -> Option<String> {
    DefaultResolver::host_and_port(server.scheme()?, server.authority()?)
}

impl Lookup {
    fn begin() -> Self {
        Self {
            begun: Instant::now(),
            found: Mutex::new(None),
            ended: Condvar::new(),
        }
    }

    /// Whether it may be used by a further request: it is under way, or found something lately. A
    /// failure is only for those that waited for it.
    fn is_good(&self) -> bool {
        match &*lock(&self.found) {
            None => self.begun.elapsed() < HANGS_AFTER,
            Some((ended, found)) => found.is_ok() && ended.elapsed() < KEPT,
        }
    }

    fn is_under_way(&self) -> bool {
        lock(&self.found).is_none()
    }

    fn end(&self, found: io::Result<impl Iterator<Item = SocketAddr>>) {
        let found = match found {
            Ok(addresses) => Ok(addresses.collect()),
            Err(error) => Err((error.kind(), error.to_string())),
        };
        *lock(&self.found) = Some((Instant::now(), found));
        self.ended.notify_all();
    }

    /// Waits for its end, but not longer than this.
    fn wait(&self, longest: Duration) -> Option<Found> {
        let found = lock(&self.found);
        let waited = self
            .ended
            .wait_timeout_while(found, longest.min(A_DAY), |found| found.is_none());
        let (found, _) = waited.unwrap_or_else(PoisonError::into_inner);
        found.as_ref().map(|(_, found)| found.clone())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Lookups {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Lookups")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv4Addr};

    const LONG: Duration = Duration::from_secs(60);

    /// One that no lookup finds.
    pub(crate) const OLD_ADDRESS: SocketAddr =
        SocketAddr::new(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 9)), 80);

    /// Knows this name by its old address, and only after this time.
    pub(crate) fn slow(name: &str, after: Duration) -> Lookups {
        let lookups = Lookups::default();
        let lookup = Arc::new(Lookup::begin());
        lock(&lookups.by_name).insert(name.to_owned(), Arc::clone(&lookup));
        thread::spawn(move || {
            thread::sleep(after);
            lookup.end(addresses());
        });
        lookups
    }

    fn addresses() -> io::Result<std::vec::IntoIter<SocketAddr>> {
        Ok(vec![OLD_ADDRESS].into_iter())
    }

    #[test]
    fn all_that_need_a_name_wait_for_one_lookup_and_share_its_answer() {
        let lookups = Lookups::default();
        let first = lookups.lookup_of("localhost:80".to_owned());
        let second = lookups.lookup_of("localhost:80".to_owned());
        assert!(Arc::ptr_eq(&first, &second));
        assert!(first.wait(LONG).unwrap().is_ok());
        assert!(Arc::ptr_eq(
            &first,
            &lookups.lookup_of("localhost:80".to_owned())
        ));
        assert!(!Arc::ptr_eq(
            &first,
            &lookups.lookup_of("localhost:81".to_owned())
        ));
    }

    #[test]
    fn a_lookup_that_hangs_is_given_up_by_each_that_waits_for_it() {
        let lookup = Lookup::begin();
        assert!(lookup.wait(Duration::ZERO).is_none());
        lookup.end(addresses());
        assert!(lookup.wait(Duration::MAX).unwrap().is_ok());
    }

    #[test]
    fn what_was_found_is_forgotten_but_a_lookup_under_way_is_not() {
        let lookups = Lookups::default();
        let server = "http://moved.test".parse().unwrap();
        let lookup = Arc::new(Lookup::begin());
        lock(&lookups.by_name).insert("moved.test:80".to_owned(), Arc::clone(&lookup));
        for (is_kept, ended) in [(true, false), (false, true)] {
            if ended {
                lookup.end(addresses());
            }
            lookups.forget(&server);
            assert_eq!(lock(&lookups.by_name).len(), usize::from(is_kept));
        }
    }

    #[test]
    fn a_failure_is_for_those_that_waited_and_not_kept() {
        let lookup = Lookup::begin();
        assert!(lookup.is_good());
        lookup.end(Err::<std::vec::IntoIter<_>, _>(io::Error::other(
            "no such name",
        )));
        assert!(!lookup.is_good());
        assert_eq!(lookup.wait(LONG).unwrap().unwrap_err().1, "no such name");
    }

    #[test]
    fn a_server_without_a_name_or_an_address_is_not_found() {
        let timeout = NextTimeout::default();
        let lookups = Lookups::default();
        let lookup = Arc::new(Lookup::begin());
        lookup.end(Ok(std::iter::empty()));
        lock(&lookups.by_name).insert("nowhere.test:80".to_owned(), lookup);
        for server in ["/", "http://nowhere.test/"] {
            let found = lookups.resolve(&server.parse().unwrap(), &Config::default(), timeout);
            assert!(matches!(found, Err(Error::HostNotFound)), "{found:?}");
        }
        assert_eq!(format!("{lookups:?}"), "Lookups");
    }

    #[test]
    fn of_a_name_with_many_addresses_the_first_sixteen_are_tried() {
        let lookup = Arc::new(Lookup::begin());
        let many: Vec<_> = (1..=20)
            .map(|last| ([127, 0, 0, last], 80).into())
            .collect();
        lookup.end(Ok(many.clone().into_iter()));
        let lookups = Lookups::default();
        lock(&lookups.by_name).insert("many.test:80".to_owned(), lookup);
        let server = "http://many.test".parse().unwrap();
        let found = lookups.resolve(&server, &Config::default(), NextTimeout::default());
        assert_eq!(found.unwrap()[..], many[..16]);
    }

    #[test]
    fn no_more_than_sixteen_names_are_kept() {
        let lookups = Lookups::default();
        for port in 1..=20 {
            let lookup = lookups.lookup_of(format!("127.0.0.1:{port}"));
            assert!(lookup.wait(LONG).unwrap().is_ok());
        }
        assert_eq!(lock(&lookups.by_name).len(), 16);
    }

    #[test]
    fn an_answer_is_used_for_ten_seconds_and_a_lookup_joined_for_thirty() {
        let ago = |seconds| (Instant::now().checked_sub(Duration::from_secs(seconds))).unwrap();
        for (begun, ended, is_good) in [
            (28, None, true),
            (31, None, false),
            (8, Some(8), true),
            (40, Some(8), true),
            (40, Some(11), false),
        ] {
            let lookup = Lookup {
                begun: ago(begun),
                found: Mutex::new(ended.map(|ended| (ago(ended), Ok(Vec::new())))),
                ended: Condvar::new(),
            };
            assert_eq!(lookup.is_good(), is_good, "{begun} {ended:?}");
        }
    }
}
