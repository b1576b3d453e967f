use std::time::{Duration, Instant};

use apideck_vault_emulator::{Answer, Emulator};

use crate::client::{Reply, Request, arrived, exchange, send};

fn scripted(answer: Answer) -> Reply {
    let emulator = Emulator::start().unwrap();
    emulator.script([answer]);
    exchange(&emulator, &Request::good())
}

#[test]
fn a_script_is_used_up_in_order_and_then_answers_are_normal() {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(503), Answer::normal(), Answer::status(429)]);
    emulator.script([Answer::status(500)]);
    let statuses = [(); 6].map(|()| exchange(&emulator, &Request::good()).status);
    assert_eq!(statuses, [503, 200, 429, 500, 200, 200]);
}

#[test]
fn a_status_comes_with_the_apis_own_error_body() {
    for (status, error, type_name) in [
        (400, "Bad Request", "RequestValidationError"),
        (401, "Unauthorized", "UnauthorizedError"),
        (402, "Payment Required", "RequestLimitError"),
        (404, "Not Found", "EntityNotFoundError"),
        (422, "Unprocessable Entity", "InvalidStateError"),
        (429, "Too Many Requests", "ConnectorRateLimitError"),
        (500, "Internal Server Error", "InternalServerError"),
        (503, "Service Unavailable", "ServiceUnavailableError"),
        (302, "Found", "FoundError"),
        (418, "I'm a teapot", "ImateapotError"),
        (599, "Unknown Status", "UnknownStatusError"),
    ] {
        let reply = scripted(Answer::status(status));
        let body = reply.json();
        assert_eq!(reply.status, status);
        assert_eq!(body["status_code"], status);
        assert_eq!(body["error"], error);
        assert_eq!(body["type_name"], type_name);
        let is_documented = body["detail"] != format!("Answered with status {status}");
        assert_eq!(is_documented, ![302, 418, 599].contains(&status), "{body}");
        for field in ["message", "detail", "ref"] {
            assert!(
                body[field].as_str().is_some_and(|text| !text.is_empty()),
                "{body}"
            );
        }
        assert_eq!(
            reply.header("content-type"),
            Some("application/json; charset=utf-8")
        );
        assert!(reply.header("x-apideck-request-id").is_some());
        assert!(reply.header("date").is_some());
    }
}

#[test]
fn the_plan_limit_is_worded_as_in_the_api() {
    let body = scripted(Answer::status(402)).json();
    assert_eq!(body["message"], "Request Limit Reached");
    assert_eq!(body["detail"], "You have reached your limit of 2000");
}

#[test]
fn a_status_that_allows_no_body_has_none_and_keeps_the_connection_open() {
    for status in [204, 205, 304] {
        let emulator = Emulator::start().unwrap();
        emulator.script([Answer::status(status).body("no"), Answer::normal()]);
        let mut connection = send(&emulator, &Request::good());
        let reply = connection.receive();
        assert_eq!((reply.status, reply.body.len()), (status, 0));
        assert_eq!(reply.header("content-type"), None);
        connection.send(&Request::good().bytes());
        assert_eq!(connection.receive().status, 200);
    }
}

#[test]
fn another_2xx_is_the_normal_answer_with_that_status() {
    let reply = scripted(Answer::status(201));
    assert_eq!(reply.status, 201);
    assert_eq!(reply.json()["status"], "Created");
    assert_eq!(reply.json()["status_code"], 201);

    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(201)]);
    assert_eq!(
        exchange(&emulator, &Request::good().without("accept")).status,
        400
    );
}

#[test]
fn an_interim_status_is_followed_by_the_normal_answer() {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(103).header("link", "</style.css>; rel=preload")]);
    let mut connection = send(&emulator, &Request::good());

    let interim = connection.receive();
    assert_eq!(interim.status, 103);
    assert_eq!(
        interim.headers,
        [("link".into(), "</style.css>; rel=preload".into())]
    );
    let last = connection.receive();
    assert_eq!(
        (last.status, last.header("connection")),
        (200, Some("close"))
    );
    assert!(last.json()["data"]["session_token"].is_string());
    assert_eq!(connection.rest(), b"");
}

#[test]
fn headers_are_added_and_replace_existing_ones() {
    let reply = scripted(
        Answer::status(503)
            .header("Retry-After", "2")
            .header("x-apideck-request-id", "mine")
            .header("set-cookie", "a=1")
            .header("set-cookie", "b=2"),
    );
    assert_eq!(reply.all("retry-after"), ["2"]);
    assert_eq!(reply.all("x-apideck-request-id"), ["mine"]);
    assert_eq!(reply.all("set-cookie"), ["a=1", "b=2"]);
    assert_eq!(
        reply.all("content-type"),
        ["application/json; charset=utf-8"]
    );
}

#[test]
fn a_normal_answer_can_have_extra_headers_too() {
    let reply = scripted(Answer::normal().header("x-new", "yes"));
    assert_eq!((reply.status, reply.header("x-new")), (200, Some("yes")));
    assert!(reply.json()["data"]["session_token"].is_string());
}

#[test]
fn a_body_and_its_type_can_be_anything() {
    let html = "<h1>Bad Gateway</h1>";
    let reply = scripted(Answer::status(502).content_type("text/html").body(html));
    assert_eq!(
        (reply.status, reply.body.as_slice()),
        (502, html.as_bytes())
    );
    assert_eq!(reply.all("content-type"), ["text/html"]);

    let reply = scripted(Answer::normal().body(&b"\0\xff"[..]));
    assert_eq!((reply.status, reply.body.as_slice()), (200, &b"\0\xff"[..]));

    let reply = scripted(Answer::status(500).body(""));
    assert_eq!((reply.status, reply.body.as_slice()), (500, &b""[..]));
}

#[test]
fn a_wrong_content_length_is_sent_as_is() {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(200)
        .header("content-length", "9")
        .body("half")]);
    let mut connection = send(&emulator, &Request::good());
    let answer = String::from_utf8(connection.rest()).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert_eq!(answer.matches("content-length").count(), 1, "{answer}");
    assert!(answer.contains("content-length: 9\r\n"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nhalf"), "{answer}");
}

#[test]
fn a_mistake_in_a_script_is_described_in_the_answer() {
    for (answer, detail) in [
        (Answer::status(99), "99 is not an HTTP status"),
        (Answer::status(1000), "1000 is not an HTTP status"),
        (
            Answer::normal().header("a b", "c"),
            r#""a b" is not a valid header name"#,
        ),
        (
            Answer::normal().header("a", "b\r\nc"),
            r#""b\r\nc" is not a valid value for the header a"#,
        ),
    ] {
        let reply = scripted(answer);
        assert_eq!(reply.status, 500);
        assert_eq!(reply.json()["type_name"], "EmulatorScriptError");
        assert_eq!(reply.json()["detail"], detail);
    }
}

#[test]
fn a_delay_comes_before_the_answer_and_a_hang_blocks_no_other_request() {
    let emulator = Emulator::start().unwrap();
    let delay = Duration::from_millis(5);
    emulator.script([Answer::status(503).delay(delay), Answer::hang()]);
    let began = Instant::now();
    assert_eq!(exchange(&emulator, &Request::good()).status, 503);
    assert!(began.elapsed() >= delay);

    let _hanging = send(&emulator, &Request::good());
    arrived(&emulator, 2);
    assert_eq!(exchange(&emulator, &Request::good()).status, 200);
}
