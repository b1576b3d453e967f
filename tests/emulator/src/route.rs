//! What is served where.

use http::Method;

use crate::api_error::ApiError;

/// What a path leads to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Route<'a> {
    /// `/vault/sessions`
    Sessions,
    /// `/vault/connections`
    Connections,
    /// `/vault/connections/{unified_api}/{service_id}`
    Connection(Id<'a>),
    /// `/vault/connections/{unified_api}/{service_id}/token`
    Token(Id<'a>),
    /// `/vault/connections/{unified_api}/{service_id}/{resource}/config`
    Config(Id<'a>, &'a str),
    /// `/vault/authorize/{service_id}/{application_id}`
    Authorize,
    /// `/vault/revoke/{service_id}/{application_id}`
    Revoke,
    /// `/vault/callback`
    Callback,
    /// `/session/{token}`: the page that a session's URI leads to
    Hosted(&'a str),
    /// Nothing.
    Unknown,
}

/// The parts of a connection's id.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Id<'a> {
    pub(crate) unified_api: &'a str,
    pub(crate) service_id: &'a str,
}

impl<'a> Route<'a> {
    pub(crate) fn of(path: &'a str) -> Self {
        let parts: Vec<&str> = path.split('/').take(8).collect();
        let id = |unified_api, service_id| Id {
            unified_api,
            service_id,
        };
        match parts.as_slice() {
            ["", "vault", "sessions"] => Self::Sessions,
            ["", "vault", "connections"] => Self::Connections,
            ["", "vault", "connections", api, service] => Self::Connection(id(api, service)),
            ["", "vault", "connections", api, service, "token"] => Self::Token(id(api, service)),
            ["", "vault", "connections", api, service, resource, "config"] => {
                Self::Config(id(api, service), resource)
            }
            ["", "vault", "authorize", _, _] => Self::Authorize,
            ["", "vault", "revoke", _, _] => Self::Revoke,
            ["", "vault", "callback"] => Self::Callback,
            ["", "session"] => Self::Hosted(""),
            ["", "session", token] => Self::Hosted(token),
            _ => Self::Unknown,
        }
    }

    /// The methods that it answers, as in an `allow` header.
    pub(crate) fn methods(self) -> &'static str {
        match self {
            Self::Sessions | Self::Token(_) | Self::Unknown => "POST",
            Self::Connections
            | Self::Authorize
            | Self::Revoke
            | Self::Callback
            | Self::Hosted(_) => "GET, HEAD",
            Self::Connection(_) => "GET, PATCH, DELETE",
            Self::Config(..) => "GET, PATCH",
        }
    }

    /// An error unless it answers this method.
    pub(crate) fn check_method(self, method: &Method) -> Result<(), ApiError> {
        if self.methods().split(", ").any(|one| one == method.as_str()) {
            Ok(())
        } else {
            Err(ApiError::of_status(http::StatusCode::METHOD_NOT_ALLOWED))
        }
    }

    /// Whether pages of other origins may call it. A session is created by a backend: an API key
    /// has no place in a browser.
    pub(crate) fn is_for_browsers(self) -> bool {
        matches!(
            self,
            Self::Connections | Self::Connection(_) | Self::Token(_) | Self::Config(..)
        )
    }
}
