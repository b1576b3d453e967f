//! What the Vault's own front end sees of the emulator.

mod kept;
mod oauth;

use apideck_vault_emulator::{Answer, Emulator};
use serde_json::{Value, json};

use crate::client::{Reply, Request, exchange};

const ORIGIN: &str = "http://127.0.0.1:3000";

/// A session's token, for this consumer and with these fields.
pub(crate) fn session(emulator: &Emulator, consumer: &str, session: &Value) -> String {
    let request = Request::good()
        .with("x-apideck-consumer-id", consumer)
        .body(session.to_string());
    let token = exchange(emulator, &request).json()["data"]["session_token"].clone();
    token.as_str().unwrap().to_owned()
}

/// A call as the front end makes it: `GET /vault/connections`, with what follows in the path.
fn call(method: &str, path: &str, consumer: &str, token: &str) -> Request {
    Request::good()
        .start(&format!("{method} /vault/connections{path} HTTP/1.1"))
        .with("authorization", format!("Bearer {token}"))
        .with("x-apideck-consumer-id", consumer)
        .and("x-apideck-auth-type", "JWT")
        .and("origin", ORIGIN)
}

struct Browser {
    emulator: Emulator,
    token: String,
}

impl Browser {
    fn with(settings: Value) -> Self {
        let emulator = Emulator::start().unwrap();
        let token = session(&emulator, "test-consumer", &json!({"settings": settings}));
        Self { emulator, token }
    }

    fn open() -> Self {
        Self::with(json!({"unified_apis": ["crm"]}))
    }

    fn send(&self, method: &str, path: &str, body: &str) -> Reply {
        let call = call(method, path, "test-consumer", &self.token);
        exchange(&self.emulator, &call.body(body))
    }

    fn patch(&self, path: &str, body: &Value) -> Value {
        let reply = self.send("PATCH", path, &body.to_string());
        assert_eq!(reply.status, 200, "{}", reply.json());
        reply.json()["data"].take()
    }

    fn get(&self, path: &str) -> Value {
        let reply = self.send("GET", path, "");
        assert_eq!(reply.status, 200, "{}", reply.json());
        reply.json()["data"].take()
    }
}

#[test]
fn a_session_sees_the_connections_of_the_unified_apis_that_it_asks_for() {
    let browser = Browser::with(json!({"unified_apis": ["crm", "hris"]}));
    let apis = |path| -> Vec<_> {
        let all = browser.get(path);
        let all = all.as_array().unwrap().iter();
        let mut apis: Vec<_> = all.map(|one| one["unified_api"].clone()).collect();
        apis.dedup();
        apis
    };
    assert_eq!(apis(""), ["crm", "hris"]);
    assert_eq!(apis("?api=hris"), ["hris"]);
    assert_eq!(apis("?api=ats"), [""; 0]);
    assert_eq!(browser.send("GET", "/ats/acme-ats", "").status, 404);
    let every = Browser::with(json!({})).get("");
    assert!(every.as_array().unwrap().len() > 28);
}

#[test]
fn a_picture_of_a_connector_needs_no_network() {
    for connection in Browser::open().get("").as_array().unwrap() {
        let icon = connection["icon"].as_str().unwrap();
        assert!(icon.starts_with("data:image/svg+xml;base64,"), "{icon}");
    }
}

