//! Sessions as data: kept in files, compared, and built from values that may be missing.

use apideck_vault_core::{
    ConsumerMetadata, CreateSession, CreatedSession, Session, SessionLength, SessionSettings,
    Theme, UnifiedApiId,
};
use std::borrow::Cow;
use std::time::Duration;

const FILE: &str = r##"
redirect_uri = "https://mysaas.com/dashboard"

[settings]
unified_apis = ["crm", "brand-new"]
session_length = "30m"
show_logs = false

[theme]
vault_name = "Intercom"
primary_color = "#286efa"

[custom_consumer_settings]
feature_flag_1 = true
"##;

fn in_the_file() -> Session {
    Session::new()
        .redirect_uri("https://mysaas.com/dashboard")
        .settings(
            SessionSettings::new()
                .unified_apis([UnifiedApiId::Crm, "brand-new".into()])
                .session_length(SessionLength::minutes(30))
                .show_logs(false),
        )
        .theme(Theme::new().vault_name("Intercom").primary_color("#286efa"))
        .custom_consumer_setting("feature_flag_1", true)
}

#[test]
fn a_session_is_the_same_after_a_toml_or_a_json_file() {
    let session: Session = toml::from_str(FILE).unwrap();
    assert_eq!(session, in_the_file());

    let written = toml::to_string(&session).unwrap();
    assert_eq!(toml::from_str::<Session>(&written).unwrap(), session);
    let written = serde_json::to_string_pretty(&session).unwrap();
    assert_eq!(serde_json::from_str::<Session>(&written).unwrap(), session);
}

#[test]
fn an_empty_file_is_the_default_session() {
    assert_eq!(toml::from_str::<Session>("").unwrap(), Session::default());
    assert_eq!(
        serde_json::from_str::<Session>("{}").unwrap(),
        Session::new()
    );
}

#[test]
fn an_unknown_field_is_an_error_that_names_it_and_the_known_ones() {
    for (part, known) in [
        ("", "`redirect_uri`"),
        ("consumer_metadata", "`account_name`"),
        ("settings", "`session_length`"),
        ("theme", "`primary_color`"),
    ] {
        let (table, json) = match part {
            "" => (String::new(), r#"{"colour": "x"}"#.to_owned()),
            part => (
                format!("[{part}]\n"),
                format!(r#"{{"{part}": {{"colour": "x"}}}}"#),
            ),
        };
        let of_toml = toml::from_str::<Session>(&format!("{table}colour = \"x\"")).unwrap_err();
        let of_json = serde_json::from_str::<Session>(&json).unwrap_err();
        for text in [of_toml.to_string(), of_json.to_string()] {
            assert!(text.contains("unknown field `colour`"), "{part}: {text}");
            assert!(text.contains(known), "{part}: {text}");
        }
    }
}

#[test]
fn a_list_of_values_without_their_names_is_an_error() {
    for field in ["consumer_metadata", "settings", "theme"] {
        let file = format!(r#"{{"{field}": [null]}}"#);
        let error = serde_json::from_str::<Session>(&file).unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with("invalid type: sequence, expected an object"),
            "{text}"
        );
        let null = format!(r#"{{"{field}": null}}"#);
        let session = serde_json::from_str::<Session>(&null).unwrap();
        assert_eq!(session, Session::default());
    }
}

#[test]
fn a_length_in_a_file_that_the_service_would_refuse_is_an_error() {
    let error = toml::from_str::<SessionSettings>(r#"session_length = "8d""#).unwrap_err();
    assert!(error.to_string().contains("is over one week"), "{error}");
}

#[test]
fn a_setter_takes_a_value_or_an_option_of_it() {
    let text = "Intercom".to_owned();
    let named = Theme::new().vault_name("Intercom");
    assert_eq!(Theme::new().vault_name(text.clone()), named);
    assert_eq!(Theme::new().vault_name(&text), named);
    assert_eq!(Theme::new().vault_name(Cow::from("Intercom")), named);
    assert_eq!(Theme::new().vault_name(Some(text.clone())), named);
    assert_eq!(Theme::new().vault_name(Some(&text)), named);
    assert_eq!(Theme::new().vault_name(Some("Intercom")), named);
    assert_eq!(Theme::new().vault_name(None::<String>), Theme::new());

    let half_an_hour = Duration::from_secs(30 * 60);
    let short = SessionSettings::new().session_length(SessionLength::minutes(30));
    assert_eq!(SessionSettings::new().session_length(half_an_hour), short);
    assert_eq!(
        SessionSettings::new().session_length(Some(half_an_hour)),
        short
    );

    let nothing = SessionSettings::new()
        .hide_guides(None)
        .unified_apis(None)
        .allow_actions(None);
    assert_eq!(nothing, SessionSettings::new());
    let nothing = Session::new()
        .consumer_metadata(None)
        .settings(None)
        .theme(None);
    assert_eq!(nothing, Session::new());
    assert!(CreateSession::new("id").session(None).session.is_none());
}

#[test]
fn none_unsets_what_was_set() {
    let person = ConsumerMetadata::new().email("elon@musk.com");
    assert_eq!(person.email(None::<&str>), ConsumerMetadata::new());
}

#[test]
fn debug_says_what_is_set_and_shows_nothing_that_the_consumer_wrote() {
    let person = ConsumerMetadata::new().email("elon@musk.com");
    let session = Session::new()
        .consumer_metadata(person)
        .redirect_uri("https://mysaas.com")
        .custom_consumer_setting("plan", "gold");
    assert_eq!(
        format!("{session:?}"),
        concat!(
            r#"Session { consumer_metadata: Some(ConsumerMetadata { email: [redacted] }), "#,
            r#"redirect_uri: Some("https://mysaas.com"), settings: None, theme: None, "#,
            r#"custom_consumer_settings: Some(["plan"]) }"#
        )
    );
}

#[test]
fn debug_of_a_request_and_its_answer_shows_what_is_no_secret() {
    let create = CreateSession::new("test-consumer").header("x-trace", "secret");
    assert_eq!(
        format!("{create:?}"),
        r#"CreateSession { consumer_id: "test-consumer", session: None, headers: ["x-trace"] }"#
    );
    assert_eq!(
        format!("{:?}", CreatedSession::new("https://v/secret", "secret")),
        r#"CreatedSession { status_code: Some(200), session_uri: [redacted], session_token: SessionToken([redacted]), .. }"#
    );
}
