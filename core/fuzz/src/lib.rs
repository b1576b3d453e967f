//! What the fuzz targets share: inputs made from fuzzed parts, and what holds for every error's text.

use apideck_vault_core::Vault;
use std::error::Error;
use std::sync::LazyLock;

pub mod answer;
pub mod ask;
pub mod echo;
pub mod example;
pub mod json;
pub mod page;

pub const API_KEY: &str = "sk_live_canary/0123456789";

/// A vault with [`API_KEY`], and a budget that all inputs share.
pub fn vault() -> Vault {
    static VAULT: LazyLock<Vault> =
        LazyLock::new(|| Vault::new(API_KEY, "app").expect("the key is valid"));
    VAULT.clone()
}

/// Every text of an error is short, on one line and without the key.
pub fn check(error: &(dyn Error + 'static)) {
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(text.len() < 16_000, "{} bytes", text.len());
        assert!(!echo::has_key(&text), "{text}");
        assert!(!text.contains(|c: char| c.is_control()), "{text}");
        assert!(
            !text.contains(['\u{2028}', '\u{2029}', '\u{202e}', '\u{61c}']),
            "{text}"
        );
    }
    if let Some(source) = error.source() {
        assert!(!echo::has_key(&source.to_string()));
    }
}
