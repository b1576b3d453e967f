use std::io::ErrorKind;
use std::time::Duration;

use apideck_vault_emulator::{Answer, Emulator, End, Place};

use crate::client::{Connection, PATIENCE, Request, exchange, send};

/// Sends a request to an emulator whose script is this answer.
fn answered_by(answer: Answer) -> (Emulator, Connection) {
    let emulator = Emulator::start().unwrap();
    emulator.script([answer]);
    let connection = send(&emulator, &Request::good());
    (emulator, connection)
}

/// An answer with a known body.
fn known() -> Answer {
    Answer::status(500).body("0123456789")
}

#[test]
fn close_reads_the_request_and_sends_nothing() {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::close()]);
    let mut connection = send(&emulator, &Request::good().body("{}"));
    assert_eq!(connection.rest(), b"");
    assert_eq!(emulator.requests().len(), 1);
    assert_eq!(exchange(&emulator, &Request::good()).status, 200);
}

#[test]
fn close_on_a_reused_connection_sends_nothing_either() {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::normal(), Answer::close()]);
    let mut connection = send(&emulator, &Request::good());
    assert_eq!(connection.receive().status, 200);
    connection.send(&Request::good().bytes());
    assert_eq!(connection.rest(), b"");
}

#[test]
fn raw_bytes_arrive_as_they_are_with_nothing_after_them() {
    for bytes in [
        &b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"[..],
        b"SSH-2.0-OpenSSH_9.9\r\n",
        b"\0\xff\r\n",
        b"",
    ] {
        let (emulator, mut connection) = answered_by(Answer::raw(bytes));
        assert_eq!(connection.rest(), bytes);
        assert_eq!(emulator.requests().len(), 1);
    }
}

#[test]
fn a_raw_answer_may_be_larger_than_any_buffer() {
    let bytes = vec![b'x'; 8 << 20];
    let (_emulator, mut connection) = answered_by(Answer::raw(bytes.clone()));
    assert!(connection.rest() == bytes);
}

#[test]
fn a_reset_is_not_a_clean_close() {
    let (emulator, mut connection) = answered_by(Answer::reset());
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
        let (_emulator, mut connection) = answered_by(known().cut(place, End::Close));
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
fn a_cut_answer_can_end_with_a_reset() {
    for place in [
        Place::InHead,
        Place::AfterHead,
        Place::InBody,
        Place::AfterBody,
    ] {
        let (_emulator, mut connection) = answered_by(known().cut(place, End::Reset));
        assert_eq!(connection.end().kind(), ErrorKind::ConnectionReset);
    }
}

#[test]
fn a_cut_answer_can_leave_the_connection_open() {
    let (emulator, mut connection) = answered_by(known().cut(Place::AfterBody, End::Hang));
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
        let (emulator, mut connection) = answered_by(answer.clone().unread());
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
fn a_connection_that_ends_without_a_request_uses_up_no_answer() {
    let emulator = Emulator::start().unwrap();
    let mut idle = send(&emulator, &Request::good());
    assert_eq!(idle.receive().status, 200);
    emulator.script([Answer::close().unread()]);
    drop(idle);
    emulator.wait_for_open_connections(0, PATIENCE).unwrap();
    assert_eq!(send(&emulator, &Request::good()).rest(), b"");
    assert_eq!(emulator.requests().len(), 1);
}

#[test]
fn a_kept_connection_can_die_under_the_next_request() {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::normal(), Answer::reset().unread()]);
    let mut connection = send(&emulator, &Request::good());
    assert_eq!(connection.receive().status, 200);
    connection.send(&Request::good().bytes());
    assert_eq!(connection.end().kind(), ErrorKind::ConnectionReset);
    assert_eq!(emulator.requests().len(), 1);
}

#[test]
fn a_dripped_answer_is_otherwise_the_same() {
    let (_emulator, mut connection) = answered_by(known().drip(Duration::ZERO));
    let reply = connection.receive();
    assert_eq!(
        (reply.status, reply.body.as_slice()),
        (500, &b"0123456789"[..])
    );
    assert_eq!(connection.rest(), b"");
}

#[test]
fn an_endless_answer_ends_when_the_client_leaves() {
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
        let (emulator, mut connection) = answered_by(answer);
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
fn an_http_1_0_answer_ends_with_the_connection() {
    let (_emulator, mut connection) = answered_by(known().http_1_0());
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
    let (_emulator, mut connection) = answered_by(many);
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

    let connection = send(&emulator, &Request::good());
    assert_eq!(emulator.wait_for_requests(1, PATIENCE).unwrap().len(), 1);
    let open = emulator.wait_for_open_connections(0, Duration::ZERO);
    assert_eq!(
        open.unwrap_err().to_string(),
        "expected 0 open connections, found 1"
    );
    drop(connection);
    emulator.wait_for_open_connections(0, PATIENCE).unwrap();
}
