//! Valid JSON, with any part of it changed.

use apideck_vault_core::serde_json::{self, Value, json};
use arbitrary::Arbitrary;

use crate::json::{Json, Name};

/// The parts that may be changed of the session, the claims and the patch below.
const PARTS: [&str; 34] = [
    "/consumer_metadata",
    "/consumer_metadata/account_name",
    "/consumer_metadata/user_name",
    "/consumer_metadata/email",
    "/consumer_metadata/image",
    "/redirect_uri",
    "/settings",
    "/settings/unified_apis",
    "/settings/session_length",
    "/settings/show_logs",
    "/settings/allow_actions",
    "/theme",
    "/theme/logo",
    "/theme/primary_color",
    "/theme/sidepanel_background_color",
    "/theme/sidepanel_text_color",
    "/theme/vault_name",
    "/theme/privacy_url",
    "/theme/terms_url",
    "/custom_consumer_settings",
    "/application_id",
    "/consumer_id",
    "/exp",
    "/change",
    "/for",
    "/unified_api",
    "/service_id",
    "/back",
    "/enabled",
    "/settings/api_key",
    "/metadata",
    "/configuration",
    "/configuration/0/defaults",
    "/configuration/0/defaults/0/id",
];

#[derive(Debug, Arbitrary)]
pub struct Changes(Vec<Change>);

#[derive(Debug, Arbitrary)]
enum Change {
    /// A known part becomes a text that means something there, or its list gets that text as well.
    Word(u8, u8),
    Known(u8, Json),
    /// A field of the whole, which may be new.
    Field(Name, Json),
}

impl Changes {
    pub fn of(&self, mut example: Value) -> Value {
        for change in &self.0 {
            match change {
                Change::Word(index, word) => {
                    let part = part(*index);
                    let value = read(&Json::Word(*word), field(part));
                    match example.pointer_mut(part) {
                        Some(Value::Array(values)) => values.push(value),
                        Some(found) => *found = value,
                        None => {}
                    }
                }
                Change::Known(index, value) => {
                    let part = part(*index);
                    if let Some(found) = example.pointer_mut(part) {
                        *found = read(value, field(part));
                    }
                }
                Change::Field(name, value) => {
                    example[name.as_str()] = read(value, name.as_str());
                }
            }
        }
        example
    }
}

fn part(index: u8) -> &'static str {
    PARTS[usize::from(index) % PARTS.len()]
}

/// The name of the field that a part is, or is in.
fn field(part: &'static str) -> &'static str {
    let mut names = part.rsplit('/');
    names.find(|name| name.parse::<u8>().is_err()).unwrap()
}

fn read(value: &Json, field: &str) -> Value {
    let mut text = String::new();
    value.write_in(field, &mut text);
    serde_json::from_str(&text).unwrap_or_default()
}

pub fn session() -> Value {
    json!({
        "consumer_metadata": {
            "account_name": "SpaceX", "user_name": "Elon Musk", "email": "elon@musk.com",
            "image": "https://www.spacex.com/static/images/share.jpg",
        },
        "redirect_uri": "https://mysaas.com/dashboard",
        "settings": {
            "unified_apis": ["crm"], "session_length": "30m", "show_logs": true, "allow_actions": ["delete"],
        },
        "theme": {
            "logo": "https://res.cloudinary.com/apideck/icons/intercom", "primary_color": "#286efa",
            "sidepanel_background_color": "#286efa", "sidepanel_text_color": "#FFFFFF",
            "vault_name": "Intercom", "privacy_url": "https://compliance.apideck.com/privacy-policy",
            "terms_url": "https://www.termsfeed.com/terms-conditions/957c85c1b089ae9e3219c83eff65377e",
        },
        "custom_consumer_settings": {"feature_flag_1": true},
    })
}

/// What changes a connection.
pub fn patch() -> Value {
    json!({
        "enabled": true,
        "settings": {
            "api_key": "x", "subdomain": "s", "username": "u", "password": "p", "client_id": "c",
            "client_secret": "s",
        },
        "metadata": {"plan": "gold"},
        "configuration": [{"resource": "leads", "defaults": [{"id": "status", "value": "open"}]}],
    })
}
