//! What each body becomes: sessions with a fault, and errors of all shapes.

use apideck_vault_core::error::ApiError;
use apideck_vault_stacks::Failed;
use serde_json::{Value, json};

use crate::canned::{Canned, SESSION};
use crate::case::{Case, On, everywhere};
use crate::settings::once;

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    everywhere("each_fault_of_a_session_is_told_by_its_path", faults),
    everywhere("unknown_and_null_fields_of_a_session_are_not_faults", harmless_changes),
    everywhere("a_session_of_another_media_type_is_not_one", media_types),
    everywhere("an_error_body_lacks_any_of_its_fields", fields_missing),
    everywhere("an_error_body_has_any_of_its_fields_null_or_of_another_type", fields_of_another_type),
    everywhere("the_detail_of_an_error_can_be_any_json", any_detail),
    everywhere("an_error_body_that_is_not_an_object_is_kept", no_object),
    everywhere("downstream_errors_of_any_shape_do_no_harm", downstream_errors),
];

fn failed_of(answer: &Canned, on: On) -> Failed {
    let (outcome, requests) = answer.answer(on, once());
    assert_eq!(requests, 1);
    outcome.unwrap_err()
}

fn error_of(status: u16, body: &str, on: On) -> ApiError {
    let failed = failed_of(&Canned::new(status, body.to_owned()), on);
    assert_eq!(failed.api().status(), status);
    assert_eq!(failed.api().body(), body);
    failed.api().clone()
}

/// The body of a success, changed.
fn session(change: impl FnOnce(&mut Value)) -> String {
    let mut body: Value = serde_json::from_str(SESSION).unwrap();
    change(&mut body);
    body.to_string()
}

fn without(field: &str) -> String {
    session(|body| {
        body.as_object_mut().unwrap().remove(field).unwrap();
    })
}

fn faults(on: On) {
    let data_without = |field: &str| {
        session(|body| {
            body["data"].as_object_mut().unwrap().remove(field).unwrap();
        })
    };
    let mut faults = vec![
        (String::new(), "$"),
        (" ".into(), "$"),
        ("null".into(), "$"),
        ("[]".into(), "$"),
        ("\"session\"".into(), "$"),
        ("true".into(), "$"),
        ("{".into(), "$"),
        ("{}".into(), "$.data"),
        (format!("{SESSION}x"), "$"),
        (format!("{SESSION}{SESSION}"), "$"),
        (format!("\u{feff}{SESSION}"), "$"),
        (SESSION.replace('"', "'"), "$"),
        (without("data"), "$.data"),
        (data_without("session_uri"), "$.data.session_uri"),
        (data_without("session_token"), "$.data.session_token"),
    ];
    for wrong in [json!(true), json!([]), json!({})] {
        for path in [
            "status_code",
            "status",
            "data.session_uri",
            "data.session_token",
        ] {
            let pointer = format!("/{}", path.replace('.', "/"));
            let body = session(|body| *body.pointer_mut(&pointer).unwrap() = wrong.clone());
            faults.push((body, path));
        }
    }
    for wrong in [json!(null), json!(1), json!("data"), json!(["u", "t"])] {
        faults.push((session(|body| body["data"] = wrong), "data"));
    }
    for (wrong, path) in [
        (json!("200"), "status_code"),
        (json!(-200), "status_code"),
        (json!(65_736), "status_code"),
        (json!(200.5), "status_code"),
        (json!(200), "status"),
    ] {
        faults.push((session(|body| body[path] = wrong), path));
    }
    for wrong in [
        "",
        "vault.apideck.com/session/t",
        "ftp://vault.apideck.com/session/t",
        "javascript:alert(1)",
        "https://",
        "https://vault.apideck.com/\r\nset-cookie: a=b",
    ] {
        let body = session(|body| body["data"]["session_uri"] = wrong.into());
        faults.push((body, "data.session_uri"));
    }
    for (field, path) in [
        ("session_uri", "data.session_uri"),
        ("session_token", "data.session_token"),
    ] {
        faults.push((session(|body| body["data"][field] = json!(null)), path));
    }
    let no_token = session(|body| body["data"]["session_token"] = "".into());
    faults.push((no_token, "data.session_token"));

    for (body, path) in faults {
        let failed = failed_of(&Canned::new(200, body.clone()), on);
        let path = path.strip_prefix("$.").unwrap_or(path);
        let found = failed.fault();
        let found = found.strip_prefix("$.").unwrap_or(found);
        // A fault in the middle of the text is told where the reader was.
        let is_there = found == path || (path == "$" && found.is_empty());
        assert!(is_there, "{body}: {found} instead of {path}");
        assert_eq!(failed.attempts, 1, "{body}");
    }
}

