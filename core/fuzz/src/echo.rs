//! The API key in the forms in which a server may repeat it, and whether one of them is in a text.

use apideck_vault_core::serde_json;
use arbitrary::Arbitrary;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::sync::LazyLock;

use crate::API_KEY;

#[derive(Debug, Arbitrary)]
pub enum Echo {
    Plain,
    UpperCase,
    Hexadecimal,
    /// After so many other bytes.
    Base64(u8),
    /// Each character for which there is a bit, so many times over.
    Percent(u32, u8),
    Escaped(u32, u8),
}

impl Echo {
    pub fn of(&self, key: &str) -> String {
        let some = |bits: u32, encoded: &dyn Fn(char) -> String| -> String {
            let characters = key.chars().enumerate();
            let encoded = characters.map(|(index, character)| match bits >> (index % 32) & 1 {
                0 => character.to_string(),
                _ => encoded(character),
            });
            encoded.collect()
        };
        match self {
            Self::Plain => key.to_owned(),
            Self::UpperCase => key.to_ascii_uppercase(),
            Self::Hexadecimal => key.bytes().map(|byte| format!("{byte:02x}")).collect(),
            Self::Base64(before) => {
                let before = "x".repeat(usize::from(before % 4));
                STANDARD_NO_PAD.encode(format!("{before}{key}:"))
            }
            Self::Percent(bits, times) => some(*bits, &|character| {
                let more = "25".repeat(usize::from(times % 16));
                format!("%{more}{:02x}", u32::from(character))
            }),
            Self::Escaped(bits, times) => some(*bits, &|character| {
                let more = "\\".repeat(usize::from(times % 16));
                format!("\\{more}u{:04x}", u32::from(character))
            }),
        }
    }
}

/// What is in any Base64 of the key, whatever comes before and after it; and the key in plain forms.
static FORMS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let base64 = (0..3).map(|before| {
        let text = "x".repeat(before) + API_KEY;
        let encoded = STANDARD_NO_PAD.encode(&text);
        encoded[(before * 8).div_ceil(6)..text.len() * 8 / 6].to_owned()
    });
    let plain = [API_KEY.to_owned(), Echo::Hexadecimal.of(API_KEY)];
    let forms = base64.chain(plain);
    forms.map(|form| form.to_ascii_lowercase()).collect()
});

/// Whether a text repeats the key: in plain, percent-encoded, escaped, hexadecimal or Base64.
pub fn has_key(text: &str) -> bool {
    let has = |text: &str| {
        let text = text.to_ascii_lowercase();
        FORMS.iter().any(|form| text.contains(form))
    };
    let unescaped = || serde_json::from_str::<String>(&format!("\"{text}\"")).ok();
    has(text)
        || text.contains('%') && has(&without_percents(text))
        || text.contains('\\') && unescaped().is_some_and(|text| has(&text))
}

fn without_percents(text: &str) -> String {
    let mut parts = text.replace("%25", "%");
    while let Some(fewer) = Some(parts.replace("%25", "%")).filter(|fewer| *fewer != parts) {
        parts = fewer;
    }
    let mut parts = parts.split('%');
    let mut decoded = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part
            .get(..2)
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        match code {
            Some(code) => {
                decoded.push(char::from(code));
                decoded.push_str(&part[2..]);
            }
            None => {
                decoded.push('%');
                decoded.push_str(part);
            }
        }
    }
    decoded
}
