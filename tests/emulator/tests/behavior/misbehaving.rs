use std::io::ErrorKind;
use std::time::Duration;

use apideck_vault_emulator::{Answer, Emulator, End, Place};

use crate::client::{Connection, PATIENCE, Request, exchange};

fn asked(answer: Answer) -> (Emulator, Connection) {
    let emulator = Emulator::start().unwrap();
    emulator.script([answer]);
    let mut connection = Connection::open(&emulator);
    connection.send(&Request::good().bytes());
    (emulator, connection)
}

/// An answer whose bytes are known: no date, no id.
fn known() -> Answer {
    Answer::status(500).body("0123456789")
}

#[test]
fn a_reset_is_no_orderly_end() {
    let (emulator, mut connection) = asked(Answer::reset());
    assert_eq!(connection.end().kind(), ErrorKind::ConnectionReset);
    assert_eq!(emulator.requests().len(), 1);
    assert_eq!(exchange(&emulator, &Request::good()).status, 200);
}

#[test]
fn an_answer_is_cut_where_the_script_says() {
    for (place, head, body) in [
        (Place::InHead, false, ""),
        (Place::AfterHead, true, ""),
        (Place::InBody, true, "01234"),
        (Place::AfterBody, true, "0123456789"),
    ] {
        let (_emulator, mut connection) = asked(known().cut(place, End::Close));
        let answer = String::from_utf8(connection.rest()).unwrap();
        assert!(answer.starts_with("HTTP/1.1 500 Internal"), "{answer}");
        match answer.split_once("\r\n\r\n") {
            Some((named, rest)) => {
                assert!(head && rest == body, "{answer}");
                assert!(named.contains("content-length: 10"), "{answer}");
            }
            None => assert!(!head),
        }
    }
}

#[test]
fn an_answer_that_is_cut_can_end_with_a_reset() {
    for place in [
        Place::InHead,
        Place::AfterHead,
        Place::InBody,
        Place::AfterBody,
    ] {
        let (_emulator, mut connection) = asked(known().cut(place, End::Reset));
        assert_eq!(connection.end().kind(), ErrorKind::ConnectionReset);
    }
}

#[test]
fn an_answer_that_is_cut_can_leave_the_connection_open() {
    let (emulator, mut connection) = asked(known().cut(Place::AfterBody, End::Hang));
    assert_eq!(connection.receive().body, b"0123456789");
    // What is sent now is neither read nor answered.
    connection.send(&Request::good().bytes());
    assert_eq!(exchange(&emulator, &Request::good()).status, 200);
    assert_eq!(emulator.requests().len(), 2);
    drop(connection);
    emulator.wait_for_open_connections(0, PATIENCE).unwrap();
}

#[test]
fn an_unread_request_is_not_recorded() {
    for answer in [Answer::close(), Answer::reset(), Answer::hang()] {
        let (emulator, mut connection) = asked(answer.clone().unread());
        match format!("{answer:?}") {
            text if text.contains("Reset") => {
                assert_eq!(connection.end().kind(), ErrorKind::ConnectionReset);
            }
            text if text.contains("Close") => assert_eq!(connection.rest(), b""),
            _ => {}
        }
        assert_eq!(exchange(&emulator, &Request::good()).status, 200);
        assert_eq!(emulator.requests().len(), 1);
    }
}

#[test]
fn a_connection_that_was_kept_can_die_under_the_next_request() {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::normal(), Answer::reset().unread()]);
    let mut connection = Connection::open(&emulator);
    connection.send(&Request::good().bytes());
    assert_eq!(connection.receive().status, 200);
    connection.send(&Request::good().bytes());
    assert_eq!(connection.end().kind(), ErrorKind::ConnectionReset);
    assert_eq!(emulator.requests().len(), 1);
}

#[test]
fn a_dripping_answer_is_the_same_answer() {
    let (_emulator, mut connection) = asked(known().drip(Duration::ZERO));
    let reply = connection.receive();
    assert_eq!(
        (reply.status, reply.body.as_slice()),
        (500, &b"0123456789"[..])
    );
    assert_eq!(connection.rest(), b"");
}

#[test]
fn an_endless_answer_ends_when_the_client_has_had_enough() {
    for (answer, begin) in [
        (
            Answer::normal().endless(),
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked",
        ),
        (
            Answer::normal()
                .header("content-length", "9999999999999")
                .endless(),
            "HTTP/1.1 200 OK\r\ncontent-length: 9999999999999",
        ),
    ] {
        let (emulator, mut connection) = asked(answer);
        let start = String::from_utf8(connection.take(4 << 20)).unwrap();
        let named = start.split_once("\r\n\r\n").unwrap().0;
        for line in begin.split("\r\n") {
            assert!(named.contains(line), "{named}");
        }
        drop(connection);
        emulator.wait_for_open_connections(0, PATIENCE).unwrap();
    }
}

#[test]
fn an_http_1_0_answer_is_as_long_as_the_connection_lasts() {
    let (_emulator, mut connection) = asked(known().http_1_0());
    let answer = String::from_utf8(connection.rest()).unwrap();
    assert!(answer.starts_with("HTTP/1.0 500 "), "{answer}");
    assert!(!answer.contains("content-length"), "{answer}");
    assert!(answer.ends_with("\r\n\r\n0123456789"), "{answer}");
}

#[test]
fn an_answer_may_have_ten_thousand_headers() {
    let many = (0..10_000).fold(Answer::normal(), |answer, number| {
        answer.header(&format!("x-{number}"), "v")
    });
    let (_emulator, mut connection) = asked(many);
    let reply = connection.receive();
    assert!(reply.headers.len() > 10_000);
}

#[test]
fn a_test_can_wait_for_requests_and_for_connections() {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::hang()]);
    let none = emulator.wait_for_requests(1, Duration::ZERO).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::TimedOut);
    assert_eq!(none.to_string(), "0 of 1 requests arrived");

    let mut connection = Connection::open(&emulator);
    connection.send(&Request::good().bytes());
    assert_eq!(emulator.wait_for_requests(1, PATIENCE).unwrap().len(), 1);
    let open = emulator.wait_for_open_connections(0, Duration::ZERO);
    assert_eq!(
        open.unwrap_err().to_string(),
        "expected 0 open connections, found 1"
    );
    drop(connection);
    emulator.wait_for_open_connections(0, PATIENCE).unwrap();
}
