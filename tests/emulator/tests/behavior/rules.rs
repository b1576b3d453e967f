use std::sync::atomic::{AtomicUsize, Ordering};

use apideck_vault_emulator::{Answer, Emulator};

use crate::client::{Request, exchange, send};

#[test]
fn a_rule_answers_based_on_the_request() {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(503)]);
    emulator.rule(|request| {
        (request.header("x-apideck-consumer-id") == Some("broke")).then(|| Answer::status(402))
    });
    emulator.rule(|request| request.json()?.get("theme").map(|_| Answer::status(418)));

    let broke = Request::good()
        .with("x-apideck-consumer-id", "broke")
        .body(r#"{"theme":{}}"#);
    assert_eq!(exchange(&emulator, &broke).status, 402);
    assert_eq!(
        exchange(&emulator, &Request::good().body(r#"{"theme":{}}"#)).status,
        418
    );
    // Those two took nothing from the script.
    assert_eq!(exchange(&emulator, &Request::good()).status, 503);
    assert_eq!(exchange(&emulator, &Request::good()).status, 200);
}

#[test]
fn a_rule_sees_every_request_and_can_count_them() {
    let emulator = Emulator::start().unwrap();
    let count = AtomicUsize::new(0);
    emulator
        .rule(move |_| (count.fetch_add(1, Ordering::Relaxed) < 2).then(|| Answer::status(500)));
    let statuses = [(); 4].map(|()| exchange(&emulator, &Request::good()).status);
    assert_eq!(statuses, [500, 500, 200, 200]);
}

#[test]
fn a_rule_that_panics_ends_only_its_own_connection() {
    let emulator = Emulator::start().unwrap();
    emulator.rule(|request| {
        assert!(
            request.header("x-panic").is_none(),
            "the test wants this panic"
        );
        None
    });
    let mut connection = send(&emulator, &Request::good().and("x-panic", "please"));
    assert_eq!(connection.rest(), b"");
    assert_eq!(exchange(&emulator, &Request::good()).status, 200);
}
