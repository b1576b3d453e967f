//! A consumer's connections: for the Vault's own front end, with the session's token, and for a backend, with
//! the API key.

pub(crate) mod access;
pub(crate) mod catalog;
mod connection;
mod oauth;
mod store;

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use serde_json::{Value, json};

pub(crate) use store::Connections;

use self::access::{Session, now};
use self::catalog::{Auth, Connector, set};
use self::connection::{describe, resource_settings};
use crate::RecordedRequest;
use crate::api_error::{ApiError, reason};
use crate::respond::head;
use crate::route::{Id, Route};
use crate::state::State;

type Answered = Result<Response<Bytes>, ApiError>;

/// Answers a request to one of the routes of this module.
pub(crate) fn answer(state: &State, request: &RecordedRequest, route: Route<'_>) -> Answered {
    match route {
        Route::Authorize => return oauth::ask(state, request, oauth::Change::Authorize),
        Route::Revoke => return oauth::ask(state, request, oauth::Change::Revoke),
        Route::Callback => return oauth::carry_out(state, request),
        _ => {}
    }
    let call = Call {
        state,
        request,
        session: Session::of(request, state)?,
    };
    match route {
        Route::Connections => Ok(call.all()),
        Route::Connection(id) => call.one(call.connector(id)?),
        Route::Token(id) => call.token(call.connector(id)?),
        Route::Config(id, resource) => call.config(call.connector(id)?, resource),
        _ => Err(ApiError::unknown_path(request.uri.path())),
    }
}

/// A call of a consumer's browser, or of a backend.
struct Call<'a> {
    state: &'a State,
    request: &'a RecordedRequest,
    session: Session,
}

impl Call<'_> {
    fn all(&self) -> Response<Bytes> {
        let only = self.request.query("api");
        let is_wanted =
            |api: &str| self.session.shows(api) && only.as_deref().is_none_or(|only| only == api);
        let configured = self.request.query("configured");
        let is_added = |one: &Connector| self.stored(*one).is_some().to_string();
        let connections = catalog::connectors(is_wanted).filter(|one| {
            configured
                .as_ref()
                .is_none_or(|only| *only == is_added(one))
        });
        let data: Vec<_> = connections.map(|one| self.describe(one)).collect();
        ok(&data.into())
    }

    fn one(&self, connector: Connector) -> Answered {
        let consumer_id = &self.session.consumer_id;
        let connections = self.state.connections();
        match self.request.method {
            Method::PATCH => {
                connections.change(consumer_id, connector, now(), |stored| {
                    stored.update(&self.request.body)
                })?;
            }
            Method::DELETE => {
                connections.remove(consumer_id, connector);
                return Ok(head(StatusCode::NO_CONTENT, Bytes::new()));
            }
            _ => {}
        }
        Ok(ok(&self.describe(connector)))
    }

    /// Authorizes a connection whose OAuth grant needs no page.
    fn token(&self, connector: Connector) -> Answered {
        let consumer_id = &self.session.consumer_id;
        if connector.vendor.auth != Auth::ClientCredentials {
            let detail = format!("{} has no client credentials", connector.name());
            return Err(ApiError::unprocessable(detail));
        }
        self.state
            .connections()
            .change(consumer_id, connector, now(), |stored| {
                stored.is_authorized = true;
                Ok(())
            })?;
        Ok(ok(&self.describe(connector)))
    }

    fn config(&self, connector: Connector, resource: &str) -> Answered {
        if !connector.configurable_resources().contains(&resource) {
            let detail = format!("{} has no settings for that resource", connector.name());
            return Err(ApiError::not_found("Unknown Resource", detail));
        }
        if self.request.method == Method::PATCH {
            self.one(connector)?;
        }
        let stored = self.stored(connector);
        let mut described = self.describe(connector);
        let fields = resource_settings(connector, stored.as_ref());
        set(&mut described, "configuration", fields.into());
        Ok(ok(&described))
    }

    fn connector(&self, id: Id<'_>) -> Result<Connector, ApiError> {
        catalog::find(id)
            .filter(|one| self.session.shows(one.api.id))
            .ok_or_else(|| {
                let detail = "The session has no such connection";
                ApiError::not_found("Unknown Connection", detail)
            })
    }

    fn stored(&self, connector: Connector) -> Option<connection::Stored> {
        let consumer_id = &self.session.consumer_id;
        self.state.connections().get(consumer_id, connector)
    }

    fn describe(&self, connector: Connector) -> Value {
        let links = oauth::links(self.state, self.request, &self.session, connector);
        describe(connector, self.stored(connector).as_ref(), &links)
    }
}

/// The API's envelope around an answer's data.
fn ok(data: &Value) -> Response<Bytes> {
    let status = StatusCode::OK;
    let body = json!({"status_code": 200, "status": reason(status), "data": data});
    head(status, body.to_string().into())
}
