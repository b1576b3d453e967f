use std::sync::{Mutex, mpsc};

use apideck_vault_emulator::{Answer, Emulator};
use http::{Method, Version};

use crate::client::{Connection, Request, arrived, exchange, send};

#[test]
fn a_request_is_kept_as_it_arrived() {
    let emulator = Emulator::start().unwrap();
    let request = Request::good()
        .start("PUT /any/path?a=%20b HTTP/1.0")
        .and("x-twice", "1")
        .and("x-twice", "2")
        .body("not json");
    exchange(&emulator, &request);

    let recorded = emulator.requests().pop().unwrap();
    assert_eq!(recorded.method, Method::PUT);
    assert_eq!(recorded.path_and_query(), "/any/path?a=%20b");
    assert_eq!(recorded.version, Version::HTTP_10);
    assert_eq!(
        recorded
            .headers
            .get_all("x-twice")
            .iter()
            .collect::<Vec<_>>(),
        ["1", "2"]
    );
    assert_eq!(
        recorded.header("authorization"),
        Some("Bearer emulator-api-key")
    );
    assert_eq!(recorded.header("x-none"), None);
    assert_eq!(recorded.body, "not json");
    assert_eq!(recorded.json(), None);
    assert_eq!(recorded.headers.len(), 10);
}

#[test]
fn a_chunked_body_is_kept_whole() {
    let emulator = Emulator::start().unwrap();
    let head = Request::good().and("transfer-encoding", "chunked").bytes();
    let head = String::from_utf8(head)
        .unwrap()
        .replace("content-length: 0\r\n", "");
    let mut connection = Connection::open(&emulator);
    connection.send(head.as_bytes());
    for chunk in ["1\r\n{\r\n", "1\r\n}\r\n", "0\r\n\r\n"] {
        connection.send(chunk.as_bytes());
    }
    assert_eq!(connection.receive().status, 200);
    assert_eq!(emulator.requests()[0].body, "{}");
}

#[test]
fn requests_are_recorded_in_order_and_before_they_are_answered() {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::hang()]);
    let _hanging = send(
        &emulator,
        &Request::good().with("x-apideck-consumer-id", "first"),
    );
    arrived(&emulator, 1);
    exchange(
        &emulator,
        &Request::good().with("x-apideck-consumer-id", "second"),
    );
    let requests = emulator.requests();
    let consumers = requests
        .iter()
        .map(|request| request.header("x-apideck-consumer-id"));
    assert_eq!(
        consumers.collect::<Vec<_>>(),
        [Some("first"), Some("second")]
    );
}

#[test]
fn a_request_that_is_cut_off_is_not_kept() {
    let emulator = Emulator::start().unwrap();
    let whole = Request::good().body("{}").bytes();
    let mut connection = Connection::open(&emulator);
    connection.send(whole.strip_suffix(b"}").unwrap());
    drop(connection);
    exchange(&emulator, &Request::good());
    assert_eq!(emulator.requests().len(), 1);
}

#[test]
fn a_request_counts_even_if_its_client_is_gone_before_it_is_read() {
    let emulator = Emulator::start().unwrap();
    let (release, released) = mpsc::channel::<()>();
    let released = Mutex::new(released);
    emulator.rule(move |request| {
        request.header("x-block")?;
        released.lock().unwrap().recv().ok()?;
        None
    });
    let leaving = ["", "{}"].map(|body| {
        let mut connection = send(&emulator, &Request::good());
        connection.receive();
        (connection, body)
    });
    // While the rule holds the emulator's thread, each request and the end of its connection both
    // arrive, so the emulator sees them together.
    let mut blocking = send(&emulator, &Request::good().and("x-block", "yes"));
    arrived(&emulator, 3);
    for (mut connection, body) in leaving {
        connection.send(&Request::good().body(body).bytes());
    }
    release.send(()).unwrap();
    arrived(&emulator, 5);
    assert_eq!(blocking.receive().status, 200);
}

#[test]
fn connection_ids_show_which_requests_shared_a_connection() {
    let emulator = Emulator::start().unwrap();
    let mut reused = Connection::open(&emulator);
    for _ in 0..2 {
        reused.send(&Request::good().bytes());
        assert_eq!(reused.receive().status, 200);
    }
    exchange(&emulator, &Request::good());
    let requests = emulator.requests();
    assert_eq!(requests[0].connection, requests[1].connection);
    assert_ne!(requests[1].connection, requests[2].connection);
}

#[test]
fn two_pipelined_requests_are_answered_in_order() {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(500), Answer::status(503)]);
    let mut connection = Connection::open(&emulator);
    connection.send(&[Request::good().bytes(), Request::good().bytes()].concat());
    assert_eq!(
        [connection.receive().status, connection.receive().status],
        [500, 503]
    );
}

#[test]
fn debug_output_shows_the_request_but_not_its_credentials() {
    let emulator = Emulator::start().unwrap();
    exchange(&emulator, &Request::good().and("cookie", "also-a-secret"));
    for debug in [
        format!("{:?}", emulator.requests()),
        format!("{:#?}", emulator.requests()),
    ] {
        assert!(debug.contains("behavior/1.0"), "{debug}");
        assert!(debug.contains("Sensitive"), "{debug}");
        assert!(!debug.contains(Emulator::API_KEY), "{debug}");
        assert!(!debug.contains("also-a-secret"), "{debug}");
    }
}
