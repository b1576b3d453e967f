//! What ureq logs of a request, and what the filter that the documentation names leaves of it.

use apideck_vault_emulator::Emulator;
use apideck_vault_ureq::{CreateSession, Vault, VaultClient};
use log::{LevelFilter, Log, Metadata, Record};
use std::sync::Mutex;

/// All that is logged, with the name of what logs it.
struct Kept(Mutex<Vec<(String, String)>>);

static KEPT: Kept = Kept(Mutex::new(Vec::new()));

impl Log for Kept {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let (target, text) = (record.target().to_owned(), record.args().to_string());
        // `ureq_proto=debug`
        let is_dump = target.starts_with("ureq_proto") && record.level() > LevelFilter::Debug;
        let target = if is_dump { "dump".to_owned() } else { target };
        self.0.lock().unwrap().push((target, text));
    }

    fn flush(&self) {}
}

/// `6175 7468 …  auth…` is sixteen bytes, in hexadecimal first; `--` is none.
fn decoded(row: &str) -> Vec<u8> {
    let (hexadecimal, _) = row.split_at_checked(39).unwrap_or((row, ""));
    let digits: Vec<char> = hexadecimal.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = digits.chunks(2).map(String::from_iter);
    bytes
        .map_while(|byte| u8::from_str_radix(&byte, 16).ok())
        .collect()
}

#[test]
fn the_documented_filter_keeps_key_and_token_out_of_the_log() {
    log::set_logger(&KEPT).unwrap();
    log::set_max_level(LevelFilter::Trace);
    let emulator = Emulator::start().unwrap();
    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID).unwrap();
    let client = VaultClient::new(vault.with_server_url(emulator.url()).unwrap());
    let create = CreateSession::new(Emulator::CONSUMER_ID);
    let created = client.create_session(create).unwrap();
    let secrets = [Emulator::API_KEY, created.session_token().as_str()];

    let kept = KEPT.0.lock().unwrap();
    let (dump, others): (Vec<_>, Vec<_>) = kept.iter().partition(|(target, _)| target == "dump");
    let dump: Vec<u8> = dump.iter().flat_map(|(_, row)| decoded(row)).collect();
    let dump = String::from_utf8_lossy(&dump);
    assert!(!others.is_empty());
    for secret in secrets {
        // If this fails, ureq no longer logs it, and the documentation should no longer say so.
        assert!(dump.contains(secret), "{dump}");
        for (target, text) in &others {
            assert!(!text.contains(secret), "{target}: {text}");
            let text = decoded(text);
            assert!(!String::from_utf8_lossy(&text).contains(secret), "{target}");
        }
    }
}
