//! Calls over a network with a delay, counted in round trips: ours, the bare stacks, the official SDKs.

mod clients;
mod official;
mod relay;
mod versions;

use apideck_vault_emulator::{Certificate, Emulator};
use std::error::Error;
use std::process::ExitCode;
use std::rc::Rc;
use std::thread;
use std::time::Duration;
use tokio::runtime::Runtime;

use crate::report::Report;
use clients::{Calls, Kind, Server};
use relay::{ROUND_TRIP, Relay};

type Anything = Box<dyn Error + Send + Sync>;

const HELP: &str = "\
Counts the round trips of calls over TLS and a network with a delay of 25 ms in each direction: ours, the
bare stacks with their own defaults, and the official SDKs if tests/interop/run has installed them. Takes
three minutes, one of which is idle.
  --rounds N   How many new clients of each kind take turns; 3 if not given. A round takes 13 s, or
               40 s with the official SDKs, which start a process for each client.
  --versions   Compare HTTP/1.1 with HTTP/2, and TLS handshakes, on a network without a delay instead.
";

const MANY: usize = 64;
const ROUNDS: usize = 3;
/// The clients of this many rounds are kept until the end. Those of 20 would have 50,000 sockets.
const IDLE_ROUNDS: usize = 3;
const IDLE: Duration = Duration::from_secs(60);

/// The whole program `network`. `measure` runs something and returns the most bytes of heap that it held.
pub fn run(measure: fn(&mut dyn FnMut()) -> u64) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => over_network(ROUNDS),
        ["--rounds", rounds] => rounds
            .parse()
            .map_err(|error| format!("--rounds {rounds}: {error}").into())
            .and_then(over_network),
        ["--versions"] => versions::run(measure),
        _ => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// A server that speaks TLS, and the authority that its clients trust.
fn server() -> Result<(Emulator, String), Anything> {
    let emulator = Emulator::start_https(Certificate::Good)?;
    let authority = emulator.certificate_authority().ok_or("no authority")?;
    let authority = authority.pem().to_owned();
    Ok((emulator, authority))
}

fn runtime() -> Result<Runtime, Anything> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    Ok(builder.enable_all().build()?)
}

fn over_network(rounds: usize) -> Result<(), Anything> {
    let (emulator, authority) = server()?;
    let relay = Relay::start(emulator.address())?;
    let url = format!("https://localhost:{}", relay.port);
    let server = Server { url, authority };
    let runtime = Rc::new(runtime()?);
    let mut kinds = clients::all(&server, &runtime);
    kinds.extend(official::all(&server)?);
    for kind in &kinds {
        // What happens once in a process, such as collecting entropy, is not the network's.
        (kind.new)()?.at_once(1)?;
    }
    let mut seen: Vec<_> = kinds.iter().map(|kind| Seen::new(kind, &relay)).collect();
    // In turns, so that what slows the machine down slows all of them down.
    for round in 0..rounds {
        for seen in &mut seen {
            let clients = seen.round()?;
            if round < IDLE_ROUNDS {
                seen.idle.push(clients);
            }
        }
    }
    // The async clients look after their connections meanwhile, as in a service.
    runtime.block_on(async { tokio::time::sleep(IDLE).await });
    let mut report = Report::new("network");
    for mut seen in seen {
        seen.after_idle()?;
        seen.write(&mut report);
    }
    println!("{}", report.write()?.display());
    Ok(())
}

/// A situation, the times of the calls in it, and how many connections each opened.
type Times = (&'static str, Vec<Duration>, Vec<usize>);

/// What was seen of one kind of client.
struct Seen<'a> {
    kind: &'a Kind,
    relay: &'a Relay,
    times: Vec<Times>,
    /// One that made one call at a time, and one that made many.
    idle: Vec<[Box<dyn Calls>; 2]>,
}

impl<'a> Seen<'a> {
    fn new(kind: &'a Kind, relay: &'a Relay) -> Self {
        Self {
            kind,
            relay,
            times: Vec::new(),
            idle: Vec::new(),
        }
    }

    /// New clients in all situations but idle ones. Returns two that can idle: one that made one call at
    /// a time, and one that made many.
    fn round(&mut self) -> Result<[Box<dyn Calls>; 2], Anything> {
        let mut one = (self.kind.new)()?;
        self.time("first", &mut one, 1)?;
        for _ in 0..4 {
            self.time("warm", &mut one, 1)?;
        }
        let mut many = (self.kind.new)()?;
        self.time("64-cold", &mut many, MANY)?;
        self.time("64-warm", &mut many, MANY)?;
        let mut grows = (self.kind.new)()?;
        grows.at_once(1)?;
        self.time("64-after-one", &mut grows, MANY)?;
        let mut connected = (self.kind.new)()?;
        if let Some(outcome) = connected.connect() {
            outcome?;
            self.time("first-after-connect", &mut connected, 1)?;
        }
        Ok([one, many])
    }

    /// The clients that have been idle make one call, and many.
    fn after_idle(&mut self) -> Result<(), Anything> {
        for [mut one, mut many] in std::mem::take(&mut self.idle) {
            self.time("after-idle", &mut one, 1)?;
            self.time("64-after-idle", &mut many, MANY)?;
        }
        Ok(())
    }

    fn time(
        &mut self,
        situation: &'static str,
        client: &mut Box<dyn Calls>,
        calls: usize,
    ) -> Result<(), Anything> {
        // What the client does after a call, such as putting the connection back, is not the next one's.
        thread::sleep(Duration::from_millis(5));
        let before = self.relay.connections();
        let took = client.at_once(calls)?;
        let connections = self.relay.connections() - before;
        match self.times.iter_mut().find(|(name, ..)| *name == situation) {
            Some((_, times, counts)) => {
                times.push(took);
                counts.push(connections);
            }
            None => self.times.push((situation, vec![took], vec![connections])),
        }
        Ok(())
    }

    /// The medians.
    fn write(self, report: &mut Report) {
        for (situation, mut times, mut connections) in self.times {
            times.sort();
            connections.sort_unstable();
            let name = format!("{}/{situation}", self.kind.name);
            let median = times.get(times.len() / 2).copied().unwrap_or_default();
            let trips = median.as_secs_f64() / ROUND_TRIP.as_secs_f64();
            report.row(
                format!("{name}/time"),
                median.as_secs_f64() * 1e3,
                "ms",
                None,
            );
            report.row(format!("{name}/round-trips"), trips, "round-trips", None);
            let median = connections
                .get(connections.len() / 2)
                .copied()
                .unwrap_or_default();
            report.row(
                format!("{name}/connections"),
                median as f64,
                "connections",
                None,
            );
        }
    }
}
