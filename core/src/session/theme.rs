//! How Vault looks.

use serde::{Deserialize, Serialize};

use super::optional::Optional;

/// How Vault looks. Colors are CSS colors such as `#286efa`.
///
/// ```
/// # use apideck_vault_core::Theme;
/// let theme = Theme::new().vault_name("Intercom").primary_color("#286efa");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Theme {
    /// The URL of the icon in the browser's tab.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub favicon: Option<String>,
    /// The URL of the logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// The main color.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary_color: Option<String>,
    /// The sidebar's background color.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sidepanel_background_color: Option<String>,
    /// The sidebar's text color.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sidepanel_text_color: Option<String>,
    /// The name in the sidebar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vault_name: Option<String>,
    /// The URL of the privacy policy that the sidebar links to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub privacy_url: Option<String>,
    /// The URL of the terms and conditions that the sidebar links to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms_url: Option<String>,
}

impl Theme {
    /// A theme with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// The URL of the icon in the browser's tab.
    pub fn favicon(mut self, url: impl Optional<String>) -> Self {
        self.favicon = url.into_option();
        self
    }

    /// The URL of the logo.
    pub fn logo(mut self, url: impl Optional<String>) -> Self {
        self.logo = url.into_option();
        self
    }

    /// The main color.
    pub fn primary_color(mut self, color: impl Optional<String>) -> Self {
        self.primary_color = color.into_option();
        self
    }

    /// The sidebar's background color.
    pub fn sidepanel_background_color(mut self, color: impl Optional<String>) -> Self {
        self.sidepanel_background_color = color.into_option();
        self
    }

    /// The sidebar's text color.
    pub fn sidepanel_text_color(mut self, color: impl Optional<String>) -> Self {
        self.sidepanel_text_color = color.into_option();
        self
    }

    /// The name in the sidebar.
    pub fn vault_name(mut self, name: impl Optional<String>) -> Self {
        self.vault_name = name.into_option();
        self
    }

    /// The URL of the privacy policy that the sidebar links to.
    pub fn privacy_url(mut self, url: impl Optional<String>) -> Self {
        self.privacy_url = url.into_option();
        self
    }

    /// The URL of the terms and conditions that the sidebar links to.
    pub fn terms_url(mut self, url: impl Optional<String>) -> Self {
        self.terms_url = url.into_option();
        self
    }
}
