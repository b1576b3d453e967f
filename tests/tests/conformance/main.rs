//! The conformance suite: one list of cases, run over real sockets on every stack, and on the core
//! alone where no socket is needed. A case that only one adapter passes is a bug in the other.
//!
//! A new case is a function and its line in the `CASES` of its file. A new stack is a file of
//! `apideck-vault-stacks`: nothing here names one.
//!
//! `cargo test -p apideck-vault-tests --test conformance -- --nocapture` prints the table of cases
//! and stacks at its end.

#[cfg(target_os = "linux")]
mod addresses;
mod answers;
mod bodies;
mod breaks;
mod budgets;
#[cfg(any(feature = "native-tls", feature = "rustls-platform-verifier"))]
mod by_system;
mod cancel;
mod canned;
mod case;
mod child;
mod client;
mod client_certificates;
mod clients;
mod coexistence;
mod connecting;
mod connections;
mod custom_client;
mod desync;
mod desync_tls;
mod early;
mod errors;
mod example;
mod failures;
mod floods;
mod hello;
mod http2;
mod idle;
#[cfg(target_os = "linux")]
mod memory;
mod observers;
mod oversized;
mod pieces;
mod proxies;
mod proxy;
mod redirects;
mod retries;
mod roots;
mod secrets;
mod sessions;
mod settings;
mod statuses;
mod table;
mod tls;
mod tls_floods;
mod tls_server;
mod truncated;

use case::{Case, On};
use libtest_mimic::{Arguments, Failed, Trial};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Arc;
use table::Table;

const FILES: &[&[Case]] = &[
    sessions::CASES,
    answers::CASES,
    errors::CASES,
    secrets::CASES,
    statuses::CASES,
    bodies::CASES,
    retries::CASES,
    budgets::CASES,
    observers::CASES,
    failures::CASES,
    breaks::CASES,
    oversized::CASES,
    desync::CASES,
    desync_tls::CASES,
    early::CASES,
    floods::CASES,
    pieces::CASES,
    redirects::CASES,
    clients::CASES,
    connecting::CASES,
    connections::CASES,
    idle::CASES,
    cancel::CASES,
    coexistence::CASES,
    tls::CASES,
    hello::CASES,
    #[cfg(any(feature = "native-tls", feature = "rustls-platform-verifier"))]
    by_system::CASES,
    client_certificates::CASES,
    tls_floods::CASES,
    truncated::CASES,
    http2::CASES,
    proxies::CASES,
    // Others have one loopback address.
    #[cfg(target_os = "linux")]
    addresses::CASES,
    // Others do not tell a process what memory it has used.
    #[cfg(target_os = "linux")]
    memory::CASES,
];

fn main() -> ExitCode {
    if child::answered() {
        return ExitCode::SUCCESS;
    }
    if let Some(exit_code) = roots::started_again() {
        return exit_code;
    }
    let table = Arc::new(Table::default());
    let mut trials = Vec::new();
    for &case in FILES.iter().copied().flatten() {
        table.add(case.name);
        for on in case.places() {
            if let Some(reason) = case.exception(on) {
                table.not_applicable(case.name, on, reason);
                continue;
            }
            trials.push(trial(case, on, &table));
        }
    }
    let mut arguments = Arguments::from_args();
    // More than cores: many cases wait for a timeout most of the time.
    arguments.test_threads.get_or_insert(6);
    let conclusion = libtest_mimic::run(&arguments, trials);
    table.print();
    conclusion.exit_code()
}

fn trial(case: Case, on: On, table: &Arc<Table>) -> Trial {
    let table = Arc::clone(table);
    Trial::test(format!("{}::{}", case.name, on.name()), move || {
        // A case that panics leaves nothing behind that another one looks at.
        let result = catch_unwind(AssertUnwindSafe(|| case.run(on)));
        table.ran(case.name, on, result.is_ok());
        result.map_err(|panic| Failed::from(text_of(&*panic)))
    })
}

fn text_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without a text").to_owned()
}
