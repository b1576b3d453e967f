//! What HTTP/2 costs and what resumed TLS sessions save, without a delay: processor time of the client's
//! thread, its heap, and bytes.

use apideck_vault_emulator::{Answer, Emulator};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;
use std::rc::Rc;

use super::clients::{self, Calls, Server};
use super::relay::Relay;
use super::{Anything, MANY, server};
use crate::report::Report;

const CALLS: usize = 2_048;
const ROUNDS: usize = 3;
const CONNECTIONS: usize = 20;

pub(super) fn run(measure: fn(&mut dyn FnMut()) -> u64) -> Result<(), Anything> {
    let (emulator, authority) = server()?;
    let direct = Server {
        url: emulator.url(),
        authority: authority.clone(),
    };
    let mut report = Report::new("network-versions");
    for stack in ["hyper", "reqwest"] {
        let kinds = clients::all(&direct, &Rc::new(super::runtime()?));
        let kinds = kinds
            .iter()
            .filter(|kind| kind.name.starts_with(&format!("{stack}/ours")));
        let kinds: Vec<_> = kinds.collect();
        for in_flight in [1, MANY] {
            let mut clients = Vec::new();
            for kind in &kinds {
                let mut client = (kind.new)()?;
                let mut outcome = Ok(());
                let heap = measure(&mut || outcome = client.at_once(in_flight).map(|_| ()));
                outcome?;
                let name = format!("{}/{in_flight}-in-flight", kind.name);
                report.row(format!("{name}/first-heap"), heap as f64 / 1e3, "KB", None);
                clients.push((name, client, Vec::new()));
            }
            // In turns, so that what slows the machine down slows all of them down.
            for _ in 0..ROUNDS {
                for (_, client, times) in &mut clients {
                    times.push(cpu_per_call(&mut **client, in_flight)?);
                }
            }
            let mut by_version = None;
            for (name, _, mut times) in clients {
                times.sort_by(f64::total_cmp);
                let median = times.get(ROUNDS / 2).copied().unwrap_or(f64::NAN);
                let ratio = by_version.map(|one| median / one);
                by_version = by_version.or(Some(median));
                report.row(format!("{name}/cpu"), median, "us", ratio);
            }
        }
    }
    let relay = Relay::start(emulator.address())?;
    let url = format!("https://localhost:{}", relay.port);
    handshakes(&mut report, &emulator, &relay, &Server { url, authority })?;
    println!("{}", report.write()?.display());
    Ok(())
}

/// In microseconds.
fn cpu_per_call(client: &mut dyn Calls, in_flight: usize) -> Result<f64, Anything> {
    let before = cpu_seconds()?;
    for _ in 0..CALLS / in_flight {
        client.at_once(in_flight)?;
    }
    Ok((cpu_seconds()? - before) * 1e6 / CALLS as f64)
}

/// User and system time of this thread so far, which is the client's.
fn cpu_seconds() -> Result<f64, Anything> {
    let usage = getrusage(UsageWho::RUSAGE_THREAD)?;
    let time = usage.user_time() + usage.system_time();
    Ok(time.num_microseconds() as f64 / 1e6)
}

/// A new connection for each call: of a new client, or of one that has the TLS session of an earlier one.
fn handshakes(
    report: &mut Report,
    emulator: &Emulator,
    relay: &Relay,
    server: &Server,
) -> Result<(), Anything> {
    emulator.rule(|_| Some(Answer::normal().header("connection", "close")));
    let kinds = clients::all(server, &Rc::new(super::runtime()?));
    for kind in &kinds {
        if kind.name != "hyper/ours" && kind.name != "reqwest/ours" {
            continue;
        }
        let mut kept = (kind.new)()?;
        kept.at_once(1)?;
        for (what, is_kept) in [("full-handshake", false), ("resumed-handshake", true)] {
            let name = format!("{}/{what}", kind.name);
            let (mut times, mut cpu) = (Vec::new(), 0.0);
            let before = relay.bytes_from_server();
            for _ in 0..CONNECTIONS {
                let mut fresh = (kind.new)()?;
                let client = if is_kept { &mut kept } else { &mut fresh };
                let before = cpu_seconds()?;
                times.push(client.at_once(1)?.as_secs_f64() * 1e3);
                cpu += cpu_seconds()? - before;
            }
            times.sort_by(f64::total_cmp);
            let median = times.get(CONNECTIONS / 2).copied().unwrap_or(f64::NAN);
            let (cpu, bytes) = (cpu / CONNECTIONS as f64, relay.bytes_from_server() - before);
            report.row(format!("{name}/time"), median, "ms", None);
            report.row(format!("{name}/cpu"), cpu * 1e6, "us", None);
            let bytes = bytes as f64 / CONNECTIONS as f64;
            report.row(format!("{name}/bytes-from-server"), bytes, "bytes", None);
        }
    }
    Ok(())
}
