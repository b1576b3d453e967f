//! Clients that mean harm. They cost the program nothing that lasts.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use crate::Running;

/// What such a client sends, and then leaves or lets the program end it.
const SENDS: [&[u8]; 8] = [
    b"",
    b"POST /vault/sessions HTTP/1.1\r\nhost: ",
    b"POST /vault/sessions HTTP/1.1\r\nhost: h\r\ncontent-length: 60000000\r\n\r\n{",
    b"POST /vault/sessions HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\nfffffff\r\n",
    b"POST /vault/sessions HTTP/1.1\r\nhost: h\r\ncontent-length: 99999999999\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\xff\xff\x01\xff\xff",
    b"\0\0\0\0\r\n\r\n",
];

/// This much after a thousand such clients is what the allocator keeps for the next ones.
const LASTING_KIB: u64 = 4 * 1024;

struct Vitals {
    resident_kib: u64,
    descriptors: usize,
}

fn vitals(running: &Running) -> Vitals {
    let process = format!("/proc/{}", running.child.id());
    let status = fs::read_to_string(format!("{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let resident = line.unwrap().split_whitespace().nth(1).unwrap();
    Vitals {
        resident_kib: resident.parse().unwrap(),
        descriptors: fs::read_dir(format!("{process}/fd")).unwrap().count(),
    }
}

/// A hundred clients at the same time, of every kind, each with more than it should send.
fn attack(running: &Running) {
    let more = vec![b'x'; 600 * 1024];
    let mut sockets = Vec::new();
    for number in 0..100 {
        let mut socket = TcpStream::connect(&running.address).unwrap();
        socket
            .set_write_timeout(Some(Duration::from_millis(20)))
            .unwrap();
        let start = SENDS[number % SENDS.len()];
        // The program may have hung up, or stopped to read.
        let _ = socket.write_all(start);
        if number % 3 == 0 {
            let _ = socket.write_all(&more);
        }
        sockets.push(socket);
    }
    for (number, mut socket) in sockets.into_iter().enumerate() {
        if number % 2 == 0 {
            let _ = socket.shutdown(Shutdown::Write);
            let _ = socket.set_read_timeout(Some(Duration::from_millis(20)));
            let _ = socket.read(&mut [0; 100]);
        }
    }
}

#[test]
fn thousands_of_hostile_clients_cost_nothing_that_lasts() {
    let (running, started) = Running::start(&["--accept-any-key"]);
    let url = started["url"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    let at_start = vitals(&running).descriptors;
    for _ in 0..5 {
        attack(&running);
    }
    let before = vitals(&running);
    for _ in 0..20 {
        attack(&running);
    }
    let answer = running.send("POST /vault/sessions", "k");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    let began = Instant::now();
    let after = loop {
        let now = vitals(&running);
        if now.descriptors <= at_start || began.elapsed() > Duration::from_secs(60) {
            break now;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(
        after.descriptors <= at_start,
        "{} are open, {at_start} at the start",
        after.descriptors
    );
    let more = after.resident_kib.saturating_sub(before.resident_kib);
    println!(
        "{} KiB after 500 clients, {} KiB after 2,500",
        before.resident_kib, after.resident_kib
    );
    assert!(
        more < LASTING_KIB,
        "{more} KiB more than {}",
        before.resident_kib
    );
}
