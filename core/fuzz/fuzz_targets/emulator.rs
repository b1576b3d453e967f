//! The emulator's answers to requests: good ones, with any part changed.

#![no_main]

use apideck_vault_core::Bytes;
use apideck_vault_core::http::{HeaderMap, Method, Response, StatusCode};
use apideck_vault_core::serde_json::{Value, from_slice};
use apideck_vault_core_fuzz::ask::{Ask, Asked};
use apideck_vault_core_fuzz::page;
use apideck_vault_emulator::{Emulator, Offline};
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use std::time::Duration;

#[derive(Debug, Arbitrary)]
struct Input {
    is_hosted: bool,
    any_key: bool,
    longest_session: Option<u16>,
    asks: Vec<Ask>,
}

fuzz_target!(|input: Input| {
    let mut builder = Emulator::builder().on_exchange(|exchange| {
        for text in [Some(&exchange.path), exchange.problem.as_ref()]
            .into_iter()
            .flatten()
        {
            assert!(
                !text.contains(Emulator::API_KEY) && !has_token(text),
                "{text}"
            );
        }
    });
    if input.is_hosted {
        builder = builder.hosted();
    }
    if input.any_key {
        builder = builder.accept_any_key();
    }
    let longest = input.longest_session.map_or(604_800, u64::from);
    let emulator = builder
        .longest_session(Duration::from_secs(longest))
        .offline();
    let mut last = String::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        for ask in input.asks.iter().take(16) {
            let Some(asked) = ask.request(&emulator, &last) else {
                continue;
            };
            let sent = asked.request.clone();
            let answer = emulator.answer(sent).await.expect("it is answered");
            check(&asked, &answer, input.any_key);
            if ask.is_for_session()
                && answer.status() == StatusCode::OK
                && asked.request.method() == Method::POST
            {
                last = created(&emulator, &asked, &answer, input.any_key, longest);
            }
        }
    });
});

/// Whether a token shows up. Even the shortest has more than 60 characters.
fn has_token(text: &str) -> bool {
    text.split(|character: char| !character.is_ascii_alphanumeric() && !"-_.".contains(character))
        .any(|word| word.len() > 60 && word.contains("eyJ"))
}

/// What holds for every answer.
fn check(asked: &Asked, answer: &Response<Bytes>, any_key: bool) {
    let (status, headers) = (answer.status().as_u16(), answer.headers());
    assert!(
        [200, 204, 302, 400, 401, 404, 405, 422].contains(&status),
        "{status}"
    );
    assert_eq!(headers.get_all("x-apideck-request-id").iter().count(), 1);
    assert!(
        headers
            .iter()
            .all(|(name, _)| headers.get_all(name).iter().count() == 1)
    );
    let path = asked.request.uri().path();
    let is_for_session = path == "/vault/sessions";
    let is_preflight = asked.request.method() == Method::OPTIONS;
    if (200..400).contains(&status) && !is_for_session && !is_preflight {
        let is_allowed = asked.is_signed || is_from_backend(asked, any_key);
        assert!(is_allowed, "{path} without a token of ours or the API key");
    }
    match headers
        .get("content-type")
        .map(|value| value.to_str().unwrap())
    {
        Some("text/html; charset=utf-8") => {
            assert!(
                headers["content-security-policy"]
                    .to_str()
                    .unwrap()
                    .starts_with("default-src 'none'")
            );
            assert_eq!(headers["referrer-policy"], "no-referrer");
            page::check(str::from_utf8(answer.body()).unwrap());
        }
        Some(_) => {
            let body: Value = from_slice(answer.body()).unwrap();
            assert_eq!(body["status_code"], status);
            assert!(
                (status < 400) == body["data"].is_array() | body["data"].is_object(),
                "{body}"
            );
            assert!((status < 400) != body["type_name"].is_string(), "{body}");
        }
        None => assert!(answer.body().is_empty()),
    }
}

/// Whether a backend asks for a consumer's connections, with its API key.
fn is_from_backend(asked: &Asked, any_key: bool) -> bool {
    let headers = asked.request.headers();
    asked.request.uri().path().starts_with("/vault/connections")
        && !headers.contains_key("x-apideck-auth-type")
        && (any_key || one(headers, "authorization").ends_with(Emulator::API_KEY))
}

/// A session was created: the request had all that the contract asks for, and the token says what was asked for.
fn created(
    emulator: &Offline,
    asked: &Asked,
    answer: &Response<Bytes>,
    any_key: bool,
    longest: u64,
) -> String {
    let headers = asked.request.headers();
    let key = one(headers, "authorization")
        .split_once(' ')
        .expect("a scheme");
    assert!(key.0.eq_ignore_ascii_case("bearer"));
    let (app, consumer) = (
        one(headers, "x-apideck-app-id"),
        one(headers, "x-apideck-consumer-id"),
    );
    if !any_key {
        assert_eq!(
            (key.1.trim_start(), app),
            (Emulator::API_KEY, Emulator::APP_ID)
        );
    }
    assert!(!app.is_empty() && !consumer.is_empty() && !one(headers, "user-agent").is_empty());
    assert!(headers.contains_key("accept"));
    let body: Value = from_slice(answer.body()).unwrap();
    let token = body["data"]["session_token"].as_str().unwrap().to_owned();
    assert!(
        body["data"]["session_uri"]
            .as_str()
            .unwrap()
            .ends_with(&format!("/session/{token}"))
    );
    let claims = emulator.verify(&token).expect("it is signed");
    assert_eq!(
        (
            claims["application_id"].as_str(),
            claims["consumer_id"].as_str()
        ),
        (Some(app), Some(consumer))
    );
    let lasts = claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap();
    assert!(lasts <= longest, "{lasts}");
    if !asked.request.body().is_empty() {
        assert!(
            one(headers, "content-type")
                .to_ascii_lowercase()
                .starts_with("application/json")
        );
        let session: Value = from_slice(asked.request.body()).expect("it is JSON");
        for (name, value) in session.as_object().expect("it is an object") {
            assert_eq!(&claims[name], value, "{name}");
        }
    }
    token
}

/// The value of a header that is there once.
fn one<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let mut values = headers.get_all(name).iter();
    let value = values.next().expect("it is there");
    assert!(values.next().is_none(), "{name} is there twice");
    str::from_utf8(value.as_bytes())
        .expect("it is UTF-8")
        .trim()
}
