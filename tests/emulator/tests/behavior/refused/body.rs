use apideck_vault_emulator::Emulator;
use serde_json::json;

use super::assert_error;
use crate::client::{Reply, Request, exchange};

fn assert_bad_body(reply: &Reply, detail: &str) {
    let type_name = "RequestValidationError";
    assert_error(reply, 400, "Bad Request", type_name, detail);
}

#[test]
fn a_bad_body_is_refused_and_the_bad_field_is_named() {
    let emulator = Emulator::start().unwrap();
    for (body, detail) in [
        ("null", "Invalid Type: the body must be an object"),
        ("[]", "Invalid Type: the body must be an object"),
        (r#"{"setings":{}}"#, "Unknown Property: setings"),
        (
            r#"{"settings":{"theme":{}}}"#,
            "Unknown Property: settings.theme",
        ),
        (
            r#"{"settings":null}"#,
            "Invalid Type: settings must be an object",
        ),
        (r#"{"theme":null}"#, "Invalid Type: theme must be an object"),
        (
            r#"{"theme":{"logo":null}}"#,
            "Invalid Type: theme.logo must be a string",
        ),
        (
            r#"{"theme":{"vault_name":1}}"#,
            "Invalid Type: theme.vault_name must be a string",
        ),
        (
            r#"{"redirect_uri":null}"#,
            "Invalid Type: redirect_uri must be a string",
        ),
        (
            r#"{"consumer_metadata":"x"}"#,
            "Invalid Type: consumer_metadata must be an object",
        ),
        (
            r#"{"consumer_metadata":{"email":["x"]}}"#,
            "Invalid Type: consumer_metadata.email must be a string",
        ),
        (
            r#"{"custom_consumer_settings":[]}"#,
            "Invalid Type: custom_consumer_settings must be an object",
        ),
        (
            r#"{"settings":{"show_logs":"true"}}"#,
            "Invalid Type: settings.show_logs must be a boolean",
        ),
        (
            r#"{"settings":{"auto_redirect":null}}"#,
            "Invalid Type: settings.auto_redirect must be a boolean",
        ),
        (
            r#"{"settings":{"unified_apis":"crm"}}"#,
            "Invalid Type: settings.unified_apis must be an array",
        ),
        (
            r#"{"settings":{"unified_apis":["crm",1]}}"#,
            "Invalid Type: settings.unified_apis[1] must be a string",
        ),
        (
            r#"{"settings":{"allow_actions":["delete","Disable"]}}"#,
            "Invalid Value: settings.allow_actions[1] must be one of \
             delete, disconnect, reauthorize, disable",
        ),
        (
            r#"{"settings":{"session_length":3600}}"#,
            "Invalid Type: settings.session_length must be a string",
        ),
    ] {
        let reply = exchange(&emulator, &Request::good().body(body));
        assert_bad_body(&reply, detail);
    }
}

#[test]
fn a_body_that_is_not_json_is_refused() {
    let emulator = Emulator::start().unwrap();
    let bodies: [&[u8]; 6] = [
        b" ",
        b"{",
        b"{}{}",
        b"{'a':1}",
        b"{\"theme\":{},}",
        b"\"\xff\"",
    ];
    for body in bodies {
        let reply = exchange(&emulator, &Request::good().body(body));
        let detail = reply.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.starts_with("Invalid JSON: "), "{detail}");
        assert_bad_body(&reply, &detail);
    }
}

#[test]
fn a_session_length_that_is_malformed_or_out_of_range_is_refused() {
    let emulator = Emulator::start().unwrap();
    let form = "a number and one of s, m, h, d, w";
    let too_long = "at most one week";
    for (length, wanted) in [
        ("", form),
        ("h", form),
        ("30", form),
        ("1.5h", form),
        ("-1h", form),
        ("+1h", form),
        ("1 h", form),
        ("1H", form),
        ("1é", form),
        ("PT1H", form),
        ("0m", "above zero"),
        ("8d", too_long),
        ("2w", too_long),
        ("604801s", too_long),
        ("99999999999999999999999999w", too_long),
    ] {
        let body = json!({"settings": {"session_length": length}}).to_string();
        let reply = exchange(&emulator, &Request::good().body(body));
        let detail = format!("Invalid Value: settings.session_length must be {wanted}");
        assert_bad_body(&reply, &detail);
    }
}

#[test]
fn an_image_that_is_not_an_absolute_url_is_refused() {
    let emulator = Emulator::start().unwrap();
    for image in [
        "",
        "share.jpg",
        "/share.jpg",
        "www.spacex.com",
        "https://",
        "https://a b/",
    ] {
        let body = json!({"consumer_metadata": {"image": image}}).to_string();
        let reply = exchange(&emulator, &Request::good().body(body));
        let detail = "Invalid Value: consumer_metadata.image must be an absolute URL";
        assert_bad_body(&reply, detail);
    }
}
