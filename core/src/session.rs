//! What a session shows and allows: plain data.
//!
//! Fields that are not set are not sent, and the service applies its own defaults.

mod consumer_metadata;
mod length;
mod open_enum;
mod optional;
mod settings;
mod theme;

pub use consumer_metadata::ConsumerMetadata;
pub use length::SessionLength;
pub use open_enum::UnknownValue;
pub use optional::Optional;
pub use settings::{AllowAction, SessionSettings, UnifiedApiId};
pub use theme::Theme;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::fmt;

use crate::error::{BuildError, Object};

/// Who the consumer is, and what Vault shows and allows.
///
/// It is the body of `POST /vault/sessions`.
/// **Everything in it ends up in the session token**, which the consumer's browser receives and can
/// read, including the metadata and all of `custom_consumer_settings`. Do not include anything that
/// the consumer must not see, and keep it small: the token is part of a URL.
///
/// ```
/// use apideck_vault_core::{
///     ConsumerMetadata, Session, SessionLength, SessionSettings, Theme, UnifiedApiId,
/// };
///
/// let session = Session::new()
///     .consumer_metadata(ConsumerMetadata::new().account_name("SpaceX").user_name("Elon Musk"))
///     .redirect_uri("https://mysaas.com/dashboard")
///     .settings(
///         SessionSettings::new()
///             .unified_apis([UnifiedApiId::Crm])
///             .session_length(SessionLength::minutes(30)),
///     )
///     .theme(Theme::new().vault_name("Intercom").primary_color("#286efa"))
///     .custom_consumer_setting("feature_flag_1", true);
///
/// assert_eq!(
///     serde_json::to_value(&session)?,
///     serde_json::json!({
///         "consumer_metadata": {"account_name": "SpaceX", "user_name": "Elon Musk"},
///         "redirect_uri": "https://mysaas.com/dashboard",
///         "settings": {"unified_apis": ["crm"], "session_length": "30m"},
///         "theme": {"primary_color": "#286efa", "vault_name": "Intercom"},
///         "custom_consumer_settings": {"feature_flag_1": true},
///     }),
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// A session, its settings or its theme can also be read from a file, such as JSON or TOML. A field
/// that does not exist is an error that names it:
///
/// ```
/// use apideck_vault_core::Theme;
///
/// let theme: Theme = serde_json::from_str(r##"{"primary_color": "#286efa"}"##)?;
/// assert_eq!(theme, Theme::new().primary_color("#286efa"));
///
/// let error = serde_json::from_str::<Theme>(r#"{"color": "blue"}"#).unwrap_err();
/// assert!(error.to_string().starts_with("unknown field `color`, expected one of `favicon`"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// A decimal number in JSON that has more than 15 digits may be read one unit off in its last place, unless the
/// program enables serde_json's feature `float_roundtrip`. In TOML, write a date in the custom settings as a string,
/// and no `nan` or `inf`: JSON has none of them.
///
/// `Debug` shows neither the metadata nor the values of the custom settings.
///
/// Source: [Create Session](https://developers.apideck.com/apis/vault/reference#tag/Sessions/operation/sessionsCreate).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Session {
    /// Who the consumer is, as shown in Vault's sidebar.
    #[serde(default, deserialize_with = "object")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consumer_metadata: Option<ConsumerMetadata>,
    /// Where the consumer returns to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<String>,
    /// What Vault shows and allows.
    #[serde(default, deserialize_with = "object")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settings: Option<SessionSettings>,
    /// How Vault looks.
    #[serde(default, deserialize_with = "object")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<Theme>,
    /// Anything else to pass along as part of the session. The consumer can read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_consumer_settings: Option<Map<String, Value>>,
}

impl Session {
    /// A session with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets who the consumer is, as shown in Vault's sidebar.
    pub fn consumer_metadata(mut self, metadata: impl Optional<ConsumerMetadata>) -> Self {
        self.consumer_metadata = metadata.into_option();
        self
    }

    /// Sets where the consumer returns to.
    pub fn redirect_uri(mut self, uri: impl Optional<String>) -> Self {
        self.redirect_uri = uri.into_option();
        self
    }

    /// Sets what Vault shows and allows.
    pub fn settings(mut self, settings: impl Optional<SessionSettings>) -> Self {
        self.settings = settings.into_option();
        self
    }

    /// Sets how Vault looks.
    pub fn theme(mut self, theme: impl Optional<Theme>) -> Self {
        self.theme = theme.into_option();
        self
    }

    /// Adds an entry to the custom consumer settings, or replaces the one with this name.
    pub fn custom_consumer_setting(
        mut self,
        name: impl Into<String>,
        value: impl Into<Value>,
    ) -> Self {
        self.custom_consumer_settings
            .get_or_insert_default()
            .insert(name.into(), value.into());
        self
    }

    /// Replaces all custom consumer settings with anything that serializes to a JSON object: a map,
    /// a struct, [`serde_json::json!`].
    ///
    /// # Errors
    ///
    /// If `settings` cannot be serialized, or does not serialize to an object.
    pub fn custom_consumer_settings(
        mut self,
        settings: impl Serialize,
    ) -> Result<Self, BuildError> {
        const FIELD: &str = "custom_consumer_settings";
        const EXPECTED: &str = "it must be a map or struct that serializes to a JSON object";
        match serde_json::to_value(settings) {
            Ok(Value::Object(entries)) => {
                self.custom_consumer_settings = Some(entries);
                Ok(self)
            }
            Ok(_) => Err(BuildError::new(FIELD, "is not a JSON object", EXPECTED)),
            Err(error) => {
                let problem = format!("does not serialize ({error})");
                Err(BuildError::new(FIELD, problem, EXPECTED))
            }
        }
    }

    /// Finds input that is already known to be refused by the service.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        match &self.settings {
            Some(settings) => settings.check(),
            None => Ok(()),
        }
    }
}

/// Reads an object, and nothing else: derived code would accept an array of its fields as well.
fn object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let object = Option::deserialize(deserializer)?;
    Ok(object.map(|Object(fields)| fields))
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let custom = self.custom_consumer_settings.as_ref();
        let names = custom.map(|settings| settings.keys().collect::<Vec<_>>());
        formatter
            .debug_struct("Session")
            .field("consumer_metadata", &self.consumer_metadata)
            .field("redirect_uri", &self.redirect_uri)
            .field("settings", &self.settings)
            .field("theme", &self.theme)
            .field("custom_consumer_settings", &names)
            .finish()
    }
}