#[test]
fn a_connection_is_added_set_up_disabled_and_deleted() {
    let browser = Browser::open();
    let path = "/crm/acme-crm";
    assert_eq!(browser.get(path)["state"], "available");

    let added = browser.patch(path, &json!({"enabled": true}));
    assert_eq!(
        (&added["state"], &added["enabled"]),
        (&json!("added"), &json!(true))
    );

    let refused = browser.patch(path, &json!({"settings": {"api_key": "invalid"}}));
    assert_eq!(refused["state"], "invalid");
    let set = browser.patch(path, &json!({"settings": {"api_key": "k", "region": "eu"}}));
    assert_eq!(set["state"], "callable");
    assert_eq!(set["form_fields"][1]["value"], "eu");

    let disabled = browser.patch(path, &json!({"enabled": false}));
    assert_eq!(
        (&disabled["enabled"], &disabled["state"]),
        (&json!(false), &json!("callable"))
    );
    assert_eq!(browser.get(path)["settings"]["api_key"], "k");

    let deleted = browser.send("DELETE", path, "");
    assert_eq!((deleted.status, deleted.body.len()), (204, 0));
    assert_eq!(browser.get(path)["state"], "available");
    assert_eq!(browser.get(path)["settings"], json!({}));
}

#[test]
fn a_resource_keeps_its_settings() {
    let browser = Browser::open();
    let path = "/crm/acme-crm/leads/config";
    assert_eq!(browser.get(path)["configuration"][0]["id"], "status");
    let status = json!({"id": "status", "value": "open"});
    let body = json!({"configuration": [{"resource": "leads", "defaults": [status]}]});
    browser.patch(path, &body);
    assert_eq!(browser.get(path)["configuration"][0]["value"], "open");
    assert_eq!(
        browser
            .send("GET", "/crm/acme-crm/orders/config", "")
            .status,
        404
    );
}

#[test]
fn client_credentials_are_exchanged_once_they_are_set() {
    let browser = Browser::open();
    let path = "/crm/dandelion-crm";
    let settings = json!({"client_id": "a", "client_secret": "b"});
    assert_eq!(
        browser.patch(path, &json!({"settings": settings}))["state"],
        "added"
    );
    let reply = browser.send("POST", "/crm/dandelion-crm/token", "");
    assert_eq!(reply.json()["data"]["state"], "callable");
    assert_eq!(browser.send("POST", "/crm/acme-crm/token", "").status, 422);
}

#[test]
fn one_consumer_never_sees_the_connections_of_another() {
    let browser = Browser::open();
    browser.patch("/crm/acme-crm", &json!({"enabled": true}));
    let other = session(&browser.emulator, "other", &json!({}));
    let get = |consumer, token| {
        let call = call("GET", "/crm/acme-crm", consumer, token);
        exchange(&browser.emulator, &call)
    };
    assert_eq!(get("other", &other).json()["data"]["state"], "available");
    let stolen = get("test-consumer", &other);
    assert_eq!(stolen.status, 401);
    assert_eq!(stolen.json()["detail"], "The session is another consumer's");
}

#[test]
fn a_call_without_a_valid_session_is_unauthorized() {
    let browser = Browser::open();
    let good = || call("GET", "", "test-consumer", &browser.token);
    assert_eq!(exchange(&browser.emulator, &good()).status, 200);
    let foreign = session(&Emulator::start().unwrap(), "test-consumer", &json!({}));
    for (refused, status) in [
        (good().without("authorization"), 401),
        (
            good().with("authorization", format!("Bearer {foreign}")),
            401,
        ),
        (
            good().with("authorization", format!("Bearer {}", Emulator::API_KEY)),
            401,
        ),
        (good().with("x-apideck-app-id", "another"), 401),
        (good().with("x-apideck-auth-type", "API_KEY"), 401),
        (good().without("x-apideck-auth-type"), 401),
    ] {
        let reply = exchange(&browser.emulator, &refused);
        assert_eq!(reply.status, status, "{}", reply.json());
        assert_eq!(reply.header("access-control-allow-origin"), Some("*"));
    }
}

