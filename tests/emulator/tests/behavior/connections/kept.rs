//! What is kept of connections, and how much.

use apideck_vault_emulator::Emulator;
use serde_json::json;

use super::Browser;
use crate::client::{Connection, Request};

#[test]
fn a_session_that_asks_for_no_api_sees_all() {
    let shown = |settings| Browser::with(settings).get("").as_array().unwrap().len();
    assert_eq!(shown(json!({"unified_apis": []})), shown(json!({})));
}

#[test]
fn a_change_without_enabled_adds_an_enabled_connection() {
    let browser = Browser::open();
    let added = browser.patch("/crm/cobalt-crm", &json!({"metadata": {"a": 1}}));
    assert_eq!(
        (&added["enabled"], &added["state"]),
        (&json!(true), &json!("added"))
    );
    assert!(
        added["created_at"].as_u64().is_some_and(|at| at > 0),
        "{added}"
    );
    assert_eq!(added["metadata"], json!({"a": 1}));
}

#[test]
fn null_takes_back_what_was_set() {
    let browser = Browser::open();
    let path = "/crm/acme-crm";
    let set = json!({"settings": {"api_key": "k"}, "metadata": {"a": 1}});
    assert_eq!(browser.patch(path, &set)["state"], "callable");
    let unset = browser.patch(path, &json!({"settings": null, "metadata": null}));
    assert_eq!(
        (&unset["settings"], &unset["metadata"]),
        (&json!({}), &json!(null))
    );
    assert_eq!(unset["state"], "added");
}

#[test]
fn client_credentials_that_are_taken_back_leave_the_connection_authorized() {
    let browser = Browser::open();
    let path = "/crm/dandelion-crm";
    let needed = browser.get(path)["settings_required_for_authorization"].take();
    assert_eq!(needed, json!(["client_id", "client_secret"]));
    let settings = json!({"client_id": "a", "client_secret": "b"});
    browser.patch(path, &json!({"settings": settings}));
    browser.send("POST", "/crm/dandelion-crm/token", "");
    let unset = browser.patch(path, &json!({"settings": null}));
    assert_eq!(unset["state"], "authorized");
}

#[test]
fn a_connector_introduces_itself() {
    let browser = Browser::open();
    let cobalt = browser.get("/crm/cobalt-crm");
    assert_eq!(cobalt["website"], "https://cobalt.example");
    assert_eq!(
        cobalt["tag_line"],
        "Connects with a user name and a password."
    );
    assert_eq!(cobalt["form_fields"][0]["suffix"], ".cobalt.example");
    assert_eq!(
        browser.get("/crm/acme-crm")["settings_required_for_authorization"],
        json!([])
    );
}

#[test]
fn a_thousand_connections_are_kept_and_no_more() {
    let emulator = Emulator::builder().kept_requests(1).start().unwrap();
    let mut connection = Connection::open(&emulator);
    let mut patch = |consumer: usize, length: usize| {
        let settings = json!({"settings": {"username": "x".repeat(length)}});
        let request = Request::good()
            .start("PATCH /vault/connections/crm/cobalt-crm HTTP/1.1")
            .with("x-apideck-consumer-id", format!("c{consumer}"))
            .body(settings.to_string());
        connection.send(&request.bytes());
        connection.receive()
    };
    for consumer in 0..1_000 {
        assert_eq!(patch(consumer, 1).status, 200);
    }
    let refused = patch(1_000, 1);
    assert_eq!(refused.status, 422);
    let detail = "The emulator keeps at most 1000 connections";
    assert_eq!(refused.json()["detail"], detail);
    // One that is there can still be changed.
    assert_eq!(patch(7, 60_000).status, 200);
}
