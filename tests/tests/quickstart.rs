//! The quickstarts as a newcomer runs them: their output, their errors, their exit codes.

use apideck_vault_emulator::Emulator;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const QUICKSTARTS: [&str; 4] = [
    "quickstart",
    "quickstart_blocking",
    "quickstart_hyper",
    "own_stack",
];

/// `cargo test` builds the examples next to the tests.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().unwrap().parent().unwrap().join("examples");
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.exists(),
        "{program:?} is missing: `cargo build --examples` builds it"
    );
    program
}

fn run(name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(program(name))
        .args(arguments)
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The three required variables and the server's URL.
fn variables<'a>(api_key: &'a str, url: &'a str) -> [(&'static str, &'a str); 4] {
    [
        ("APIDECK_API_KEY", api_key),
        ("APIDECK_APP_ID", Emulator::APP_ID),
        ("APIDECK_CONSUMER_ID", "acme"),
        ("APIDECK_SERVER_URL", url),
    ]
}

#[test]
fn without_an_api_key_the_emulator_is_used_and_the_output_says_so() {
    for name in QUICKSTARTS {
        let output = run(name, &[], &[]);
        assert_eq!(output.status.code(), Some(0), "{name}: {output:?}");
        let printed = text(&output.stdout);
        assert_eq!(printed.lines().count(), 1, "{printed}");
        assert!(
            printed.starts_with("https://vault.apideck.com/session/"),
            "{printed}"
        );
        let said = text(&output.stderr);
        assert!(said.starts_with("APIDECK_API_KEY is not set: using the embedded emulator"));
    }
}

#[test]
fn with_serve_the_printed_url_can_be_opened_while_the_program_runs() {
    for name in QUICKSTARTS {
        let mut running = Command::new(program(name))
            .arg("--serve")
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut url = String::new();
        let printed = running.stdout.take().unwrap();
        BufReader::new(printed).read_line(&mut url).unwrap();
        let (host, path) = url.trim_start_matches("http://").split_once('/').unwrap();
        let mut socket = TcpStream::connect(host).unwrap();
        let path = path.trim_end();
        write!(socket, "GET /{path} HTTP/1.0\r\nhost: {host}\r\n\r\n").unwrap();
        let mut page = String::new();
        socket.read_to_string(&mut page).unwrap();
        let ended = running.try_wait().unwrap();
        running.kill().unwrap();
        running.wait().unwrap();
        assert!(page.starts_with("HTTP/1.0 200 OK\r\n"), "{name}: {page}");
        assert!(page.contains("id test-consumer"), "{name}: {page}");
        assert_eq!(ended, None, "{name}");
    }
    let variables = variables("secret", "");
    let refused = run("quickstart", &["--serve"], &variables);
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn the_json_flag_prints_one_object() {
    for name in QUICKSTARTS {
        let output = run(name, &["--json"], &[]);
        assert_eq!(output.status.code(), Some(0), "{name}: {output:?}");
        let object: Value = serde_json::from_slice(&output.stdout).unwrap();
        let names: Vec<_> = object.as_object().unwrap().keys().collect();
        assert_eq!(
            names,
            ["attempts", "expires_at", "session_token", "session_uri"]
        );
        assert_eq!(object["attempts"], 1);
        assert!(object["expires_at"].as_u64().unwrap() > 1_700_000_000);
        let token = object["session_token"].as_str().unwrap();
        assert!(object["session_uri"].as_str().unwrap().ends_with(token));
    }
}

#[test]
fn with_the_variables_set_requests_go_to_the_server_they_name() {
    let emulator = Emulator::start().unwrap();
    for name in QUICKSTARTS {
        let output = run(
            name,
            &["--json"],
            &variables(Emulator::API_KEY, &emulator.url()),
        );
        assert_eq!(output.status.code(), Some(0), "{name}: {output:?}");
        let object: Value = serde_json::from_slice(&output.stdout).unwrap();
        let claims = emulator
            .verify(object["session_token"].as_str().unwrap())
            .unwrap();
        assert_eq!(claims["consumer_id"], "acme");
        assert_eq!(text(&output.stderr), "");
    }
    assert_eq!(emulator.requests().len(), QUICKSTARTS.len());
}

#[test]
fn a_proxy_from_the_environment_does_not_see_the_key_in_plain_http() {
    let proxy = Emulator::start().unwrap();
    for name in QUICKSTARTS {
        let url = proxy.url();
        let variables =
            ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].map(|name| (name, url.as_str()));
        let output = run(name, &[], &variables);
        assert_eq!(output.status.code(), Some(0), "{name}: {output:?}");
    }
    assert!(proxy.requests().is_empty());
}

#[test]
fn a_failure_is_one_line_on_standard_error_and_exit_code_1() {
    let emulator = Emulator::start().unwrap();
    for name in QUICKSTARTS {
        let output = run(name, &[], &variables("wrong-secret", &emulator.url()));
        assert_eq!(output.status.code(), Some(1), "{name}: {output:?}");
        assert_eq!(text(&output.stdout), "");
        let said = text(&output.stderr);
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(
            said.starts_with("error: 401 Unauthorized: UnauthorizedError"),
            "{said}"
        );
        assert!(!said.contains("wrong-secret"), "{said}");
    }
}

#[test]
fn a_wrong_variable_is_reported_by_name_with_exit_code_2() {
    let good = variables("secret", "");
    for name in QUICKSTARTS {
        for (wrong, value, problem) in [
            ("APIDECK_API_KEY", Some(""), "is empty"),
            (
                "APIDECK_API_KEY",
                Some("sec\nret"),
                "contains a control character",
            ),
            ("APIDECK_APP_ID", None, "is not set"),
            ("APIDECK_CONSUMER_ID", None, "is not set"),
            (
                "APIDECK_CONSUMER_ID",
                Some(" "),
                "begins or ends with a space",
            ),
            (
                "APIDECK_SERVER_URL",
                Some("http://unify.apideck.com"),
                "is plain http",
            ),
            ("APIDECK_SERVER_URL", Some("nonsense"), "is not absolute"),
        ] {
            let others = good.iter().copied().filter(|(name, _)| *name != wrong);
            let variables: Vec<_> = others.chain(value.map(|value| (wrong, value))).collect();
            let output = run(name, &[], &variables);
            assert_eq!(output.status.code(), Some(2), "{name} {wrong}: {output:?}");
            let said = text(&output.stderr);
            assert!(
                said.starts_with(&format!("error: {wrong} {problem}")),
                "{said}"
            );
            assert_eq!(said.lines().count(), 1, "{said}");
            assert!(!said.contains("ret"), "{said}");
        }
        assert_eq!(run(name, &["--help"], &[]).status.code(), Some(2));
    }
}
