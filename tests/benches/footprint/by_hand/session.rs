//! The contract's full example and the response, in types written without an SDK.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub const API_KEY: &str = "sk_live_0123456789";
pub const APP_ID: &str = "dSBdXd2H6Mqwfg0atXHXYcysLJE9qyn1VwBtXHX";
pub const CONSUMER_ID: &str = "test-consumer";

#[derive(Serialize)]
pub struct Session {
    #[serde(skip_serializing_if = "Option::is_none")]
    consumer_metadata: Option<ConsumerMetadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    settings: Option<Settings>,
    #[serde(skip_serializing_if = "Option::is_none")]
    theme: Option<Theme>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    custom_consumer_settings: Map<String, Value>,
}

#[derive(Serialize)]
struct ConsumerMetadata {
    account_name: String,
    user_name: String,
    email: String,
    image: String,
}

#[derive(Serialize)]
struct Settings {
    unified_apis: Vec<String>,
    session_length: String,
}

#[derive(Serialize)]
struct Theme {
    favicon: String,
    logo: String,
    primary_color: String,
    sidepanel_background_color: String,
    sidepanel_text_color: String,
    vault_name: String,
    privacy_url: String,
    terms_url: String,
}

#[derive(Deserialize)]
pub struct Created {
    pub data: Data,
}

#[derive(Deserialize)]
pub struct Data {
    pub session_uri: String,
}

pub fn session() -> Session {
    let icon = "https://res.cloudinary.com/apideck/icons/intercom";
    let mut settings = Map::new();
    settings.insert("feature_flag_1".into(), true.into());
    settings.insert(
        "tax_rates".into(),
        json!([{"id": "6", "label": "6%"}, {"id": "21", "label": "21%"}]),
    );
    Session {
        consumer_metadata: Some(ConsumerMetadata {
            account_name: "SpaceX".into(),
            user_name: "Elon Musk".into(),
            email: "elon@musk.com".into(),
            image: "https://www.spacex.com/static/images/share.jpg".into(),
        }),
        redirect_uri: Some("https://mysaas.com/dashboard".into()),
        settings: Some(Settings {
            unified_apis: vec!["crm".into()],
            session_length: "30m".into(),
        }),
        theme: Some(Theme {
            favicon: icon.into(),
            logo: icon.into(),
            primary_color: "#286efa".into(),
            sidepanel_background_color: "#286efa".into(),
            sidepanel_text_color: "#FFFFFF".into(),
            vault_name: "Intercom".into(),
            privacy_url: "https://compliance.apideck.com/privacy-policy".into(),
            terms_url:
                "https://www.termsfeed.com/terms-conditions/957c85c1b089ae9e3219c83eff65377e".into(),
        }),
        custom_consumer_settings: settings,
    }
}
