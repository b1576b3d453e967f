//! The conformance suite: one list of cases, run over real sockets on every stack. A case that only
//! one adapter passes is a bug in the other.
//!
//! `cargo test -p apideck-vault-tests --test conformance -- --nocapture` prints the table of cases
//! and stacks at its end.

mod clients;
mod errors;
mod failures;
mod retries;
mod sessions;
mod stack;

use libtest_mimic::{Arguments, Failed, Trial};
use stack::Stack;
use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};

/// One behavior, as a sentence, and the code that asserts it on a stack.
type Case = (&'static str, fn(Stack));

/// What became of each case on each stack.
type Table = BTreeMap<(&'static str, Stack), bool>;

fn main() -> ExitCode {
    let cases: Vec<Case> = [
        sessions::CASES,
        errors::CASES,
        retries::CASES,
        failures::CASES,
        clients::CASES,
    ]
    .concat();
    let table = Arc::new(Mutex::new(Table::new()));
    let mut trials = Vec::new();
    for &(name, run) in &cases {
        for stack in Stack::ALL {
            let table = Arc::clone(&table);
            trials.push(Trial::test(
                format!("{name}::{}", stack.name()),
                move || {
                    let result = catch_unwind(|| run(stack));
                    table.lock().unwrap().insert((name, stack), result.is_ok());
                    result.map_err(|panic| Failed::from(text_of(&*panic)))
                },
            ));
        }
    }
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials);
    print(&cases, &table.lock().unwrap());
    conclusion.exit_code()
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a text").to_owned()
}

fn print(cases: &[Case], table: &Table) {
    if table.is_empty() {
        return;
    }
    let width = cases
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or_default();
    let line = |name: &str, cells: [&str; 3]| {
        let [first, second, third] = cells;
        println!("{name:width$}  {first:<8} {second:<8} {third}");
    };
    line("case", Stack::ALL.map(Stack::name));
    for (name, _) in cases {
        let cell = |stack| match table.get(&(*name, stack)) {
            Some(true) => "ok",
            Some(false) => "FAILED",
            None => "-",
        };
        line(name, Stack::ALL.map(cell));
    }
}
