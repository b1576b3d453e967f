//! Who the consumer is.

use serde::{Deserialize, Serialize};
use std::fmt;

use super::Optional;

/// Who the consumer is, as shown in Vault's sidebar. The service recommends setting it.
///
/// `Debug` shows only which fields are set.
///
/// ```
/// # use apideck_vault_core::ConsumerMetadata;
/// let metadata = ConsumerMetadata::new().account_name("SpaceX").email("elon@musk.com");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ConsumerMetadata {
    /// The name of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// The name of the user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
    /// The user's email address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The URL of the user's picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

impl ConsumerMetadata {
    /// Metadata with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// The name of the account.
    pub fn account_name(mut self, name: impl Optional<String>) -> Self {
        self.account_name = name.into_option();
        self
    }

    /// The name of the user.
    pub fn user_name(mut self, name: impl Optional<String>) -> Self {
        self.user_name = name.into_option();
        self
    }

    /// The user's email address.
    pub fn email(mut self, email: impl Optional<String>) -> Self {
        self.email = email.into_option();
        self
    }

    /// The URL of the user's picture. The service expects an absolute URL.
    pub fn image(mut self, url: impl Optional<String>) -> Self {
        self.image = url.into_option();
        self
    }
}

impl fmt::Debug for ConsumerMetadata {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_set = [
            ("account_name", self.account_name.is_some()),
            ("user_name", self.user_name.is_some()),
            ("email", self.email.is_some()),
            ("image", self.image.is_some()),
        ];
        let mut shown = formatter.debug_struct("ConsumerMetadata");
        for (name, _) in is_set.into_iter().filter(|(_, is_set)| *is_set) {
            shown.field(name, &format_args!("[redacted]"));
        }
        shown.finish()
    }
}
