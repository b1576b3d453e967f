//! Misbehavior from a file.

use std::io::{ErrorKind, Read};
use std::time::Duration;

use crate::Running;

#[test]
fn it_follows_its_script() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script.toml");
    let text = "[[rule]]\ntimes = 2\nstatus = 503\nheaders = { retry-after = \"9\" }\n\
                [[rule]]\nmethod = \"POST\"\ntimes = 1\nend = \"close\"\n";
    std::fs::write(&script, text).unwrap();
    let json = folder.path().join("script.json");
    let text = r#"{"rule": [{"times": 2, "status": 503, "headers": {"retry-after": "9"}},
                   {"method": "POST", "times": 1, "end": "close"}]}"#;
    std::fs::write(&json, text).unwrap();
    for script in [script, json] {
        let script = [
            "--script",
            script.to_str().unwrap(),
            "--accept-any-key",
            "--latency",
            "2ms",
        ];
        let (running, _) = Running::start(&script);
        let send = || running.send("POST /vault/sessions", "k");
        for _ in 0..2 {
            let answer = send();
            assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
            assert!(answer.contains("retry-after: 9\r\n"), "{answer}");
        }
        assert_eq!(send(), "");
        assert!(send().starts_with("HTTP/1.1 200 OK"));
    }
}

#[test]
fn an_end_or_a_cut_is_what_the_client_sees() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("ends.toml");
    for (rule, ends, has_head) in [
        ("end = \"close\"", Ok(()), false),
        ("end = \"reset\"", Err(ErrorKind::ConnectionReset), false),
        ("end = \"hang\"", Err(ErrorKind::WouldBlock), false),
        ("cut = \"in-body\"", Ok(()), true),
        (
            "cut = \"in-body\"\nend = \"reset\"",
            Err(ErrorKind::ConnectionReset),
            true,
        ),
        (
            "cut = \"in-body\"\nend = \"hang\"",
            Err(ErrorKind::WouldBlock),
            true,
        ),
    ] {
        std::fs::write(&script, format!("[[rule]]\n{rule}\n")).unwrap();
        let script = ["--script", script.to_str().unwrap(), "--accept-any-key"];
        let (running, _) = Running::start(&script);
        let mut socket = running.ask("POST /vault/sessions", "k", "");
        let patience = Duration::from_millis(300);
        socket.set_read_timeout(Some(patience)).unwrap();
        let mut answer = Vec::new();
        let end = socket.read_to_end(&mut answer);
        let end = end.map(drop).map_err(|error| error.kind());
        assert_eq!(end, ends, "{rule}");
        assert_eq!(answer.starts_with(b"HTTP/1.1 200 OK"), has_head, "{rule}");
    }
}
