//! What is sent: the method, the URL, all headers and the body.

use apideck_vault_core::http::{HeaderMap, Request, header};
use apideck_vault_core::{
    AllowAction, Bytes, ConsumerMetadata, CreateSession, Operation, Session, SessionLength,
    SessionSettings, Theme, UnifiedApiId, Vault,
};
use serde_json::{Value, json};

const APP_ID: &str = "dSBdXd2H6Mqwfg0atXHXYcysLJE9qyn1VwBtXHX";

/// The contract's example, byte for byte.
const EXAMPLE_BODY: &str = r##"{"consumer_metadata":{"account_name":"SpaceX","user_name":"Elon Musk","email":"elon@musk.com","image":"https://www.spacex.com/static/images/share.jpg"},"redirect_uri":"https://mysaas.com/dashboard","settings":{"unified_apis":["crm"],"session_length":"30m"},"theme":{"favicon":"https://res.cloudinary.com/apideck/icons/intercom","logo":"https://res.cloudinary.com/apideck/icons/intercom","primary_color":"#286efa","sidepanel_background_color":"#286efa","sidepanel_text_color":"#FFFFFF","vault_name":"Intercom","privacy_url":"https://compliance.apideck.com/privacy-policy","terms_url":"https://www.termsfeed.com/terms-conditions/957c85c1b089ae9e3219c83eff65377e"},"custom_consumer_settings":{"feature_flag_1":true,"tax_rates":[{"id":"6","label":"6%"},{"id":"21","label":"21%"}]}}"##;

fn example_session() -> Session {
    Session::new()
        .consumer_metadata(
            ConsumerMetadata::new()
                .account_name("SpaceX")
                .user_name("Elon Musk")
                .email("elon@musk.com")
                .image("https://www.spacex.com/static/images/share.jpg"),
        )
        .redirect_uri("https://mysaas.com/dashboard")
        .settings(
            SessionSettings::new()
                .unified_apis([UnifiedApiId::Crm])
                .session_length(SessionLength::minutes(30)),
        )
        .theme(
            Theme::new()
                .favicon("https://res.cloudinary.com/apideck/icons/intercom")
                .logo("https://res.cloudinary.com/apideck/icons/intercom")
                .primary_color("#286efa")
                .sidepanel_background_color("#286efa")
                .sidepanel_text_color("#FFFFFF")
                .vault_name("Intercom")
                .privacy_url("https://compliance.apideck.com/privacy-policy")
                .terms_url(
                    "https://www.termsfeed.com/terms-conditions/957c85c1b089ae9e3219c83eff65377e",
                ),
        )
        .custom_consumer_setting("feature_flag_1", true)
        .custom_consumer_setting(
            "tax_rates",
            json!([{"id": "6", "label": "6%"}, {"id": "21", "label": "21%"}]),
        )
}

fn vault() -> Vault {
    Vault::new("sk_live_secret", APP_ID).unwrap()
}

fn encode(create: &CreateSession) -> Request<Bytes> {
    create.encode(&vault()).unwrap()
}

fn sent(session: Session) -> Value {
    let request = encode(&CreateSession::new("test-consumer").session(session));
    serde_json::from_slice(request.body()).unwrap()
}

