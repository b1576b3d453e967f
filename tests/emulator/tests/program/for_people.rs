//! What people read: the program without `--json`.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use apideck_vault_emulator::Emulator;

use crate::{Running, program};

struct Shown {
    announced: String,
    log: String,
    warned: String,
}

/// Runs the program while `requests` are made, and ends it.
fn shown(arguments: &[&str], has_colors: bool, requests: impl FnOnce(&Running)) -> Shown {
    let mut command = program(arguments);
    command.env_remove("CLICOLOR_FORCE").env_remove("NO_COLOR");
    if has_colors {
        command.env("CLICOLOR_FORCE", "1");
    }
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut running = Running {
        lines: BufReader::new(child.stdout.take().unwrap()),
        child,
        address: String::new(),
    };
    let mut announced = String::new();
    while !announced.ends_with("\nPress Ctrl-C to stop.\n\n") {
        assert_ne!(running.lines.read_line(&mut announced).unwrap(), 0);
    }
    let (_, url) = announced.split_once(" at http").unwrap();
    let (_, rest) = url.split_once("//").unwrap();
    running.address = rest.lines().next().unwrap().to_owned();
    requests(&running);
    running.stop("-INT");
    let mut log = String::new();
    running.lines.read_to_string(&mut log).unwrap();
    let mut warned = String::new();
    let mut errors = running.child.stderr.take().unwrap();
    errors.read_to_string(&mut warned).unwrap();
    Shown {
        announced,
        log,
        warned,
    }
}

#[test]
fn it_announces_where_it_is_and_what_to_export() {
    let mut address = String::new();
    let shown = shown(&[], false, |running| address.clone_from(&running.address));
    let wanted = format!(
        "A Vault server, with nothing of Apideck's behind it, at http://{address}\n\n\
         export APIDECK_API_KEY={}\n\
         export APIDECK_APP_ID={}\n\
         export APIDECK_CONSUMER_ID=test-consumer\n\
         export APIDECK_SERVER_URL=http://{address}\n\n\
         Press Ctrl-C to stop.\n\n",
        Emulator::API_KEY,
        Emulator::APP_ID,
    );
    assert_eq!(shown.announced, wanted);
    assert_eq!((shown.log.as_str(), shown.warned.as_str()), ("", ""));
}

#[test]
fn it_says_which_certificate_to_trust() {
    let shown = shown(&["--tls"], false, |_| ());
    let (_, file) = shown.announced.split_once("authority: ").unwrap();
    let name = "apideck-vault-emulator-ca-";
    assert!(file.contains(name), "{file}");
    assert!(file.lines().next().unwrap().ends_with(".pem"), "{file}");
}

#[test]
fn it_warns_if_others_can_reach_it() {
    let shown = shown(&["--host", "0.0.0.0"], false, |_| ());
    let warning = "warning: 0.0.0.0 is not a loopback address: ";
    assert!(shown.warned.starts_with(warning), "{}", shown.warned);
}

#[test]
fn its_log_has_a_line_for_each_request_in_the_color_of_its_status() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script.toml");
    let rules = [200, 302, 503].map(|status| format!("[[rule]]\ntimes = 1\nstatus = {status}\n"));
    let close = "[[rule]]\ntimes = 1\nend = \"close\"\n";
    std::fs::write(&script, rules.concat() + close).unwrap();
    let arguments = ["--accept-any-key", "--script", script.to_str().unwrap()];
    let requests = |running: &Running| {
        for _ in 0..4 {
            running.send("POST /vault/sessions", "k");
        }
        running.send("GET /vault/logs", "k");
    };
    let log = shown(&arguments, true, requests).log;
    let lines: Vec<_> = log.lines().collect();
    assert_eq!(lines[0], "\u{1b}[32m200\u{1b}[0m POST   /vault/sessions");
    for (line, start) in lines[1..].iter().zip([
        "\u{1b}[36m302\u{1b}[0m POST   /vault/sessions",
        "\u{1b}[31m503\u{1b}[0m POST   /vault/sessions",
        "\u{1b}[31m---\u{1b}[0m POST   /vault/sessions",
        "\u{1b}[33m404\u{1b}[0m GET    /vault/logs  \u{1b}[2mUnknown Path: Nothing is at /vault/logs\u{1b}[0m",
    ]) {
        assert!(line.starts_with(start), "{line:?}");
    }
    let plain = shown(&arguments, false, requests).log;
    assert!(!plain.contains('\u{1b}'), "{plain}");
    assert!(plain.contains("200 POST   /vault/sessions\n"), "{plain}");
}

#[test]
fn what_nobody_serves_is_listed_at_the_end() {
    let log = shown(&[], false, |running| {
        for path in ["/vault/logs", "/crm/leads", "/vault/logs"] {
            running.send(&format!("GET {path}"), "k");
        }
    })
    .log;
    let end = "\n\nAsked for, and not there:\n  GET /crm/leads (1x)\n  GET /vault/logs (2x)\n";
    assert!(log.ends_with(end), "{log}");
}

#[test]
fn text_of_a_request_cannot_steer_the_terminal_or_fill_it() {
    let name = "\\u001b[2J\\r";
    let long = "/1234567".repeat(24) + "/789";
    let log = shown(&["--accept-any-key"], false, |running| {
        let mut answer = String::new();
        let mut socket = running.ask("POST /vault/sessions", "k", &format!("{{\"{name}\":1}}"));
        socket.read_to_string(&mut answer).unwrap();
        // A call of exactly 200 characters, and one of 201.
        running.send(&format!("GET {long}"), "k");
        running.send(&format!("GET {long}x"), "k");
    })
    .log;
    assert!(!log.contains(['\u{1b}', '\r']), "{log:?}");
    assert!(log.contains("\u{fffd}[2J\u{fffd}"), "{log}");
    assert!(log.contains(&format!("\n  GET {long} (1x)\n")), "{log}");
    assert!(log.contains(&format!("\n  GET {long}… (1x)\n")), "{log}");
}
