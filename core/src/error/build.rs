//! Invalid input, found before anything was sent.

use std::borrow::Cow;
use std::fmt;

/// A value that cannot be sent.
///
/// The error names the field, says what is wrong with it and what would be right. It never contains
/// the value itself, which may be a secret.
///
/// ```
/// use apideck_vault_core::Vault;
///
/// let error = Vault::new("sk_live_1\nX-Evil: 1", "app").unwrap_err();
/// assert_eq!(error.field(), "api_key");
/// assert_eq!(
///     error.to_string(),
///     "api_key contains a control character: it must contain only visible ASCII characters",
/// );
/// ```
///
/// `{:?}` is the same text as `{}`, because that is what a `main` that returns the error prints.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} {problem}: {expected}")]
pub struct BuildError {
    field: Cow<'static, str>,
    problem: Cow<'static, str>,
    expected: Cow<'static, str>,
}

impl BuildError {
    /// `field` is the name that the caller knows, `problem` a predicate ("is empty"), and
    /// `expected` what would be right ("it must be …"). Do not include the value in any of them.
    pub fn new(
        field: impl Into<Cow<'static, str>>,
        problem: impl Into<Cow<'static, str>>,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            field: field.into(),
            problem: problem.into(),
            expected: expected.into(),
        }
    }

    /// The field that is wrong, such as `consumer_id` or `settings.session_length`.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What is wrong with it.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// What would be right.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// The same error with another name for the field.
    pub(crate) fn named(self, field: impl Into<Cow<'static, str>>) -> Self {
        Self {
            field: field.into(),
            ..self
        }
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
