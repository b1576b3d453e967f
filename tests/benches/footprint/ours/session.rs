//! The contract's full example, in the SDK's types.

use apideck_vault::{
    ConsumerMetadata, CreateSession, Session, SessionLength, SessionSettings, Theme, UnifiedApiId,
    serde_json::json,
};

pub fn create() -> CreateSession {
    let icon = "https://res.cloudinary.com/apideck/icons/intercom";
    let session = Session::new()
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
                .favicon(icon)
                .logo(icon)
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
        );
    CreateSession::new("test-consumer").session(session)
}