fn harmless_changes(on: On) {
    for body in [
        // The body repeats what the status says already.
        without("status_code"),
        without("status"),
        session(|body| body["status_code"] = json!(null)),
        session(|body| body["status"] = json!(null)),
        session(|body| body["new"] = json!({"a": [1, null]})),
        session(|body| body["data"]["new"] = json!([1])),
        session(|body| body["_raw"] = json!(null)),
        session(|body| body["_raw"] = json!({"a": 1})),
        session(|body| body["data"]["session_uri"] = "HTTP://vault.apideck.com/t".into()),
        format!("\r\n\t {SESSION} \r\n"),
    ] {
        let (outcome, _) = Canned::new(200, body.clone()).answer(on, once());
        assert!(outcome.is_ok(), "{body}");
    }
}

fn media_types(on: On) {
    for (media_type, is_json) in [
        ("application/json", true),
        ("APPLICATION/JSON;charset=UTF-8", true),
        ("application/vnd.api+json", true),
        ("text/html; charset=utf-8", false),
        ("text/plain", false),
        ("application/octet-stream", false),
        ("", false),
    ] {
        let answer = Canned::new(200, SESSION).header("content-type", media_type);
        let (outcome, _) = answer.answer(on, once());
        match outcome {
            Ok(_) => assert!(is_json, "{media_type:?}"),
            Err(failed) => {
                assert!(!is_json, "{media_type:?}: {}", failed.text);
                assert_eq!(failed.fault(), "$");
            }
        }
    }
}

const FIELDS: [&str; 6] = [
    "status_code",
    "error",
    "type_name",
    "message",
    "detail",
    "ref",
];

fn full_error() -> Value {
    json!({
        "status_code": 400, "error": "Bad Request", "type_name": "RequestValidationError",
        "message": "Invalid", "detail": "theme is wrong", "ref": "https://developers.apideck.com/errors",
    })
}

/// Which of the fields an error gives.
fn given(error: &ApiError) -> [bool; 6] {
    [
        error.status_code().is_some(),
        error.error().is_some(),
        error.type_name().is_some(),
        error.message().is_some(),
        error.detail().is_some(),
        error.reference().is_some(),
    ]
}

fn fields_missing(on: On) {
    assert_eq!(
        given(&error_of(400, &full_error().to_string(), on)),
        [true; 6]
    );
    assert_eq!(given(&error_of(400, "{}", on)), [false; 6]);
    for (position, field) in FIELDS.iter().enumerate() {
        let mut body = full_error();
        body.as_object_mut().unwrap().remove(*field);
        let mut expected = [true; 6];
        expected[position] = false;
        assert_eq!(
            given(&error_of(400, &body.to_string(), on)),
            expected,
            "{body}"
        );
    }
}

fn fields_of_another_type(on: On) {
    for (position, field) in FIELDS.iter().enumerate() {
        for wrong in [json!(null), json!(["a"]), json!({"a": 1}), json!(false)] {
            let mut body = full_error();
            body[*field] = wrong.clone();
            let error = error_of(400, &body.to_string(), on);
            let mut expected = [true; 6];
            // Any type is right for a detail, but null says nothing.
            expected[position] = *field == "detail" && !wrong.is_null();
            assert_eq!(given(&error), expected, "{body}");
        }
    }
}

fn any_detail(on: On) {
    for detail in [
        json!("why"),
        json!({"type": "t", "message": "m", "debug": {"retry_after_ms": 1_700_000_000_000_u64}}),
        json!(["a", {"b": 1}]),
        json!(42),
        json!(false),
    ] {
        let body = json!({"message": "m", "detail": detail});
        let error = error_of(401, &body.to_string(), on);
        let text = detail.as_str().map_or(detail.to_string(), str::to_owned);
        assert_eq!(error.detail(), Some(&*text));
        // A point in time in there is not a wait.
        assert_eq!(error.retry_after(), None);
        assert_eq!(error.to_string().contains("why"), detail == "why");
    }
}

fn no_object(on: On) {
    let deep = "[".repeat(100_000);
    for body in ["", "[]", "null", "\"no\"", "404 page not found", &deep] {
        let failed = failed_of(&Canned::new(404, body.to_owned()), on);
        assert!(failed.api().is_not_found());
        assert_eq!(given(failed.api()), [false; 6]);
        assert!(body.as_bytes().starts_with(failed.api().body()));
        assert!(failed.text.len() < 200, "{}", failed.text);
    }
}

fn downstream_errors(on: On) {
    for (errors, count) in [
        (json!([{"message": "m", "detail": "d", "code": "c"}]), 1),
        (json!([{}, {"message": null}, "text", null, 1]), 2),
        (json!([]), 0),
        (json!(null), 0),
        (json!({"message": "m"}), 0),
        (json!("text"), 0),
    ] {
        let body = json!({"downstream_errors": errors}).to_string();
        assert_eq!(
            error_of(400, &body, on).downstream_errors().len(),
            count,
            "{body}"
        );
    }
}