fn headers(expected: &[(&'static str, &str)]) -> HeaderMap {
    let pairs = expected.iter();
    pairs
        .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
        .collect()
}

#[test]
fn the_contracts_example_is_sent_byte_for_byte() {
    let create = CreateSession::new("test-consumer").session(example_session());
    let request = encode(&create);
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "https://unify.apideck.com/vault/sessions");
    assert_eq!(
        request.headers(),
        &headers(&[
            ("authorization", "Bearer sk_live_secret"),
            ("x-apideck-app-id", APP_ID),
            ("x-apideck-consumer-id", "test-consumer"),
            ("content-type", "application/json"),
            ("accept", "application/json"),
            (
                "user-agent",
                concat!("apideck-vault-rust/", env!("CARGO_PKG_VERSION"))
            ),
        ])
    );
    assert_eq!(request.body(), EXAMPLE_BODY);
    assert_eq!(request.body().len(), 777);
}

#[test]
fn the_contracts_example_deserializes_to_the_same_session() {
    let session: Session = serde_json::from_str(EXAMPLE_BODY).unwrap();
    assert_eq!(session, example_session());
}

#[test]
fn without_a_session_neither_a_body_nor_a_content_type_is_sent() {
    let request = encode(&CreateSession::new("test-consumer"));
    assert!(request.body().is_empty());
    assert_eq!(
        request.headers(),
        &headers(&[
            ("authorization", "Bearer sk_live_secret"),
            ("x-apideck-app-id", APP_ID),
            ("x-apideck-consumer-id", "test-consumer"),
            ("accept", "application/json"),
            (
                "user-agent",
                concat!("apideck-vault-rust/", env!("CARGO_PKG_VERSION"))
            ),
        ])
    );
}

#[test]
fn fields_that_are_not_set_are_not_sent() {
    assert_eq!(sent(Session::new()), json!({}));
    assert_eq!(
        sent(
            Session::new()
                .consumer_metadata(ConsumerMetadata::new())
                .settings(SessionSettings::new())
                .theme(Theme::new())
        ),
        json!({"consumer_metadata": {}, "settings": {}, "theme": {}})
    );
}

#[test]
fn every_setting_is_sent_under_its_name() {
    let settings = SessionSettings::new()
        .unified_apis([UnifiedApiId::FileStorage, "brand-new".into()])
        .hide_resource_settings(true)
        .sandbox_mode(true)
        .isolation_mode(true)
        .session_length(SessionLength::hours(2))
        .show_logs(false)
        .show_suggestions(true)
        .show_sidebar(false)
        .auto_redirect(true)
        .hide_guides(true)
        .allow_actions(AllowAction::KNOWN.to_vec());
    assert_eq!(
        sent(Session::new().settings(settings)),
        json!({"settings": {
            "unified_apis": ["file-storage", "brand-new"],
            "hide_resource_settings": true,
            "sandbox_mode": true,
            "isolation_mode": true,
            "session_length": "2h",
            "show_logs": false,
            "show_suggestions": true,
            "show_sidebar": false,
            "auto_redirect": true,
            "hide_guides": true,
            "allow_actions": ["delete", "disconnect", "reauthorize", "disable"],
        }})
    );
}

#[test]
fn an_empty_list_of_actions_differs_from_an_unset_one() {
    let none = SessionSettings::new().allow_actions([]);
    assert_eq!(
        sent(Session::new().settings(none)),
        json!({"settings": {"allow_actions": []}})
    );
    let unsaid = SessionSettings::new();
    assert_eq!(
        sent(Session::new().settings(unsaid)),
        json!({"settings": {}})
    );
}

#[test]
fn custom_settings_come_from_anything_that_serializes_to_an_object() {
    let session = Session::new()
        .custom_consumer_setting("replaced", 1)
        .custom_consumer_settings(json!({"a": [null, 1.5]}))
        .unwrap()
        .custom_consumer_setting("b", "c");
    assert_eq!(
        sent(session),
        json!({"custom_consumer_settings": {"a": [null, 1.5], "b": "c"}})
    );
    let session = Session::new().custom_consumer_settings(json!({})).unwrap();
    assert_eq!(sent(session), json!({"custom_consumer_settings": {}}));
}

#[test]
fn custom_settings_that_are_not_an_object_are_refused() {
    for wrong in [json!(null), json!([1]), json!("text"), json!(1)] {
        let error = Session::new().custom_consumer_settings(wrong).unwrap_err();
        assert_eq!(error.field(), "custom_consumer_settings");
        assert_eq!(error.problem(), "is not a JSON object");
    }
    let no_json = std::collections::HashMap::from([(vec![1], 1)]);
    let error = Session::new()
        .custom_consumer_settings(no_json)
        .unwrap_err();
    assert!(error.problem().starts_with("does not serialize"), "{error}");
}

#[test]
fn a_session_length_out_of_range_is_refused_before_anything_is_sent() {
    for (length, problem) in [
        (SessionLength::minutes(0), "is zero"),
        (SessionLength::days(8), "is over one week"),
    ] {
        let settings = SessionSettings::new().session_length(length);
        let create = CreateSession::new("test-consumer").session(Session::new().settings(settings));
        let error = create.encode(&vault()).unwrap_err();
        assert_eq!(error.field(), "settings.session_length");
        assert_eq!(error.problem(), problem);
        let expected = "it must be above zero and at most one week, such as 30m";
        assert_eq!(error.expected(), expected);
    }
}

#[test]
fn a_consumer_id_that_is_not_a_valid_header_is_refused() {
    for (id, problem) in [
        ("", "is empty"),
        ("a\r\nx-evil: 1", "contains a control character"),
        ("a\0", "contains a control character"),
        (" a", "begins or ends with a space"),
        ("müller", "contains a non-ASCII character"),
    ] {
        let error = CreateSession::new(id).encode(&vault()).unwrap_err();
        assert_eq!((error.field(), error.problem()), ("consumer_id", problem));
    }
    let request = encode(&CreateSession::new("Acme, Inc. (7)"));
    assert_eq!(request.headers()["x-apideck-consumer-id"], "Acme, Inc. (7)");
}

#[test]
fn a_header_for_one_call_is_added_and_cannot_replace_ours() {
    let request = encode(&CreateSession::new("test-consumer").header("X-Trace", "abc"));
    assert_eq!(request.headers()["x-trace"], "abc");
    assert!(request.headers()["x-trace"].is_sensitive());

    for name in "accept-encoding connection content-encoding Expect http2-settings keep-alive \
                 proxy-connection TE trailer transfer-encoding upgrade"
        .split(' ')
    {
        let create = CreateSession::new("test-consumer").header(name, "x");
        let error = create.encode(&vault()).unwrap_err();
        let problem = "is set by this library or by HTTP itself";
        assert_eq!(
            error.problem(),
            format!("{} {problem}", name.to_lowercase())
        );
    }
    for (name, value, field) in [
        ("Authorization", "Bearer x", "header"),
        ("x-apideck-consumer-id", "other", "header"),
        ("Host", "evil.example", "header"),
        ("content-length", "1", "header"),
        ("no name", "x", "header"),
        ("x-trace", "a\nb", "header x-trace"),
    ] {
        let create = CreateSession::new("test-consumer").header(name, value);
        assert_eq!(
            create.encode(&vault()).unwrap_err().field(),
            field,
            "{name}"
        );
    }
}

#[test]
fn requests_go_to_the_server_url_with_its_path() {
    let vault = vault()
        .with_server_url("https://proxy.example/apideck/")
        .unwrap();
    let request = CreateSession::new("test-consumer").encode(&vault).unwrap();
    assert_eq!(
        request.uri(),
        "https://proxy.example/apideck/vault/sessions"
    );
}

#[test]
fn no_debug_text_contains_the_key() {
    let create = CreateSession::new("test-consumer").header("x-secret", "sk_live_secret");
    let request = encode(&create);
    assert!(request.headers()[header::AUTHORIZATION].is_sensitive());
    for text in [
        format!("{:?}", vault()),
        format!("{create:?}"),
        format!("{request:?}"),
    ] {
        assert!(!text.contains("sk_live_secret"), "{text}");
    }
}
