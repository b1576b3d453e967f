//! The pages that stand in for a vendor's: where a consumer allows a connection, or takes it back.

use bytes::Bytes;
use http::header::LOCATION;
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::access::{Session, now};
use super::catalog::{self, Connector};
use super::connection::Links;
use crate::RecordedRequest;
use crate::api_error::ApiError;
use crate::page;
use crate::page::{Html, is_web_link};
use crate::route::Id;
use crate::state::State;

/// What a consumer is asked for.
#[derive(Clone, Copy)]
pub(crate) enum Change {
    Authorize,
    Revoke,
}

impl Change {
    fn name(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Revoke => "revoke",
        }
    }
}

/// The links of a connection. Each holds a signed state, so that the pages need no other proof of
/// who asks.
pub(crate) fn links(
    state: &State,
    request: &RecordedRequest,
    session: &Session,
    connector: Connector,
) -> Links {
    let base = state.base_url(request);
    let link = |change: Change| {
        let signed = state.mint().sign(&json!({
            "change": change.name(),
            "for": session.consumer_id,
            "unified_api": connector.api.id,
            "service_id": connector.service_id(),
            "back": session.claims.get("redirect_uri"),
            "exp": session.claims.get("exp"),
        }));
        let (name, service, app) = (
            change.name(),
            connector.service_id(),
            &session.application_id,
        );
        format!("{base}/vault/{name}/{service}/{app}?state={signed}")
    };
    Links {
        authorize: link(Change::Authorize),
        revoke: link(Change::Revoke),
    }
}

/// The page that asks the consumer.
pub(crate) fn ask(
    state: &State,
    request: &RecordedRequest,
    change: Change,
) -> Result<Response<Bytes>, ApiError> {
    let Some((signed, asked)) = read(state, request) else {
        return Ok(not_valid());
    };
    let name = asked.connector.name();
    let (title, question, yes) = match change {
        Change::Authorize => (
            format!("Allow access to {name}?"),
            "The application asks to read and write your data there.",
            "Allow access",
        ),
        Change::Revoke => (
            format!("Disconnect {name}?"),
            "The application loses its access to your data there.",
            "Disconnect",
        ),
    };
    let mut html = Html::new();
    html.element("h1", &title).element("p", question);
    html.button(&format!("/vault/callback?state={signed}"), yes);
    html.element(
        "p.note",
        "This page stands in for the vendor's own. To decline, close it.",
    );
    Ok(page::page(StatusCode::OK, &title, "", html))
}

/// Carries out what the consumer agreed to, and sends them back to where the session says.
pub(crate) fn carry_out(
    state: &State,
    request: &RecordedRequest,
) -> Result<Response<Bytes>, ApiError> {
    let Some((_, asked)) = read(state, request) else {
        return Ok(not_valid());
    };
    let connections = state.connections();
    connections.change(&asked.consumer_id, asked.connector, now(), |stored| {
        stored.is_authorized = asked.is_authorize;
        Ok(())
    })?;
    let name = asked.connector.name();
    let title = match asked.is_authorize {
        true => format!("{name} is connected"),
        false => format!("{name} is disconnected"),
    };
    let mut html = Html::new();
    html.element("h1", &title)
        .element("p", "You can close this page.");
    let back = asked.back.filter(|back| is_web_link(back));
    let location = back.and_then(|back| HeaderValue::try_from(back).ok());
    let Some(location) = location else {
        return Ok(page::page(StatusCode::OK, &title, "", html));
    };
    let mut response = page::page(StatusCode::FOUND, &title, "", html);
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}

/// What a signed state says.
struct Asked {
    is_authorize: bool,
    consumer_id: String,
    connector: Connector,
    back: Option<String>,
}

fn read(state: &State, request: &RecordedRequest) -> Option<(String, Asked)> {
    let signed = request.query("state")?;
    let claims = state.mint().verify(&signed)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if claims.get("exp").and_then(Value::as_u64)? <= now() {
        return None;
    }
    let asked = Asked {
        is_authorize: text("change")? == Change::Authorize.name(),
        consumer_id: text("for")?.to_owned(),
        connector: catalog::find(Id {
            unified_api: text("unified_api")?,
            service_id: text("service_id")?,
        })?,
        back: text("back").map(str::to_owned),
    };
    Some((signed, asked))
}

fn not_valid() -> Response<Bytes> {
    let title = "This link is not valid";
    let mut html = Html::new();
    html.element("h1", title).element(
        "p",
        "Its session has expired, or it was changed on the way.",
    );
    page::page(StatusCode::UNAUTHORIZED, title, "", html)
}
