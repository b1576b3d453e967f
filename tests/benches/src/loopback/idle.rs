//! How long a call takes if the server has closed its idle connection.

use apideck_vault_core::error::CallError;
use apideck_vault_core::{Attempts, ClientSettings, CreatedSession};
use http::Response;
use std::thread;
use std::time::{Duration, Instant};

use super::Anything;
use super::asynchronous::Creates;
use super::blocking::CreatesBlocking as _;
use super::client;
use super::stacks::{hyper, reqwest, ureq};
use super::work::{Side, Stack, Work};
use crate::example::{self, CONSUMER_ID};
use crate::report::Report;

mod server;

pub(crate) const HELP: &str = "\
Shows how long a call takes after the server has closed the idle connection, and whether it fails: ours
and by hand, on a runtime that runs all the time and on one that runs only during a call. There are no
options.
";

const CALLS: usize = 50;

/// Between two calls, long enough for the server to close the connection.
const PAUSE: Duration = Duration::from_millis(50);

/// The deadline of our calls: with the usual 30 s, those that the retry budget holds back would take a
/// quarter of an hour.
const DEADLINE: Duration = Duration::from_secs(3);

/// How many attempts a call took, as a success or a failure.
type Called = Result<u32, u32>;
type Seen = Vec<(Duration, Called)>;

/// Runs it and writes `target/benches/idle.json`.
pub(crate) fn run() -> Result<(), Anything> {
    let work = Work {
        authority: server::start()?,
        ..Work::new(Stack::Hyper, Side::Ours)
    };
    let mut report = Report::new("idle");
    let client = apideck_vault_stacks::hyper::VaultClient::new(settings(&work)?);
    let ours = || async { of_ours(client.send(example::create()).await) };
    awaited(&mut report, "hyper", ours, one(hyper::by_hand(&work)?)?)?;
    let client = apideck_vault_stacks::reqwest::VaultClient::new(settings(&work)?);
    let ours = || async { of_ours(client.send(example::create()).await) };
    let by_hand = one(reqwest::by_hand(&work)?)?;
    awaited(&mut report, "reqwest", ours, by_hand)?;
    let client = apideck_vault_stacks::ureq::VaultClient::new(settings(&work)?);
    let ours = stopped(|| of_ours(client.send(example::create())));
    let client = one(ureq::by_hand(&work)?)?;
    let by_hand = stopped(|| bare(client.create(CONSUMER_ID, example::session())));
    rows(&mut report, "ureq", ours, by_hand);
    println!("{}", report.write()?.display());
    Ok(())
}

fn awaited<F: Future<Output = Called>>(
    report: &mut Report,
    stack: &str,
    ours: impl Fn() -> F,
    client: impl Creates,
) -> Result<(), Anything> {
    let by_hand = || async { bare(client.create(CONSUMER_ID, example::session()).await) };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let seen = runtime.block_on(async { [running(&ours).await, running(&by_hand).await] });
    let [seen, seen_by_hand] = seen;
    rows(report, &format!("{stack}/running"), seen, seen_by_hand);
    let seen = stopped(|| runtime.block_on(ours()));
    let seen_by_hand = stopped(|| runtime.block_on(by_hand()));
    rows(report, &format!("{stack}/stopped"), seen, seen_by_hand);
    Ok(())
}

/// Calls on a runtime that also runs during the pauses.
async fn running<F: Future<Output = Called>>(call: impl Fn() -> F) -> Seen {
    // The first call has no idle connection yet.
    let _ = call().await;
    let mut seen = Vec::new();
    for _ in 0..CALLS {
        tokio::time::sleep(PAUSE).await;
        let began = Instant::now();
        let called = call().await;
        seen.push((began.elapsed(), called));
    }
    seen
}

/// Calls with nothing running during the pauses.
fn stopped(call: impl Fn() -> Called) -> Seen {
    let _ = call();
    let timed = |_| {
        thread::sleep(PAUSE);
        let began = Instant::now();
        let called = call();
        (began.elapsed(), called)
    };
    (0..CALLS).map(timed).collect()
}

fn of_ours<E>(outcome: Result<Response<CreatedSession>, CallError<E>>) -> Called {
    let answer = outcome.map_err(|error| error.attempts())?;
    Ok(Attempts::of(&answer))
}

fn bare(outcome: Result<usize, Anything>) -> Called {
    outcome.map(|_| 1).map_err(|_| 1)
}

fn rows(report: &mut Report, name: &str, ours: Seen, by_hand: Seen) {
    let (ours, by_hand) = (("ours", ours), ("by-hand", by_hand));
    let time = |seen: &Seen, at: usize| {
        let mut times: Vec<_> = seen.iter().map(|(took, _)| took).collect();
        times.sort();
        times
            .get(at)
            .map_or(f64::NAN, |took| took.as_secs_f64() * 1e6)
    };
    for (side, seen) in [&by_hand, &ours] {
        for (what, at) in [("median", CALLS / 2), ("worst", CALLS - 1)] {
            let ratio = time(seen, at) / time(&by_hand.1, at);
            let ratio = (*side == ours.0).then_some(ratio);
            report.row(format!("{name}/{side}/{what}"), time(seen, at), "us", ratio);
        }
        let failed = seen.iter().filter(|(_, called)| called.is_err()).count() as f64;
        report.row(format!("{name}/{side}/failed"), failed, "calls", None);
    }
    let further = ours.1.iter().map(|(_, called)| {
        let (Ok(attempts) | Err(attempts)) = called;
        f64::from(*attempts) - 1.0
    });
    let name = format!("{name}/ours/further-attempts");
    report.row(name, further.sum(), "attempts", None);
}

/// The default client's settings, except for the deadline.
fn settings(work: &Work) -> Result<ClientSettings, Anything> {
    Ok(one(client::settings(work)?)?.deadline(DEADLINE))
}

fn one<T>(clients: Vec<T>) -> Result<T, Anything> {
    clients.into_iter().next().ok_or("no client".into())
}
