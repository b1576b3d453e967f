//! A consumer's connection: what is kept of it, and what the API says about it.

use serde_json::{Map, Value, json as value};

use super::catalog::{Auth, Connector, set};
use crate::api_error::{ApiError, json};

/// The most that is kept of one connection.
const MOST_BYTES: usize = 64 * 1024;

/// What is kept of a connection that was added.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stored {
    enabled: bool,
    /// Whether the consumer has allowed it, where that takes OAuth.
    pub(crate) is_authorized: bool,
    settings: Map<String, Value>,
    metadata: Value,
    /// The settings of its one configurable resource.
    resource_settings: Map<String, Value>,
    created_at: u64,
    pub(crate) updated_at: u64,
}

/// Where the consumer goes to allow a connection, or to take that back.
pub(crate) struct Links {
    pub(crate) authorize: String,
    pub(crate) revoke: String,
}

impl Stored {
    /// A connection that is added at this time, in milliseconds since 1970.
    pub(crate) fn added(now: u64) -> Self {
        Self {
            enabled: true,
            created_at: now,
            ..Self::default()
        }
    }

    /// Applies the fields of a `PATCH` that are not read-only; others are ignored.
    pub(crate) fn update(&mut self, body: &[u8]) -> Result<(), ApiError> {
        let patch = object(body)?;
        for (name, value) in &patch {
            match name.as_str() {
                "enabled" => {
                    let enabled = value.as_bool();
                    self.enabled = enabled.ok_or_else(|| wrong_type("enabled", "a boolean"))?;
                }
                "settings" => match value {
                    Value::Object(settings) => self.settings.extend(settings.clone()),
                    Value::Null => self.settings.clear(),
                    _ => return Err(wrong_type("settings", "an object or null")),
                },
                "metadata" => match value {
                    Value::Object(_) | Value::Null => self.metadata = value.clone(),
                    _ => return Err(wrong_type("metadata", "an object or null")),
                },
                "configuration" => self.configure(value)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Takes over `configuration[].defaults[]`, each with an `id` and a `value`.
    fn configure(&mut self, configuration: &Value) -> Result<(), ApiError> {
        let wrong = || wrong_type("configuration", "an array of objects with defaults");
        for resource in configuration.as_array().ok_or_else(wrong)? {
            let defaults = resource.get("defaults").and_then(Value::as_array);
            for one in defaults.ok_or_else(wrong)? {
                let id = one.get("id").and_then(Value::as_str).ok_or_else(wrong)?;
                let value = one.get("value").cloned().unwrap_or_default();
                self.resource_settings.insert(id.to_owned(), value);
            }
        }
        Ok(())
    }

    /// An error if there is more in it than the emulator keeps.
    pub(crate) fn check_size(&self) -> Result<(), ApiError> {
        let kept = (&self.settings, &self.metadata, &self.resource_settings);
        if json(&kept).len() <= MOST_BYTES {
            return Ok(());
        }
        let detail = format!("The emulator keeps at most {MOST_BYTES} bytes of a connection");
        Err(ApiError::unprocessable(detail))
    }

    /// How far the connection is: `available`, `added`, `authorized`, `invalid` or `callable`.
    pub(crate) fn state(&self, connector: Connector) -> &'static str {
        let value = |id: &str| self.settings.get(id).and_then(Value::as_str);
        let is_complete = connector.fields().iter().all(|field| {
            let id = field.get("id").and_then(Value::as_str).unwrap_or_default();
            field.get("required") != Some(&Value::Bool(true))
                || value(id).is_some_and(|value| !value.is_empty())
        });
        let is_refused = ["api_key", "password"]
            .iter()
            .any(|id| value(id) == Some("invalid"));
        match connector.vendor.auth {
            Auth::ApiKey | Auth::Basic if is_complete && is_refused => "invalid",
            Auth::AuthorizationCode | Auth::ClientCredentials if !self.is_authorized => "added",
            _ if is_complete => "callable",
            Auth::ClientCredentials => "authorized",
            _ => "added",
        }
    }
}

/// A connection as the API shows it; `None` for one that was not added.
pub(crate) fn describe(connector: Connector, stored: Option<&Stored>, links: &Links) -> Value {
    let (auth_type, grant_type) = match connector.vendor.auth {
        Auth::ApiKey => ("apiKey", None),
        Auth::Basic => ("basic", None),
        Auth::AuthorizationCode => ("oauth2", Some("authorization_code")),
        Auth::ClientCredentials => ("oauth2", Some("client_credentials")),
        Auth::None => ("none", None),
    };
    let with_page = connector.vendor.auth == Auth::AuthorizationCode;
    let needed: &[&str] = match connector.vendor.auth {
        Auth::ClientCredentials => &["client_id", "client_secret"],
        _ => &[],
    };
    let unset = Map::new();
    let settings = stored.map_or(&unset, |stored| &stored.settings);
    let state = stored.map_or("available", |stored| stored.state(connector));
    let resources = connector.configurable_resources();
    let mut described = value!({
        "id": connector.id(),
        "service_id": connector.service_id(),
        "name": connector.name(),
        "tag_line": connector.tag_line(),
        "unified_api": connector.api.id,
        "state": state,
        "integration_state": "configured",
        "auth_type": auth_type,
        "status": "live",
        "enabled": stored.is_some_and(|stored| stored.enabled),
        "website": connector.website(),
        "icon": connector.icon(),
        "logo": connector.icon(),
        "authorize_url": with_page.then_some(&links.authorize),
        "revoke_url": with_page.then_some(&links.revoke),
        "settings": settings,
        "metadata": stored.map_or(&Value::Null, |stored| &stored.metadata),
        "form_fields": filled(connector.fields(), settings),
        "configuration": [],
        "configurable_resources": resources,
        "resource_schema_support": [],
        "resource_settings_support": resources,
        "validation_support": matches!(connector.vendor.auth, Auth::ApiKey | Auth::Basic),
        "schema_support": false,
        "settings_required_for_authorization": needed,
        "subscriptions": [],
        "has_guide": connector.vendor.auth == Auth::ApiKey,
        "custom_mappings": [],
    });
    if let Some(grant_type) = grant_type {
        set(&mut described, "oauth_grant_type", value!(grant_type));
    }
    if let Some(stored) = stored {
        set(&mut described, "created_at", value!(stored.created_at));
        set(&mut described, "updated_at", value!(stored.updated_at));
    }
    described
}

/// The settings of a connection's resource, as the front end reads them: a list of form fields.
pub(crate) fn resource_settings(connector: Connector, stored: Option<&Stored>) -> Vec<Value> {
    let unset = Map::new();
    let settings = stored.map_or(&unset, |stored| &stored.resource_settings);
    filled(connector.resource_fields(), settings)
}

/// Form fields with their values.
fn filled(mut fields: Vec<Value>, settings: &Map<String, Value>) -> Vec<Value> {
    for field in &mut fields {
        let id = field.get("id").and_then(Value::as_str).unwrap_or_default();
        if let Some(value) = settings.get(id).cloned() {
            set(field, "value", value);
        }
    }
    fields
}

fn object(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    serde_json::from_slice(body).map_err(|error| ApiError::body(format!("Invalid JSON: {error}")))
}

fn wrong_type(path: &str, wanted: &str) -> ApiError {
    ApiError::body(format!("Invalid Type: {path} must be {wanted}"))
}
