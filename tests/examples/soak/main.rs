//! A long time with a server that misbehaves at random, to see whether anything leaks or gets lost. `--help`
//! says what can be asked.

mod ledger;
mod load;
mod options;
mod script;
mod server;
mod vitals;

use apideck_vault_stacks::BoxError;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use load::Load;
use options::Options;
use server::Server;
use vitals::{History, Vitals};

/// The first argument of a process that soaks one stack.
const AS_CLIENT: &str = "--as-client";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (role, rest) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [server::ARGUMENT, seed] => {
            return end(server::serve(seed.parse().unwrap_or_default()).map_err(Into::into));
        }
        [AS_CLIENT, ..] => (soak as fn(&Options) -> _, &arguments[1..]),
        _ => (each_apart as fn(&Options) -> _, &arguments[..]),
    };
    match Options::read(rest.iter().cloned()) {
        Ok(Some(options)) => end(role(&options)),
        Ok(None) => {
            print!("{}", options::HELP);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("error: {problem} (--help says what can be asked)");
            ExitCode::from(2)
        }
    }
}

fn end(result: Result<(), BoxError>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Each stack in a process of its own, all at the same time.
fn each_apart(options: &Options) -> Result<(), BoxError> {
    let mut processes = Vec::new();
    for stack in &options.stacks {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(AS_CLIENT).args(options.arguments(*stack));
        // Otherwise glibc keeps what was freed, for each few threads apart, which grows for a long time.
        command.env("MALLOC_ARENA_MAX", "1");
        command.env("MALLOC_MMAP_THRESHOLD_", "65536");
        command.env("MALLOC_TRIM_THRESHOLD_", "65536");
        processes.push(command.spawn()?);
    }
    let mut has_failed = false;
    for mut process in processes {
        has_failed |= !process.wait()?.success();
    }
    match has_failed {
        true => Err("not every stack holds".into()),
        false => Ok(()),
    }
}

fn soak(options: &Options) -> Result<(), BoxError> {
    let stack = *options.stacks.first().ok_or("no stack")?;
    let name = stack.name();
    println!(
        "{name:8} {} callers, {} calls per second, seed {}",
        options.callers, options.calls_per_second, options.seed
    );
    let server = Server::start(options.seed)?;
    // What tokio keeps for as long as the process lives.
    drop(tokio::runtime::Runtime::new()?);
    let before = [Vitals::of("self")?, Vitals::of(&server.id())?];
    println!("{name:8} minutes    calls   client MiB  files  threads   emulator MiB  files");
    let show = |elapsed: Duration, calls: u64, [client, emulator]: [Vitals; 2]| {
        println!(
            "{name:8} {:7.2} {calls:8} {:12.1} {:6} {:8} {:14.1} {:6}",
            elapsed.as_secs_f64() / 60.0,
            client.resident_kib as f64 / 1024.0,
            client.descriptors,
            client.threads,
            emulator.resident_kib as f64 / 1024.0,
            emulator.descriptors,
        );
    };
    show(Duration::ZERO, 0, before);

    let load = Load::start(stack, &server, options)?;
    let (began, mut histories) = (Instant::now(), [History::default(), History::default()]);
    let step = options.time / 360;
    for count in 1..=360 {
        thread::sleep((step * count).saturating_sub(began.elapsed()));
        let now = [Vitals::of("self")?, Vitals::of(&server.id())?];
        for (history, vitals) in histories.iter_mut().zip(now) {
            history.add(vitals);
        }
        if [60, 120, 240, 360].contains(&count) {
            show(began.elapsed(), load.begun(), now);
        }
    }
    let ledger = load.end()?;
    let after = closed(&server, before)?;
    show(began.elapsed(), ledger.begun, after);

    for line in ledger.lines() {
        println!("{name:8} {line}");
    }
    let mut faults = ledger.faults();
    for (history, (what, (before, after))) in histories.iter().zip(
        ["client", "emulator"]
            .into_iter()
            .zip(before.into_iter().zip(after)),
    ) {
        faults.extend(
            history
                .growth()
                .into_iter()
                .map(|grown| format!("{what}: {grown}")),
        );
        if after.descriptors > before.descriptors || after.threads > before.threads {
            faults.push(format!(
                "{what}: not all is closed: {after:?}, before {before:?}"
            ));
        }
    }
    for fault in &faults {
        println!("{name:8} FAULT: {fault}");
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(format!("{name} does not hold").into()),
    }
}

/// The processes once the clients are gone, and all that they opened is closed: that takes a moment.
fn closed(server: &Server, before: [Vitals; 2]) -> Result<[Vitals; 2], BoxError> {
    let began = Instant::now();
    loop {
        let now = [Vitals::of("self")?, Vitals::of(&server.id())?];
        let is_closed = before.iter().zip(&now).all(|(before, now)| {
            now.descriptors <= before.descriptors && now.threads <= before.threads
        });
        if is_closed || began.elapsed() > Duration::from_secs(30) {
            return Ok(now);
        }
        thread::sleep(Duration::from_millis(50));
    }
}
