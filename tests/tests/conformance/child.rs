//! A client in a process of its own, for what belongs to a process: its environment, its memory.
//!
//! The suite starts itself again, with a task in the environment; the child's output is its answer.

use apideck_vault_emulator::Emulator;
use apideck_vault_stacks::{ALL, Custom, Kind, Stack};
use rustls::crypto::ring;
use std::fs::File;
use std::iter;
use std::process::Command;

use crate::client::{Client, client};
use crate::custom_client::{custom_client, unchanged};
use crate::example::example;
use crate::roots;
use crate::settings::{once, patient, settings_at};

const TASK: &str = "CONFORMANCE_TASK";
const STACK: &str = "CONFORMANCE_STACK";
/// The server that the child calls: `run` sets the emulator's.
pub(crate) const URL: &str = "CONFORMANCE_URL";
const AUTHORITY: &str = "CONFORMANCE_AUTHORITY";

/// How many calls `Task::ManyCalls` makes: more than a child has sockets for.
pub(crate) const MANY: usize = 300;

/// What a child is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// One call with the default client, or with one that trusts the emulator if it speaks HTTPS.
    Call,
    /// One call with the default client.
    CallByDefault,
    /// One call with the stack's own client as it comes.
    CallByOwn,
    /// One call with the default client, when the system gives this process no more sockets.
    CallWithoutSockets,
    /// One call with the default client, in a process that has chosen a TLS provider without any ciphers.
    CallWithUselessProvider,
    /// Many calls with the default client, one after another: the outcome of the last.
    ManyCalls,
    /// Two calls with the default client: one to warm up, one to look at the memory it takes.
    Memory,
    /// The same with the stack's own client as it comes.
    MemoryOfOwn,
}

impl Task {
    const ALL: [Self; 8] = [
        Self::Call,
        Self::CallByDefault,
        Self::CallByOwn,
        Self::CallWithoutSockets,
        Self::CallWithUselessProvider,
        Self::ManyCalls,
        Self::Memory,
        Self::MemoryOfOwn,
    ];
}

/// Runs a child with these variables, and no other ones about proxies, and gives its output.
pub(crate) fn run(
    task: Task,
    stack: Stack,
    emulator: &Emulator,
    environment: &[(&str, &str)],
) -> String {
    let mut command = Command::new("sh");
    // So few, that using them all up takes no time.
    command.args(["-c", "ulimit -n 64; exec \"$0\""]);
    command.arg(std::env::current_exe().unwrap());
    for (name, _) in std::env::vars() {
        if name.to_ascii_lowercase().ends_with("_proxy") {
            command.env_remove(name);
        }
    }
    command
        .env(TASK, format!("{task:?}"))
        .env(STACK, stack.name())
        .env(URL, emulator.url())
        .envs(environment.iter().copied());
    if let Some(authority) = emulator.certificate_authority() {
        command.env(AUTHORITY, authority.pem());
        if task == Task::Call && roots::ARE_TRUSTED {
            roots::trust(authority.pem());
        }
    }
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Does what this process was started for, if it is a child.
pub(crate) fn answered() -> bool {
    let Ok(name) = std::env::var(TASK) else {
        return false;
    };
    let task = Task::ALL
        .into_iter()
        .find(|task| format!("{task:?}") == name);
    let stack = std::env::var(STACK).unwrap();
    let stack = ALL.iter().find(|one| one.name() == stack);
    println!("{}", perform(task.unwrap(), *stack.unwrap()));
    true
}

fn perform(task: Task, stack: Stack) -> String {
    let settings = patient(settings_at(std::env::var(URL).unwrap()).retry(once()));
    let authority = std::env::var(AUTHORITY).ok();
    if task == Task::CallWithUselessProvider {
        let mut useless = ring::default_provider();
        useless.cipher_suites.clear();
        useless.install_default().unwrap();
    }
    let client = match (task, authority) {
        (Task::Call, Some(authority)) if !roots::ARE_TRUSTED => {
            custom_client(stack, settings, &Custom::new().trusting(&authority))
        }
        (Task::CallByOwn | Task::MemoryOfOwn, _) => unchanged(stack, settings),
        _ => client(stack, settings),
    };
    match task {
        Task::Call | Task::CallByDefault | Task::CallByOwn | Task::CallWithUselessProvider => {
            outcome(&client)
        }
        Task::CallWithoutSockets => {
            let files: Vec<_> = iter::from_fn(|| File::open("/dev/null").ok()).collect();
            assert!(!files.is_empty());
            outcome(&client)
        }
        Task::ManyCalls => {
            for _ in 1..MANY {
                outcome(&client);
            }
            outcome(&client)
        }
        Task::Memory | Task::MemoryOfOwn => {
            assert_eq!(outcome(&client), "a session");
            let idle = memory("VmRSS:");
            forget_peak();
            let outcome = outcome(&client);
            format!("{} {outcome}", memory("VmHWM:").saturating_sub(idle))
        }
    }
}

fn outcome(client: &Client) -> String {
    match client.send(example()) {
        Ok(_) => "a session".to_owned(),
        Err(failed) => match failed.kind {
            Kind::Transport(kind) => format!("{kind:?}: {}", failed.text),
            other => format!("{other:?}"),
        },
    }
}

/// From here on the peak is that of what follows: see `proc_pid_clear_refs(5)`.
fn forget_peak() {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
}

/// A figure of this process, in KiB.
fn memory(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
