//! The error of a client that cannot send.

use std::borrow::Cow;

/// The client cannot make this call, whatever the operation. Nothing was sent.
///
/// ```
/// use apideck_vault_core::error::ClientError;
///
/// let error = ClientError::missing_tls("apideck-vault-ureq").to_string();
/// assert!(error.starts_with("https needs TLS, which apideck-vault-ureq was built without"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// The server's URL begins with `https`, and the default client was built without TLS.
    #[error(
        "https needs TLS, which {package} was built without: \
         enable its feature `rustls`, `rustls-platform-verifier` or `native-tls`, \
         or bring a client that speaks TLS with `from_client`"
    )]
    #[non_exhaustive]
    MissingTls {
        /// The crate whose feature is off.
        package: Cow<'static, str>,
    },
    /// The HTTP stack failed to build the default client.
    #[error(
        "the default {stack} client cannot be built ({reason}): bring your own with `from_client`"
    )]
    #[non_exhaustive]
    Unbuildable {
        /// The HTTP stack's name.
        stack: Cow<'static, str>,
        /// The HTTP stack's error message.
        reason: String,
    },
    /// The environment names a proxy for the server, but not one that the default client can use.
    #[error(
        "the proxy in {variable} {problem}: it must be the URL of an http or https proxy, such as \
         http://user:password@proxy.example:3128, with the user and the password percent-encoded; \
         for another kind of proxy, bring your own client with `from_client`"
    )]
    #[non_exhaustive]
    UnusableProxy {
        /// The name of the environment's variable.
        variable: Cow<'static, str>,
        /// What is wrong with its value: a predicate, without the value.
        problem: String,
    },
}

impl ClientError {
    /// For an adapter that was built without TLS. `package` is the name of its package.
    pub fn missing_tls(package: impl Into<Cow<'static, str>>) -> Self {
        Self::MissingTls {
            package: package.into(),
        }
    }

    /// For a variable that does not name a proxy that a client can use. `problem` is a predicate without the
    /// value, which may have a password.
    pub fn unusable_proxy(
        variable: impl Into<Cow<'static, str>>,
        problem: impl Into<String>,
    ) -> Self {
        Self::UnusableProxy {
            variable: variable.into(),
            problem: problem.into(),
        }
    }

    /// For an adapter whose default client cannot be built. `stack` is the name of the HTTP stack,
    /// `reason` its error.
    pub fn unbuildable(stack: impl Into<Cow<'static, str>>, reason: impl ToString) -> Self {
        Self::Unbuildable {
            stack: stack.into(),
            reason: reason.to_string(),
        }
    }
}
