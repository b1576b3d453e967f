//! Refusals by Apideck, or by something in front of it.

use apideck_vault_core::Bytes;
use apideck_vault_core::error::ApiErrorKind;
use serde_json::{Value, json};
use std::time::Duration;

use crate::refused;

#[test]
fn every_documented_error_has_its_own_kind_and_predicate() {
    let kind = |status| refused(status, &[], "{}").kind();
    assert_eq!(kind(400), ApiErrorKind::BadRequest);
    assert_eq!(kind(401), ApiErrorKind::Unauthorized);
    assert_eq!(kind(402), ApiErrorKind::PaymentRequired);
    assert_eq!(kind(403), ApiErrorKind::Forbidden);
    assert_eq!(kind(404), ApiErrorKind::NotFound);
    assert_eq!(kind(422), ApiErrorKind::Unprocessable);
    assert_eq!(kind(429), ApiErrorKind::TooManyRequests);
    for status in [405, 408, 418, 451, 499] {
        assert_eq!(kind(status), ApiErrorKind::OtherClientError, "{status}");
    }
    for status in 500..600 {
        assert_eq!(kind(status), ApiErrorKind::ServerError);
    }
    for status in [
        100, 101, 201, 202, 204, 206, 301, 302, 304, 307, 308, 600, 999,
    ] {
        assert_eq!(kind(status), ApiErrorKind::Unexpected, "{status}");
    }

    let predicates = |status| {
        let error = refused(status, &[], "");
        [
            error.is_bad_request(),
            error.is_unauthorized(),
            error.is_payment_required(),
            error.is_forbidden(),
            error.is_not_found(),
            error.is_unprocessable(),
            error.is_too_many_requests(),
            error.is_server_error(),
        ]
    };
    for (index, status) in [400, 401, 402, 403, 404, 422, 429, 503]
        .into_iter()
        .enumerate()
    {
        let expected: [bool; 8] = std::array::from_fn(|other| other == index);
        assert_eq!(predicates(status), expected, "{status}");
    }
}

