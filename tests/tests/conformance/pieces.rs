//! Answers that arrive in pieces: where they are cut changes nothing.

use apideck_vault_core::error::FailureKind;
use apideck_vault_emulator::{Answer, Emulator};
use apideck_vault_stacks::Stack;
use std::io::Write;
use std::net::TcpListener;
use std::time::Duration;

use crate::canned::SESSION;
use crate::case::{Case, case};
use crate::client::{client, client_for};
use crate::example::{example, read_example};
use crate::settings::{once, settings_at};

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("an_answer_cut_in_two_anywhere_is_the_same_answer", in_two),
    case("an_interim_answer_without_its_end_is_not_an_answer", endless_interim),
];

fn in_two(stack: Stack) {
    let (first, second) = SESSION.split_at(17);
    let answer = format!(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\n\
         transfer-encoding: chunked\r\n\r\n{:x}\r\n{first}\r\n{:X};a=b\r\n{second}\r\n0\r\ntrailer: x\r\n\r\n",
        first.len(),
        second.len(),
    );
    let cuts = 1..answer.len();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let settings = settings_at(format!("http://{}", server.local_addr().unwrap()));
    let serving = std::thread::spawn(move || {
        let (mut socket, _) = server.accept().unwrap();
        socket.set_nodelay(true).unwrap();
        for cut in 1..answer.len() {
            let (begin, end) = answer.as_bytes().split_at(cut);
            if let Err(error) = read_example(&mut socket) {
                panic!("{error} after {:?}", &answer[..cut - 1]);
            }
            socket.write_all(begin).unwrap();
            // Long enough for the client to read the first part alone, most of the time.
            std::thread::sleep(Duration::from_millis(1));
            socket.write_all(end).unwrap();
        }
    });
    let client = client(stack, settings.retry(once()));
    for cut in cuts {
        let answered = client.send(example());
        assert!(answered.is_ok(), "cut at {cut}: {answered:?}");
    }
    serving.join().unwrap();
}

/// The first has no empty line, so what follows is one of its headers.
fn endless_interim(stack: Stack) {
    for answer in [
        format!(
            "HTTP/1.1 100 Continue\r\nHTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{SESSION}",
            SESSION.len()
        ),
        "HTTP/1.1 100 Continue\r\n\r\n".to_owned(),
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n".to_owned(),
        "HTTP/1.1 199 \r\ncontent-length: 100\r\n\r\n".to_owned(),
    ] {
        let emulator = Emulator::start().unwrap();
        emulator.script([Answer::raw(answer.clone())]);
        let client = client_for(stack, &emulator).with_retry(once());
        let failed = client.send(example()).unwrap_err();
        assert_eq!(
            failed.failure(),
            FailureKind::Unanswered,
            "{answer:?}: {}",
            failed.text
        );
    }
}
