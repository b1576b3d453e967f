//! The contract's example.

use apideck_vault_core::{
    ConsumerMetadata, CreateSession, Session, SessionLength, SessionSettings, Theme, UnifiedApiId,
};
use apideck_vault_emulator::Emulator;
use serde_json::{Value, json};
use std::io::{self, Read};

/// The session of the contract's example.
pub(crate) fn example() -> CreateSession {
    CreateSession::new(Emulator::CONSUMER_ID).session(
        Session::new()
            .consumer_metadata(
                ConsumerMetadata::new()
                    .account_name("SpaceX")
                    .user_name("Elon Musk")
                    .email("elon@musk.com")
                    .image("https://www.spacex.com/static/images/share.jpg"),
            )
            .redirect_uri("https://mysaas.com/dashboard")
            .settings(
                SessionSettings::new()
                    .unified_apis([UnifiedApiId::Crm])
                    .session_length(SessionLength::minutes(30)),
            )
            .theme(
                Theme::new()
                    .favicon("https://res.cloudinary.com/apideck/icons/intercom")
                    .logo("https://res.cloudinary.com/apideck/icons/intercom")
                    .primary_color("#286efa")
                    .sidepanel_background_color("#286efa")
                    .sidepanel_text_color("#FFFFFF")
                    .vault_name("Intercom")
                    .privacy_url("https://compliance.apideck.com/privacy-policy")
                    .terms_url(
                        "https://www.termsfeed.com/terms-conditions/957c85c1b089ae9e3219c83eff65377e",
                    ),
            )
            .custom_consumer_setting("feature_flag_1", true)
            .custom_consumer_setting(
                "tax_rates",
                json!([{"id": "6", "label": "6%"}, {"id": "21", "label": "21%"}]),
            ),
    )
}

/// Reads a request with the contract's example, whose body ends where its outermost brace does.
pub(crate) fn read_example(mut client: impl Read) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    while !request.ends_with(b"]}}") {
        let mut buffer = [0; 4096];
        match client.read(&mut buffer)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => request.extend_from_slice(&buffer[..read]),
        }
    }
    Ok(request)
}

/// What the contract's example is on the wire.
pub(crate) fn example_body() -> Value {
    json!({
        "consumer_metadata": {
            "account_name": "SpaceX", "user_name": "Elon Musk", "email": "elon@musk.com",
            "image": "https://www.spacex.com/static/images/share.jpg",
        },
        "redirect_uri": "https://mysaas.com/dashboard",
        "settings": {"unified_apis": ["crm"], "session_length": "30m"},
        "theme": {
            "favicon": "https://res.cloudinary.com/apideck/icons/intercom",
            "logo": "https://res.cloudinary.com/apideck/icons/intercom",
            "primary_color": "#286efa", "sidepanel_background_color": "#286efa",
            "sidepanel_text_color": "#FFFFFF", "vault_name": "Intercom",
            "privacy_url": "https://compliance.apideck.com/privacy-policy",
            "terms_url":
                "https://www.termsfeed.com/terms-conditions/957c85c1b089ae9e3219c83eff65377e",
        },
        "custom_consumer_settings": {
            "feature_flag_1": true,
            "tax_rates": [{"id": "6", "label": "6%"}, {"id": "21", "label": "21%"}],
        },
    })
}