#[test]
fn everything_the_server_said_is_kept() {
    let body = json!({
        "status_code": 400, "error": "Bad Request", "type_name": "RequestValidationError",
        "message": "Invalid Params", "detail": {"missing": [{"foobar": "required"}]},
        "ref": "https://developers.apideck.com/errors#requestvalidationerror",
        "downstream_errors": [{"message": "m", "detail": "d", "code": "c"}, {"code": 5}, "x"],
        "new": true,
    })
    .to_string();
    let headers = [("x-apideck-request-id", "r1"), ("retry-after", "7")];
    let error = refused(400, &headers, body.clone());
    assert_eq!(error.status(), 400);
    assert_eq!(error.status_code(), Some(400));
    assert_eq!(error.error(), Some("Bad Request"));
    assert_eq!(error.type_name(), Some("RequestValidationError"));
    assert_eq!(error.message(), Some("Invalid Params"));
    assert_eq!(
        error.detail(),
        Some(r#"{"missing":[{"foobar":"required"}]}"#)
    );
    assert!(
        error
            .reference()
            .unwrap()
            .ends_with("#requestvalidationerror")
    );
    let [first, second] = error.downstream_errors() else {
        panic!("{:?}", error.downstream_errors());
    };
    assert_eq!(first.message.as_deref(), Some("m"));
    assert_eq!(first.detail.as_deref(), Some("d"));
    assert_eq!(first.code.as_deref(), Some("c"));
    assert_eq!(second.code, None);
    assert_eq!(error.request_id(), Some("r1"));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(error.headers().len(), 2);
    assert_eq!(error.body(), &body);
}

#[test]
fn the_first_64_kib_of_a_body_are_kept_and_a_body_that_is_kept_whole_is_not_copied() {
    for (bytes, kept) in [(65_535, 65_535), (65_536, 65_536), (65_537, 65_536)] {
        let body = Bytes::from("x".repeat(bytes));
        let error = refused(400, &[], body.clone());
        assert_eq!(error.body(), &body[..kept]);
        assert_eq!(error.body().as_ptr() == body.as_ptr(), kept == bytes);
    }
}

#[test]
fn debug_shows_what_is_needed_to_find_the_cause() {
    let body = json!({
        "type_name": "RequestValidationError", "message": "Invalid\nParams", "detail": "not shown",
        "downstream_errors": [{"message": "m", "code": "c"}],
    });
    let headers = [("x-apideck-request-id", "r1"), ("retry-after", "7")];
    let error = refused(400, &headers, body.to_string());
    assert_eq!(
        format!("{error:?}"),
        format!(
            r#"ApiError {{ status: 400, type_name: Some("RequestValidationError"), message: Some("Invalid\nParams"), request_id: Some("r1"), retry_after: Some(7s), body: [{} bytes], .. }}"#,
            error.body().len()
        )
    );
    assert_eq!(
        format!("{:?}", error.downstream_errors()),
        r#"[DownstreamError { message: Some("m"), detail: None, code: Some("c") }]"#
    );
}

#[test]
fn fields_that_are_missing_null_or_of_another_type_are_none() {
    let wrong = json!({
        "status_code": "400", "error": 1, "type_name": null, "message": {}, "detail": null,
        "ref": [], "downstream_errors": "none",
    });
    for body in [
        wrong.to_string(),
        "{}".into(),
        "[]".into(),
        "<html>".into(),
        String::new(),
    ] {
        let error = refused(422, &[], body.clone());
        assert_eq!(error.status_code(), None);
        assert_eq!(error.error(), None);
        assert_eq!(error.type_name(), None);
        assert_eq!(error.message(), None);
        assert_eq!(error.detail(), None);
        assert_eq!(error.reference(), None);
        assert!(error.downstream_errors().is_empty());
        assert_eq!(error.body(), &body);
    }
}

#[test]
fn an_error_prints_the_useful_details_on_one_line() {
    let body = |detail: Value| {
        json!({
            "status_code": 401, "error": "Unauthorized", "type_name": "UnauthorizedError",
            "message": "Unauthorized Request", "detail": detail,
        })
        .to_string()
    };
    let print = |status, headers: &[_], body: String| refused(status, headers, body).to_string();
    assert_eq!(
        print(
            401,
            &[("x-apideck-request-id", "r1")],
            body(json!("Missing authentication"))
        ),
        "401 Unauthorized: UnauthorizedError: Unauthorized Request: Missing authentication (request r1)"
    );
    let detail = json!({"debug": {"request": {"headers": {"authorization": "Bearer other"}}}});
    assert_eq!(
        print(401, &[], body(detail)),
        "401 Unauthorized: UnauthorizedError: Unauthorized Request"
    );
    assert_eq!(
        print(502, &[("content-type", "text/html")], "<html>".into()),
        "502 Bad Gateway: 6 bytes of text/html"
    );
    assert_eq!(
        print(503, &[], String::new()),
        "503 Service Unavailable: no body"
    );
    assert_eq!(
        print(599, &[], "[1]".into()),
        "599: 3 bytes that are not a JSON object"
    );
    assert_eq!(
        print(302, &[], String::new()),
        "302 Found: no body: redirects are not followed"
    );
    let error = json!({"error": "Unauthorized, no token"}).to_string();
    assert_eq!(
        print(401, &[], error),
        "401 Unauthorized: Unauthorized, no token"
    );
    assert_eq!(print(400, &[], "{}".into()), "400 Bad Request");
    assert_eq!(
        print(304, &[], String::new()),
        "304 Not Modified: no body: not the status that was expected"
    );
    assert_eq!(
        print(201, &[], "{\"data\":{}}".into()),
        "201 Created: not the status that was expected"
    );
    let forged = json!({"message": "a\nERROR forged\u{1b}[31m"}).to_string();
    assert_eq!(
        print(400, &[], forged),
        r"400 Bad Request: a\nERROR forged\u{1b}[31m"
    );
}

#[test]
fn the_body_is_kept_up_to_64_kib_and_the_fields_are_read_from_all_of_it() {
    let body = json!({"a": "x".repeat(100_000), "message": "at the end"}).to_string();
    let error = refused(400, &[], body.clone());
    assert_eq!(error.message(), Some("at the end"));
    assert_eq!(error.body().len(), 64 * 1024);
    assert_eq!(error.body(), &body[..64 * 1024]);
    assert_eq!(
        refused(400, &[], body[..64 * 1024].to_owned()).body().len(),
        64 * 1024
    );
}

#[test]
fn a_key_that_the_server_repeats_appears_in_no_text_or_header() {
    let body = json!({
        "message": "no such key: sk_live_secret",
        "detail": {"request": ["Bearer sk_live_secret"]},
        "downstream_errors": [{"message": "sk_live_secret?", "detail": "d", "code": "c"}],
    });
    let headers = [
        ("x-apideck-request-id", "id-of-sk_live_secret"),
        ("content-type", "text/sk_live_secret"),
    ];
    for body in [body.to_string(), "<html>".to_owned()] {
        let error = refused(400, &headers, body);
        let texts = [
            error.to_string(),
            format!("{error:?}"),
            format!("{:?}", error.downstream_errors()),
            format!("{:?}", error.detail()),
            format!("{:?}", error.headers()),
            format!("{:?}", error.request_id()),
        ];
        assert!(
            texts.iter().all(|text| !text.contains("sk_live_secret")),
            "{texts:?}"
        );
        assert!(texts[0].contains("[redacted]"), "{}", texts[0]);
    }
}
