//! The conformance suite: one list of cases, run over real sockets on every stack, and on the core
//! alone where no socket is needed. A case that only one adapter passes is a bug in the other.
//!
//! `cargo test -p apideck-vault-tests --test conformance -- --nocapture` prints the table of cases
//! and stacks at its end.

mod bodies;
mod breaks;
mod cancel;
mod canned;
mod child;
mod clients;
mod connections;
mod desync;
mod errors;
mod failures;
mod http2;
#[cfg(target_os = "linux")]
mod memory;
mod own;
mod proxies;
mod proxy;
mod retries;
mod sessions;
mod stack;
mod statuses;
mod table;
mod tls;
mod together;

use libtest_mimic::{Arguments, Failed, Trial};
use stack::Stack;
use std::panic::catch_unwind;
use std::process::ExitCode;
use std::sync::Arc;
use table::Table;

/// One behavior, as a sentence, and the code that asserts it on a stack.
type Case = (&'static str, fn(Stack));

/// A case that makes no sense on a stack, and why.
type NotApplicable = (&'static str, Stack, &'static str);

/// Cases that run on these stacks.
struct Group {
    cases: &'static [Case],
    stacks: &'static [Stack],
    not_applicable: &'static [NotApplicable],
}

impl Group {
    /// Cases with a server at the other end.
    const fn over_sockets(cases: &'static [Case]) -> Self {
        Self {
            cases,
            stacks: &Stack::WITH_SOCKETS,
            not_applicable: &[],
        }
    }

    /// Cases about what an answer means, for which the core needs no socket.
    const fn everywhere(cases: &'static [Case]) -> Self {
        Self {
            cases,
            stacks: &Stack::ALL,
            not_applicable: &[],
        }
    }

    const fn except(self, not_applicable: &'static [NotApplicable]) -> Self {
        Self {
            not_applicable,
            ..self
        }
    }
}

const GROUPS: &[Group] = &[
    Group::over_sockets(sessions::CASES),
    Group::over_sockets(errors::CASES),
    Group::everywhere(statuses::CASES),
    Group::everywhere(bodies::CASES),
    Group::over_sockets(retries::CASES),
    Group::over_sockets(failures::CASES),
    Group::over_sockets(breaks::CASES),
    Group::over_sockets(desync::CASES),
    Group::over_sockets(clients::CASES),
    Group::over_sockets(connections::CASES),
    Group::over_sockets(cancel::CASES).except(cancel::NOT_APPLICABLE),
    Group::over_sockets(together::CASES).except(together::NOT_APPLICABLE),
    Group::over_sockets(tls::CASES),
    Group::over_sockets(http2::CASES).except(http2::NOT_APPLICABLE),
    Group::over_sockets(proxies::CASES).except(proxies::NOT_APPLICABLE),
    // Others do not tell a process what memory it has used.
    #[cfg(target_os = "linux")]
    Group::over_sockets(memory::CASES).except(memory::NOT_APPLICABLE),
];

fn main() -> ExitCode {
    if child::answered() {
        return ExitCode::SUCCESS;
    }
    let table = Arc::new(Table::default());
    let mut trials = Vec::new();
    for group in GROUPS {
        for &(name, run) in group.cases {
            table.add(name);
            for &stack in group.stacks {
                let exception = group
                    .not_applicable
                    .iter()
                    .find(|(case, on, _)| *case == name && *on == stack);
                if let Some((_, _, reason)) = exception {
                    table.not_applicable(name, stack, reason);
                    continue;
                }
                let table = Arc::clone(&table);
                trials.push(Trial::test(
                    format!("{name}::{}", stack.name()),
                    move || {
                        let result = catch_unwind(|| run(stack));
                        table.ran(name, stack, result.is_ok());
                        result.map_err(|panic| Failed::from(text_of(&*panic)))
                    },
                ));
            }
        }
    }
    let mut arguments = Arguments::from_args();
    // More than cores: many cases wait for a timeout most of the time.
    arguments.test_threads.get_or_insert(6);
    let conclusion = libtest_mimic::run(&arguments, trials);
    table.print();
    conclusion.exit_code()
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a text").to_owned()
}
