//! The secrets that are looked for, in every form in which they could show up.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub(crate) const API_KEY: &str = r#"sk_live_"canary/1""#;
pub(crate) const TOKEN: &str =
    "eyJhbGciOiJIUzI1NiJ9.eyJlbWFpbCI6ImNhbmFyeUBzcGFjZXguY29tIn0.Y2FuYXJ5";
pub(crate) const EMAIL: &str = "canary@spacex.com";
pub(crate) const CUSTOM_SETTING: &str = "canary of a custom setting";
pub(crate) const HEADER: &str = "canary of a header";

pub(crate) fn session_uri() -> String {
    format!("https://vault.apideck.com/session/{TOKEN}")
}

/// The API key as servers, proxies and logs repeat it.
pub(crate) fn forms_of_the_key() -> Vec<String> {
    let escaped = API_KEY.replace('"', r#"\""#);
    vec![
        API_KEY.to_owned(),
        format!("Bearer {API_KEY}"),
        escaped.replace('\\', r"\\").replace('"', r#"\""#),
        escaped,
        API_KEY.replace('"', "%22").replace('/', "%2F"),
        STANDARD.encode(API_KEY),
    ]
}

/// Every canary that the text shows.
pub(crate) fn seen_in(text: &str) -> Vec<String> {
    let mut canaries = forms_of_the_key();
    let payload = TOKEN.split('.').nth(1).unwrap();
    canaries.extend([TOKEN, payload, EMAIL, CUSTOM_SETTING, HEADER].map(str::to_owned));
    canaries.push(session_uri());
    // Debug escapes a text once more.
    let debugged: Vec<_> = canaries
        .iter()
        .map(|canary| format!("{canary:?}").trim_matches('"').to_owned())
        .collect();
    canaries.extend(debugged);
    canaries.retain(|canary| text.contains(canary));
    canaries
}