#[test]
fn a_backend_sees_all_connections_with_its_key_and_those_that_are_configured() {
    let browser = Browser::open();
    browser.patch("/crm/acme-crm", &json!({"enabled": true}));
    let get = |query: &str| {
        let start = format!("GET /vault/connections{query} HTTP/1.1");
        let reply = exchange(&browser.emulator, &Request::good().start(&start));
        assert_eq!(reply.status, 200, "{}", reply.json());
        reply.json()["data"].as_array().unwrap().clone()
    };
    assert!(get("").len() > get("?api=crm").len());
    assert_eq!(get("?api=crm&configured=false").len(), 4);
    let configured = get("?configured=true");
    assert_eq!(configured.len(), 1, "{configured:?}");
    assert_eq!(configured[0]["service_id"], "acme-crm");
}

#[test]
fn a_session_that_has_ended_is_unauthorized() {
    let browser = Browser::with(json!({"session_length": "1s"}));
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let reply = browser.send("GET", "", "");
    assert_eq!(reply.status, 401);
    assert_eq!(reply.json()["detail"], "The session token has expired");
}

#[test]
fn a_browser_may_call_from_any_page_but_never_create_a_session() {
    let emulator = Emulator::start().unwrap();
    emulator.script([Answer::status(503)]);
    let question = |path: &str| {
        Request::good()
            .start(&format!("OPTIONS {path} HTTP/1.1"))
            .without("authorization")
            .and("origin", ORIGIN)
            .and("access-control-request-method", "PATCH")
            .and("access-control-request-headers", "authorization")
    };
    let preflight = |path: &str| exchange(&emulator, &question(path));
    let allowed = preflight("/vault/connections/crm/acme-crm");
    assert_eq!(allowed.status, 204);
    assert_eq!(allowed.header("access-control-allow-origin"), Some("*"));
    let methods = allowed.header("access-control-allow-methods");
    assert_eq!(methods, Some("GET, PATCH, DELETE"));
    let headers = allowed.header("access-control-allow-headers").unwrap();
    assert!(headers.contains("authorization"), "{headers}");

    // The script was for the call, not for the browser's own question, and the page may read it.
    let token = "none";
    let scripted = exchange(&emulator, &call("GET", "", "test-consumer", token));
    assert_eq!(scripted.status, 503);
    assert_eq!(scripted.header("access-control-allow-origin"), Some("*"));

    for missing in ["origin", "access-control-request-method"] {
        emulator.script([Answer::status(503)]);
        let other = question("/vault/connections").without(missing);
        assert_eq!(exchange(&emulator, &other).status, 503);
    }

    let sessions = preflight("/vault/sessions");
    assert_eq!(sessions.status, 405);
    assert_eq!(sessions.header("access-control-allow-origin"), None);
}

#[test]
fn a_bad_change_is_refused_and_changes_nothing() {
    let browser = Browser::open();
    let path = "/crm/cobalt-crm";
    let too_much = json!({"settings": {"username": "x".repeat(70_000)}}).to_string();
    for (body, status) in [
        ("", 400),
        ("[]", 400),
        (r#"{"enabled": "yes"}"#, 400),
        (r#"{"settings": 1}"#, 400),
        (r#"{"metadata": "text"}"#, 400),
        (r#"{"configuration": [{}]}"#, 400),
        (too_much.as_str(), 422),
    ] {
        assert_eq!(
            browser.send("PATCH", path, body).status,
            status,
            "{body:.40}"
        );
    }
    assert_eq!(browser.get(path)["state"], "available");
}

#[test]
fn what_is_not_there_is_a_404_and_a_wrong_method_a_405_in_the_api_s_shape() {
    let browser = Browser::open();
    for (method, path, status) in [
        ("GET", "/crm/nobody-crm", 404),
        ("GET", "/crm/acme-crm/leads/schema", 404),
        ("GET", "/crm/acme-crm/", 404),
        ("POST", "/crm/acme-crm", 405),
        ("DELETE", "", 405),
    ] {
        let reply = browser.send(method, path, "");
        let body = reply.json();
        assert_eq!(reply.status, status, "{method} {path}: {body}");
        assert_eq!(body["status_code"], status, "{body}");
        assert!(body["type_name"].is_string(), "{body}");
    }
}
