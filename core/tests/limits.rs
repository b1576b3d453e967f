//! Every field that reaches a header or a URL, with values that could break out of it: an error that names the
//! field, or exact transport. And sizes that nobody expects.

use allocation_counter::measure;
use apideck_vault_core::error::BuildError;
use apideck_vault_core::http::{HeaderName, HeaderValue, Method, Request, Response};
use apideck_vault_core::operation::{path_segment, refused};
use apideck_vault_core::{Bytes, CreateSession, Operation, Session, SessionToken, Vault};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

const MB: usize = 1_000_000;

/// Makes a request with this text as one of the fields.
type With = fn(&str) -> Result<Request<Bytes>, BuildError>;

fn create(vault: Result<Vault, BuildError>) -> Result<Request<Bytes>, BuildError> {
    CreateSession::new("test-consumer").encode(&vault?)
}

fn vault() -> Vault {
    Vault::new("key", "app").unwrap()
}

/// The name in errors, how to send a text in it, and the header that it is sent in.
const FIELDS: [(&str, With, &str); 5] = [
    (
        "api_key",
        |text| create(Vault::new(text, "app")),
        "authorization",
    ),
    (
        "app_id",
        |text| create(Vault::new("key", text)),
        "x-apideck-app-id",
    ),
    (
        "user_agent_prefix",
        |text| create(vault().with_user_agent_prefix(text)),
        "user-agent",
    ),
    (
        "consumer_id",
        |text| CreateSession::new(text).encode(&vault()),
        "x-apideck-consumer-id",
    ),
    (
        "header x-trace",
        |text| {
            CreateSession::new("c")
                .header("x-trace", text)
                .encode(&vault())
        },
        "x-trace",
    ),
];

#[test]
fn what_could_break_out_of_a_header_is_refused_by_the_name_of_its_field() {
    let long = format!("{}\n", "x".repeat(MB));
    for (field, with, _) in FIELDS {
        for wrong in [
            "",
            " ",
            " a",
            "a ",
            "a\tb",
            "\ta",
            "a\n",
            "a\r\nx: y",
            "a\0b",
            "a\u{7f}",
            "a\u{85}b",
            "ä",
            "a\u{2028}b",
            "🦀",
            &long,
        ] {
            let error = with(wrong).unwrap_err();
            assert_eq!(error.field(), field, "{wrong:?}");
            assert!(error.to_string().len() < 200, "{field}");
        }
    }
}

#[test]
fn any_other_value_is_sent_exactly() {
    let every_character: String = ('!'..='~').collect();
    for (field, with, header) in FIELDS {
        for right in [
            "a",
            "a b",
            "%0d%0a",
            "a,b;c=\"d\"",
            &every_character,
            &"x".repeat(MB),
        ] {
            let request = with(right).unwrap();
            let sent = request.headers()[header].to_str().unwrap();
            let sent = sent.strip_prefix("Bearer ").unwrap_or(sent);
            let sent = sent.split(" apideck-vault-rust/").next().unwrap();
            assert_eq!(sent, right, "{field}");
            assert_eq!(request.headers().get_all(header).iter().count(), 1);
        }
    }
}

#[test]
fn more_headers_than_a_request_can_hold_are_refused() {
    let mut call = CreateSession::new("test-consumer");
    for number in 0..40_000 {
        call = call.header(format!("x-{number}"), "1");
    }
    assert_eq!(call.encode(&vault()).unwrap_err().field(), "header");
}

#[test]
fn a_name_that_is_not_one_of_a_header_is_refused() {
    let long = "x".repeat(MB);
    for wrong in [
        "", " ", "a b", "a:b", "a\r\nb", "a\0", "ä", ":path", "host:", &long,
    ] {
        let create = CreateSession::new("c").header(wrong, "x");
        let error = create.encode(&vault()).unwrap_err();
        assert_eq!(
            (error.field(), error.problem()),
            ("header", "has an invalid name")
        );
    }
}

