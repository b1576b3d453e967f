use apideck_vault_emulator::Emulator;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::client::{Reply, Request, exchange};

/// The contract's example, in the contract's order and without whitespace.
const EXAMPLE: &str = concat!(
    r##"{"consumer_metadata":{"account_name":"SpaceX","user_name":"Elon Musk","##,
    r##""email":"elon@musk.com","image":"https://www.spacex.com/static/images/share.jpg"},"##,
    r##""redirect_uri":"https://mysaas.com/dashboard","##,
    r##""settings":{"unified_apis":["crm"],"session_length":"30m"},"##,
    r##""theme":{"favicon":"https://res.cloudinary.com/apideck/icons/intercom","##,
    r##""logo":"https://res.cloudinary.com/apideck/icons/intercom","primary_color":"#286efa","##,
    r##""sidepanel_background_color":"#286efa","sidepanel_text_color":"#FFFFFF","##,
    r##""vault_name":"Intercom","privacy_url":"https://compliance.apideck.com/privacy-policy","##,
    r##""terms_url":"https://www.termsfeed.com/terms-conditions/957c85c1b089ae9e3219c83eff65377e"},"##,
    r##""custom_consumer_settings":{"feature_flag_1":true,"##,
    r##""tax_rates":[{"id":"6","label":"6%"},{"id":"21","label":"21%"}]}}"##,
);

fn mint(emulator: &Emulator, body: impl ToString) -> Value {
    let reply = exchange(emulator, &Request::good().body(body.to_string()));
    assert_eq!(
        reply.status,
        200,
        "{}",
        String::from_utf8_lossy(&reply.body)
    );
    claims(emulator, &reply)
}

fn claims(emulator: &Emulator, reply: &Reply) -> Value {
    let body = reply.json();
    let token = body["data"]["session_token"].as_str().unwrap();
    emulator.verify(token).unwrap()
}

