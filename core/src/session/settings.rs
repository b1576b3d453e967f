//! What Vault shows and allows during a session.

use serde::{Deserialize, Serialize};

use super::length::SessionLength;
use super::open_enum::open_enum;
use super::optional::Optional;
use crate::error::BuildError;

/// What Vault shows and allows during a session.
///
/// The defaults given here are the service's, and apply to fields that are not set.
///
/// ```
/// use apideck_vault_core::{AllowAction, SessionLength, SessionSettings, UnifiedApiId};
///
/// let settings = SessionSettings::new()
///     .unified_apis([UnifiedApiId::Crm, UnifiedApiId::from("brand-new")])
///     .session_length(SessionLength::hours(2))
///     .allow_actions([AllowAction::Reauthorize]);
///
/// // An empty list is not the same as leaving it unset:
/// let settings = SessionSettings::new().allow_actions([]);
/// assert_eq!(serde_json::to_string(&settings)?, r#"{"allow_actions":[]}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SessionSettings {
    /// The unified APIs whose integrations are shown. Default: all; an empty list also means all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unified_apis: Option<Vec<UnifiedApiId>>,
    /// Hide an integration's configurable resources. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hide_resource_settings: Option<bool>,
    /// Show a banner saying that this is a test environment. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox_mode: Option<bool>,
    /// Show only the connection's settings, without navigation. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isolation_mode: Option<bool>,
    /// How long the session is valid. Default: 1 hour; at most 1 week.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_length: Option<SessionLength>,
    /// Show the logs page. Default: true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_logs: Option<bool>,
    /// Show the suggestions page. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_suggestions: Option<bool>,
    /// Show the sidebar. Default: true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_sidebar: Option<bool>,
    /// Send the consumer to the redirect URI as soon as the connection works. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_redirect: Option<bool>,
    /// Hide Apideck's connection guides. Default: false.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hide_guides: Option<bool>,
    /// What the consumer may do with a connection. Default: everything; **an empty list means
    /// nothing**.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_actions: Option<Vec<AllowAction>>,
}

impl SessionSettings {
    /// Settings with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// The unified APIs whose integrations are shown. Default: all; an empty list also means all.
    pub fn unified_apis(mut self, ids: impl Optional<Vec<UnifiedApiId>>) -> Self {
        self.unified_apis = ids.into_option();
        self
    }

    /// Hide an integration's configurable resources. Default: false.
    pub fn hide_resource_settings(mut self, hide: impl Optional<bool>) -> Self {
        self.hide_resource_settings = hide.into_option();
        self
    }

    /// Show a banner saying that this is a test environment. Default: false.
    pub fn sandbox_mode(mut self, sandbox: impl Optional<bool>) -> Self {
        self.sandbox_mode = sandbox.into_option();
        self
    }

    /// Show only the connection's settings, without navigation. Default: false.
    pub fn isolation_mode(mut self, isolation: impl Optional<bool>) -> Self {
        self.isolation_mode = isolation.into_option();
        self
    }

    /// How long the session is valid. Default: 1 hour; at most 1 week.
    pub fn session_length(mut self, length: impl Optional<SessionLength>) -> Self {
        self.session_length = length.into_option();
        self
    }

    /// Show the logs page. Default: true.
    pub fn show_logs(mut self, show: impl Optional<bool>) -> Self {
        self.show_logs = show.into_option();
        self
    }

    /// Show the suggestions page. Default: false.
    pub fn show_suggestions(mut self, show: impl Optional<bool>) -> Self {
        self.show_suggestions = show.into_option();
        self
    }

    /// Show the sidebar. Default: true.
    pub fn show_sidebar(mut self, show: impl Optional<bool>) -> Self {
        self.show_sidebar = show.into_option();
        self
    }

    /// Send the consumer to the redirect URI as soon as the connection works. Default: false.
    pub fn auto_redirect(mut self, redirect: impl Optional<bool>) -> Self {
        self.auto_redirect = redirect.into_option();
        self
    }

    /// Hide Apideck's connection guides. Default: false.
    pub fn hide_guides(mut self, hide: impl Optional<bool>) -> Self {
        self.hide_guides = hide.into_option();
        self
    }

    /// What the consumer may do with a connection. Default: everything; **an empty list means
    /// nothing**.
    pub fn allow_actions(mut self, actions: impl Optional<Vec<AllowAction>>) -> Self {
        self.allow_actions = actions.into_option();
        self
    }

    pub(crate) fn check(&self) -> Result<(), BuildError> {
        match self.session_length {
            Some(length) => length.check(),
            None => Ok(()),
        }
    }
}

open_enum! {
    /// One of Apideck's unified APIs.
    ///
    /// The list grows: to send one that this version does not know, use `UnifiedApiId::from("its-id")`.
    pub enum UnifiedApiId {
        Accounting = "accounting",
        Ats = "ats",
        Calendar = "calendar",
        Crm = "crm",
        Csp = "csp",
        CustomerSupport = "customer-support",
        DataWarehouse = "data-warehouse",
        Ecommerce = "ecommerce",
        Email = "email",
        EmailMarketing = "email-marketing",
        ExpenseManagement = "expense-management",
        FileStorage = "file-storage",
        Form = "form",
        Hris = "hris",
        IssueTracking = "issue-tracking",
        Lead = "lead",
        Payroll = "payroll",
        Pos = "pos",
        Procurement = "procurement",
        ProjectManagement = "project-management",
        Script = "script",
        Sms = "sms",
        Spreadsheet = "spreadsheet",
        SubscriptionAnalytics = "subscription-analytics",
        TeamMessaging = "team-messaging",
        TimeRegistration = "time-registration",
        TransactionalEmail = "transactional-email",
        Vault = "vault",
    }
}

open_enum! {
    /// Something that the consumer may do with a connection.
    pub enum AllowAction {
        Delete = "delete",
        Disconnect = "disconnect",
        Reauthorize = "reauthorize",
        Disable = "disable",
    }
}