#[test]
fn a_path_segment_of_any_text_stays_one_segment() {
    let long = "/".repeat(MB);
    for text in [
        "a/b", "a?b", "a#b", "%2e", "\r\n", "\0", "ä", " ", "../..", "@host", "\\", &long,
    ] {
        let segment = path_segment("id", text).unwrap();
        let path = format!("/consumers/{segment}");
        if text.len() == MB {
            // A URL has at most 64 KiB.
            let error = vault().request(Method::GET, path.clone(), Bytes::new());
            assert_eq!(error.unwrap_err().field(), "path");
            continue;
        }
        let request = vault()
            .request(Method::GET, path.clone(), Bytes::new())
            .unwrap();
        assert_eq!(request.uri().path(), path);
        assert_eq!(request.uri().query(), None);
        assert_eq!(request.uri().host(), Some("unify.apideck.com"));
        assert_eq!(path.matches('/').count(), 2);
    }
}

#[test]
fn a_server_url_is_taken_as_it_is_or_refused() {
    let long = format!("https://h/{}", "x".repeat(MB));
    for (url, problem) in [
        ("https://key@h", "has a user name"),
        ("https://user:key@h", "has a user name"),
        ("https://h@", "is not a URL"),
        ("https://h/?a", "has a query"),
        ("https://h/#a", "has a fragment"),
        ("https://h:0", "has an invalid port"),
        ("https://h:65536", "has an invalid port"),
        ("https://[::1", "is not a URL"),
        ("https://[::1]]", "is not a URL"),
        ("https://[fe80::1%25eth0]", "has an invalid host"),
        ("https://bücher.example", "contains a non-ASCII character"),
        ("https://h\\@evil.example", "is not a URL"),
        ("https://h/a b", "is not a URL"),
        ("https:/h", "is not a URL"),
        ("//h", "is not absolute"),
        ("file:///etc/passwd", "is not a URL"),
        ("http://93.184.216.34", "is plain http to another machine"),
        ("http://[2001:db8::1]", "is plain http to another machine"),
        (&long, "is not a URL"),
    ] {
        let error = vault().with_server_url(url).unwrap_err();
        assert_eq!(error.field(), "server_url");
        assert!(
            error.problem().starts_with(problem),
            "{error} {}",
            &url[..url.len().min(50)]
        );
        assert!(!error.to_string().contains("key@"));
    }
    for url in [
        "https://xn--bcher-kva.example",
        "https://h:65535",
        "https://[2001:db8::1]:1/x",
        "https://h/a%2Fb",
    ] {
        let request = create(vault().with_server_url(url)).unwrap();
        assert_eq!(request.uri().to_string(), format!("{url}/vault/sessions"));
    }
}

#[test]
fn a_session_of_ten_megabytes_or_a_million_keys_is_sent_within_three_times_its_size() {
    let text = Session::new().redirect_uri("\"".repeat(10 * MB));
    let keys = (0..MB).map(|number| (number.to_string(), Value::Null));
    let mut keyed = Session::new();
    keyed.custom_consumer_settings = Some(keys.collect());
    for session in [text, keyed] {
        let create = CreateSession::new("c").session(session);
        let mut bytes = 0;
        let cost = measure(|| bytes = create.encode(&vault()).unwrap().body().len());
        assert!(bytes > 10 * MB, "{bytes}");
        assert!(
            cost.bytes_max <= 3 * bytes as u64 + 32 * 1024,
            "{bytes}: {cost:?}"
        );
    }
}

#[test]
fn an_answer_with_ten_thousand_headers_is_read_within_their_size() {
    let mut answer = Response::new(Bytes::from_static(b"{}"));
    *answer.status_mut() = apideck_vault_core::http::StatusCode::BAD_REQUEST;
    for number in 0..10_000 {
        let name: HeaderName = format!("x-{number}").parse().unwrap();
        let value = HeaderValue::from_static("no such key: sk_live_secret");
        answer.headers_mut().append(name, value);
    }
    let vault = Vault::new("sk_live_secret", "app").unwrap();
    let cost = measure(|| {
        let error = refused(&vault, answer);
        assert_eq!(error.headers().len(), 10_000);
        assert!(error.headers().values().all(|value| value == "[redacted]"));
    });
    assert!(cost.count_total < 10, "{cost:?}");
}

#[test]
fn a_token_of_a_million_claims_is_read() {
    let claims: Value = (0..MB)
        .map(|number| (number.to_string(), json!(0)))
        .collect();
    let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
    let claims = SessionToken::new(format!("e30.{payload}.c2ln")).claims();
    assert_eq!(claims.unwrap().as_map().len(), MB);
}