#[test]
fn the_contracts_example_gets_the_contracts_envelope() {
    assert_eq!(EXAMPLE.len(), 777);
    let emulator = Emulator::start().unwrap();
    let reply = exchange(&emulator, &Request::good().body(EXAMPLE));

    assert_eq!(reply.status, 200);
    assert_eq!(
        reply.header("content-type"),
        Some("application/json; charset=utf-8")
    );
    assert!(
        reply
            .header("x-apideck-request-id")
            .is_some_and(|id| id.len() == 36)
    );
    assert!(
        reply
            .header("date")
            .is_some_and(|date| date.ends_with(" GMT"))
    );
    let body = reply.json();
    let token = body["data"]["session_token"].as_str().unwrap();
    assert_eq!(
        body,
        json!({
            "status_code": 200,
            "status": "OK",
            "data": {
                "session_uri": format!("https://vault.apideck.com/session/{token}"),
                "session_token": token,
            },
            "_raw": null,
        })
    );
    assert!(
        reply
            .body
            .starts_with(br#"{"status_code":200,"status":"OK","data":{"session_uri":"#)
    );
    assert!(reply.body.ends_with(br#"},"_raw":null}"#));
}

#[test]
fn the_token_is_signed_with_hs256_and_holds_what_was_sent() {
    let emulator = Emulator::start().unwrap();
    let reply = exchange(&emulator, &Request::good().body(EXAMPLE));
    let body = reply.json();
    let token = body["data"]["session_token"].as_str().unwrap();

    let header = URL_SAFE_NO_PAD
        .decode(token.split('.').next().unwrap())
        .unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    assert_eq!(header, json!({"alg": "HS256", "typ": "JWT"}));

    let claims = emulator.verify(token).unwrap();
    let sent: Value = serde_json::from_str(EXAMPLE).unwrap();
    for (name, value) in sent.as_object().unwrap() {
        assert_eq!(&claims[name], value);
    }
    assert_eq!(claims["application_id"], Emulator::APP_ID);
    assert_eq!(claims["consumer_id"], Emulator::CONSUMER_ID);
    assert_eq!(lifetime(&claims), 30 * 60);
    assert_eq!(claims.as_object().unwrap().len(), 10, "{claims}");
}

#[test]
fn a_changed_token_is_not_recognized() {
    let emulator = Emulator::start().unwrap();
    let body = exchange(&emulator, &Request::good()).json();
    let token = body["data"]["session_token"].as_str().unwrap();
    let parts: Vec<_> = token.split('.').collect();
    let claims = URL_SAFE_NO_PAD.encode(r#"{"exp":4102444800}"#);
    assert!(emulator.verify(token).is_some());
    assert_eq!(
        emulator.verify(&[parts[0], &claims, parts[2]].join(".")),
        None
    );
    assert_eq!(Emulator::start().unwrap().verify(token), None);
}

#[test]
fn an_empty_session_lasts_one_hour_and_adds_no_claims() {
    let emulator = Emulator::start().unwrap();
    for body in ["", "{}", r#"{"settings":{}}"#] {
        let claims = mint(&emulator, body);
        assert_eq!(lifetime(&claims), 3600);
        assert_eq!(claims.get("theme"), None);
        assert_eq!(claims.get("settings").is_some(), body.contains("settings"));
    }
}

#[test]
fn a_request_without_a_body_needs_no_content_type() {
    let emulator = Emulator::start().unwrap();
    assert_eq!(
        exchange(&emulator, &Request::good().without("content-type")).status,
        200
    );
}

#[test]
fn repeating_a_request_mints_a_new_token() {
    let emulator = Emulator::start().unwrap();
    let [first, second] = [0, 1].map(|_| exchange(&emulator, &Request::good()));
    assert_ne!(
        first.json()["data"]["session_token"],
        second.json()["data"]["session_token"]
    );
    assert_ne!(
        first.header("x-apideck-request-id"),
        second.header("x-apideck-request-id")
    );
}

#[test]
fn every_unit_of_session_length_works_up_to_one_week() {
    let emulator = Emulator::start().unwrap();
    let lengths = [
        ("1s", 1),
        ("90m", 5400),
        ("1h", 3600),
        ("7d", 604_800),
        ("1w", 604_800),
        ("007s", 7),
    ];
    for (length, seconds) in lengths {
        let claims = mint(&emulator, json!({"settings": {"session_length": length}}));
        assert_eq!(lifetime(&claims), seconds, "{length}");
    }
}

#[test]
fn all_settings_are_accepted_and_an_empty_list_stays_empty() {
    let emulator = Emulator::start().unwrap();
    let settings = json!({
        "unified_apis": [], "hide_resource_settings": true, "sandbox_mode": true,
        "isolation_mode": true, "session_length": "1d", "show_logs": false,
        "show_suggestions": true, "show_sidebar": false, "auto_redirect": true,
        "hide_guides": true, "allow_actions": [],
    });
    assert_eq!(
        mint(&emulator, json!({"settings": settings}))["settings"],
        settings
    );
}

#[test]
fn an_unknown_unified_api_is_accepted() {
    let emulator = Emulator::start().unwrap();
    mint(
        &emulator,
        json!({"settings": {"unified_apis": ["crm", "teleportation"]}}),
    );
}

#[test]
fn objects_that_the_schema_leaves_open_may_hold_anything() {
    let emulator = Emulator::start().unwrap();
    let session = json!({
        "consumer_metadata": {"plan": 3},
        "theme": {"corners": {"radius": 4}},
        "custom_consumer_settings": {"deep": [[null, {"er": 1.5}]]},
    });
    let claims = mint(&emulator, &session);
    for (name, value) in session.as_object().unwrap() {
        assert_eq!(&claims[name], value);
    }
}

#[test]
fn a_custom_setting_named_like_a_claim_does_not_replace_it() {
    let emulator = Emulator::start().unwrap();
    let claims = mint(&emulator, json!({"custom_consumer_settings": {"exp": 1}}));
    assert_eq!(lifetime(&claims), 3600);
}

#[test]
fn any_consumer_is_accepted() {
    let emulator = Emulator::start().unwrap();
    for consumer in ["x", "test consumer", "josé"] {
        let reply = exchange(
            &emulator,
            &Request::good().with("x-apideck-consumer-id", consumer),
        );
        assert_eq!(claims(&emulator, &reply)["consumer_id"], consumer);
    }
}

#[test]
fn headers_may_be_written_any_way_http_allows() {
    let emulator = Emulator::start().unwrap();
    for (name, value) in [
        ("content-type", "application/json; charset=utf-8"),
        ("content-type", "APPLICATION/JSON"),
        ("content-type", "Application/Json ;charset=UTF-8"),
        ("accept", "*/*"),
        ("accept", "text/html;q=0.5, Application/JSON;q=0.9"),
        ("accept", "application/*"),
        ("authorization", &format!("bearer {}", Emulator::API_KEY)),
        ("authorization", &format!("BEARER  {}", Emulator::API_KEY)),
    ] {
        let reply = exchange(&emulator, &Request::good().with(name, value).body("{}"));
        assert_eq!(reply.status, 200, "{name}: {value}");
    }
}

#[test]
fn a_query_string_is_ignored() {
    let emulator = Emulator::start().unwrap();
    let request = Request::good().start("POST /vault/sessions?a=b HTTP/1.1");
    assert_eq!(exchange(&emulator, &request).status, 200);
    assert_eq!(
        emulator.requests()[0].path_and_query(),
        "/vault/sessions?a=b"
    );
}

fn lifetime(claims: &Value) -> u64 {
    claims["exp"]
        .as_u64()
        .unwrap()
        .checked_sub(claims["iat"].as_u64().unwrap())
        .unwrap()
}
