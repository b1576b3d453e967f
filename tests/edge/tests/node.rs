//! The core compiled to WebAssembly, run by Node against the emulator.
//!
//! Needs `cargo build --target wasm32-unknown-unknown` before, and Node 20.

use apideck_vault_emulator::{Answer, Emulator};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use wasm_bindgen_cli_support::Bindgen;

const PROGRAM: &str = "
    const { createSession } = require(process.argv[1]);
    createSession(...process.argv.slice(2, 6), Number(process.argv[6])).then(console.log, (error) => {
        console.error(error.message);
        process.exit(1);
    });
";

/// The compiled library with the JavaScript around it, as `wasm-bindgen --target nodejs` makes it.
static PACKAGE: LazyLock<PathBuf> = LazyLock::new(|| {
    let test = std::env::current_exe().unwrap();
    let target = test.ancestors().nth(3).unwrap();
    let compiled = target.join("wasm32-unknown-unknown/debug/apideck_vault_edge.wasm");
    let package = target.join("edge");
    let mut bindgen = Bindgen::new();
    bindgen.input_path(compiled).nodejs(true).unwrap();
    bindgen.generate(&package).unwrap();
    package
});

fn create_session(emulator: &Emulator, api_key: &str, deadline_ms: u32) -> Output {
    let library: &Path = &PACKAGE.join("apideck_vault_edge.js");
    Command::new("node")
        .args(["-e", PROGRAM])
        .arg(library)
        .args([&emulator.url(), api_key, Emulator::APP_ID, "test-consumer"])
        .arg(deadline_ms.to_string())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap().trim_end()
}

#[test]
fn a_call_with_a_retry_succeeds() {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(503)]);
    let output = create_session(&emulator, Emulator::API_KEY, 30_000);
    assert_eq!(text(&output.stderr), "");
    let uri = text(&output.stdout);
    let token = uri
        .strip_prefix("https://vault.apideck.com/session/")
        .unwrap();
    assert_eq!(
        emulator.verify(token).unwrap()["consumer_id"],
        "test-consumer"
    );

    let requests = emulator.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].body, requests[1].body);
    assert!(
        requests[1]
            .header("user-agent")
            .unwrap()
            .starts_with("apideck-vault-rust/")
    );
}

#[test]
fn a_refused_call_throws_its_error_as_one_line() {
    let emulator = Emulator::start().unwrap();
    let output = create_session(&emulator, "wrong", 30_000);
    let said = text(&output.stderr);
    assert!(
        said.starts_with("401 Unauthorized: UnauthorizedError"),
        "{said}"
    );
    assert_eq!(said.lines().count(), 1, "{said}");
    assert_eq!(emulator.requests().len(), 1);
}

#[test]
fn a_server_that_hangs_is_a_timeout() {
    let emulator = Emulator::start().unwrap();
    emulator.rule(|_| Some(Answer::hang()));
    let output = create_session(&emulator, Emulator::API_KEY, 600);
    let said = text(&output.stderr);
    assert!(said.contains("out of time"), "{said}");
    assert!(!emulator.requests().is_empty());
}
