//! Server URLs, keys, ids and headers: whatever they are, a request has exactly the expected headers, each on
//! one line, and goes to the expected host.

#![no_main]

use apideck_vault_core::http::{HeaderMap, HeaderName, Uri};
use apideck_vault_core::serde_json::{self, Value};
use apideck_vault_core::{CreateSession, Operation, Session, Vault};
use apideck_vault_core_fuzz::example::{self, Changes};
use apideck_vault_core_fuzz::json::{Json, Name, object};
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

#[derive(Debug, Arbitrary)]
struct Input {
    server: Option<String>,
    is_secure: bool,
    prefix: Option<String>,
    key: String,
    app: String,
    consumer: String,
    headers: Vec<(String, String)>,
    session: Option<Given>,
}

/// A session as JSON.
#[derive(Debug, Arbitrary)]
enum Given {
    /// The example's, with any part changed: fields alone are hardly ever all right.
    Changed(Changes),
    Fields(Vec<(Name, Json)>),
}

impl Given {
    fn text(&self) -> String {
        match self {
            Self::Changed(changes) => changes.of(example::session()).to_string(),
            Self::Fields(fields) => {
                let mut text = String::new();
                object(fields, &mut text);
                text
            }
        }
    }
}

fuzz_target!(|input: Input| {
    let scheme = if input.is_secure { "https" } else { "http" };
    let server = input
        .server
        .as_ref()
        .map(|server| format!("{scheme}://{server}"));
    let made = || {
        let mut vault = Vault::new(&input.key, &input.app)?;
        if let Some(server) = &server {
            vault = vault.with_insecure_server_url(server)?;
        }
        match &input.prefix {
            Some(prefix) => vault.with_user_agent_prefix(prefix),
            None => Ok(vault),
        }
    };
    let mut create = CreateSession::new(&input.consumer);
    for (name, value) in &input.headers {
        create = create.header(name, value);
    }
    let session = input.session.as_ref().map(Given::text).unwrap_or_default();
    if input.session.is_some() {
        match serde_json::from_str::<Session>(&session) {
            Ok(read) => create = create.session(read),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    let request = made().and_then(|vault| create.encode(&vault));
    let request = match request {
        Ok(request) => request,
        Err(error) => {
            assert!(!error.field().is_empty() && !error.problem().is_empty());
            assert!(error.to_string().len() < 400 + 2 * longest(&input.headers));
            return;
        }
    };

    let expected: Uri = server
        .as_deref()
        .unwrap_or(Vault::DEFAULT_SERVER_URL)
        .parse()
        .unwrap();
    assert_eq!(request.uri().authority(), expected.authority());
    assert_eq!(request.uri().scheme(), expected.scheme());
    let authority = expected.authority().unwrap().as_str();
    assert!(!authority.contains('@') && authority.is_ascii());
    let prefix = expected.path().trim_end_matches('/');
    assert_eq!(request.uri().to_string(), {
        let scheme = expected.scheme_str().unwrap();
        format!("{scheme}://{authority}{prefix}/vault/sessions")
    });

    let mut names: BTreeSet<String> = ["authorization", "x-apideck-app-id", "accept", "user-agent"]
        .map(str::to_owned)
        .into();
    names.insert("x-apideck-consumer-id".to_owned());
    if create.session.is_some() {
        names.insert("content-type".to_owned());
    }
    let ours = names.len();
    names.extend(
        input
            .headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase()),
    );
    let headers: &HeaderMap = request.headers();
    let sent: BTreeSet<_> = headers.keys().map(HeaderName::to_string).collect();
    assert_eq!(sent, names);
    assert_eq!(headers.len(), ours + input.headers.len());
    for value in headers.values() {
        assert!(
            value
                .as_bytes()
                .iter()
                .all(|byte| (b' '..0x7f).contains(byte))
        );
    }
    let key = headers["authorization"].to_str().unwrap();
    assert!(input.key.ends_with(key.strip_prefix("Bearer ").unwrap()));
    assert_eq!(headers["x-apideck-app-id"], input.app.as_str());
    assert_eq!(headers["x-apideck-consumer-id"], input.consumer.as_str());
    match &create.session {
        Some(read) => check_session(&session, read, request.body()),
        None => assert!(request.body().is_empty()),
    }
});

/// Everything that was set is sent, as it was, and nothing else.
fn check_session(text: &str, read: &Session, body: &[u8]) {
    let mut given: Value = serde_json::from_str(text).unwrap();
    let custom = given
        .get("custom_consumer_settings")
        .and_then(Value::as_object);
    assert_eq!(read.custom_consumer_settings.as_ref(), custom);
    let mut sent: Value = serde_json::from_slice(body).unwrap();
    for value in [&mut given, &mut sent] {
        let session = value.as_object_mut().unwrap();
        // What it holds is compared above: a fraction may be read as its neighbor the second time.
        session.remove("custom_consumer_settings");
        for part in session.values_mut().filter_map(Value::as_object_mut) {
            part.retain(|_, value| !value.is_null());
            // `030m` is sent as `30m`.
            part.remove("session_length");
        }
        session.retain(|_, value| !value.is_null());
    }
    assert_eq!(sent, given);
}

fn longest(headers: &[(String, String)]) -> usize {
    headers
        .iter()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or_default()
}
