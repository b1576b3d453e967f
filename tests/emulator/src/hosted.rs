//! The page that a session's URI leads to: what the Vault would show, from what is in the token.

mod color;
mod settings;

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::Value;

use self::color::is_color;
use crate::page::{Html, is_picture, is_web_link, page as whole};
use crate::state::State;
use crate::vault::access::{Invalid, Session, now};
use crate::vault::catalog::{Connector, connectors};

/// How much of a text, and how many entries of a list, the page shows: a token may hold megabytes.
const MOST_CHARACTERS: usize = 300;
const MOST_ENTRIES: usize = 40;

pub(crate) fn page(state: &State, token: &str) -> Response<Bytes> {
    match Session::read(state.mint(), token) {
        Ok(session) => shown(state, &session),
        Err(invalid) => refused(token, invalid),
    }
}

fn refused(token: &str, invalid: Invalid) -> Response<Bytes> {
    let (status, title, why) = match invalid {
        _ if token.is_empty() => (
            StatusCode::BAD_REQUEST,
            "There is no session token in this address",
            "Open the whole session_uri that POST /vault/sessions answered with.",
        ),
        Invalid::Forged => (
            StatusCode::UNAUTHORIZED,
            "This session is not valid",
            "Its token was not issued by this emulator, or was changed on the way. An emulator that was \
             restarted does not know the tokens from before.",
        ),
        Invalid::Expired => (
            StatusCode::UNAUTHORIZED,
            "This session has expired",
            "Go back to the application and open it again: it creates a new session.",
        ),
    };
    let mut html = Html::new();
    html.open("section.card").element("h1", title);
    html.element("p", why).close("section");
    whole(status, title, "", html)
}

fn shown(state: &State, session: &Session) -> Response<Bytes> {
    let name = text(session, "/theme/vault_name");
    let title = name.clone().unwrap_or_else(|| "Vault".to_owned());
    let mut html = Html::new();
    html.open("div.vault").open("aside");
    side(&mut html, session, &title);
    html.close("aside").open("div.content");
    connections(&mut html, state, session);
    settings::explained(&mut html, session);
    html.close("div").close("div");
    whole(StatusCode::OK, &title, &theme(session), html)
}

/// The panel with whose Vault it is, for whom, and the way back.
fn side(html: &mut Html, session: &Session, title: &str) {
    if let Some(logo) = picture(session, "/theme/logo") {
        html.picture("logo", &logo);
    }
    html.element("h1", title);
    html.open("div.consumer");
    if let Some(image) = picture(session, "/consumer_metadata/image") {
        html.picture("face", &image);
    }
    html.open("div");
    let user = text(session, "/consumer_metadata/user_name");
    let account = text(session, "/consumer_metadata/account_name");
    html.element(
        "strong",
        user.as_deref().unwrap_or("A consumer without a name"),
    );
    for line in [account, text(session, "/consumer_metadata/email")] {
        html.element("span", &line.unwrap_or_default());
    }
    html.element("span", &format!("id {}", short(&session.consumer_id)));
    html.close("div").close("div");
    let expires = session.claims.get("exp").and_then(Value::as_u64);
    let left = expires.unwrap_or_default().saturating_sub(now());
    html.element("p", &format!("This session ends in {}.", time_left(left)));
    match link(session, "/redirect_uri") {
        Some(back) => {
            html.button(&back, "Back to the application");
        }
        None => {
            let why = match text(session, "/redirect_uri") {
                Some(_) => "Its redirect_uri is not a web address, so no link leads there.",
                None => "It has no redirect_uri, so there is no way back from here.",
            };
            html.element("p", why);
        }
    }
    html.open("p.links");
    for (path, name) in [
        ("/theme/privacy_url", "Privacy"),
        ("/theme/terms_url", "Terms"),
    ] {
        if let Some(target) = link(session, path) {
            html.link(&target, name);
        }
    }
    html.close("p");
}

/// The connections that the session shows, by unified API.
fn connections(html: &mut Html, state: &State, session: &Session) {
    html.element("h2", "Integrations");
    let mut by_api: BTreeMap<&str, Vec<Connector>> = BTreeMap::new();
    for connector in connectors(|api| session.shows(api)) {
        by_api.entry(connector.api.id).or_default().push(connector);
    }
    if by_api.is_empty() {
        html.element(
            "p",
            "The emulator has none for the unified_apis that the session asks for.",
        );
    }
    let is_short = by_api.len() <= 3;
    for (api, connectors) in by_api {
        html.open_details(is_short, api).open("ul");
        for connector in connectors {
            let stored = state.connections().get(&session.consumer_id, connector);
            let is = stored.map_or("available", |stored| stored.state(connector));
            html.open("li")
                .picture("icon", &connector.icon())
                .open("div");
            html.element("strong", &connector.name());
            html.element("span", connector.tag_line());
            html.close("div").element("em", is).close("li");
        }
        html.close("ul").close("details");
    }
    html.element(
        "p.note",
        "They are invented. To connect one, open this session in @apideck/react-vault, with its \
         unifyBaseUrl set to this emulator.",
    );
}

/// The colors of the session's theme, as style. Nothing that is not a color gets in.
fn theme(session: &Session) -> String {
    let color = |path| text(session, path).filter(|color| is_color(color));
    let mut style = String::from(":root{");
    for (name, path) in [
        ("primary", "/theme/primary_color"),
        ("panel", "/theme/sidepanel_background_color"),
        ("panel-text", "/theme/sidepanel_text_color"),
    ] {
        if let Some(color) = color(path) {
            style.extend(["--", name, ":", &color, ";"]);
        }
    }
    style.push('}');
    style
}

/// A text in the token, shortened; `None` if it is not there, is no text or is empty.
fn text(session: &Session, path: &str) -> Option<String> {
    let text = session.claims.pointer(path)?.as_str()?;
    (!text.is_empty()).then(|| short(text))
}

fn short(text: &str) -> String {
    let mut short: String = text.chars().take(MOST_CHARACTERS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// An address in the token that a link may lead to. It is not shortened, which would change it.
fn link(session: &Session, path: &str) -> Option<String> {
    let link = session.claims.pointer(path)?.as_str()?;
    (link.len() <= 4000 && is_web_link(link)).then(|| link.to_owned())
}

fn picture(session: &Session, path: &str) -> Option<String> {
    let picture = session.claims.pointer(path)?.as_str()?;
    is_picture(picture).then(|| picture.to_owned())
}

/// In the largest unit of which there are two.
fn time_left(seconds: u64) -> String {
    const UNITS: [(u64, &str); 4] = [
        (86_400, "day"),
        (3600, "hour"),
        (60, "minute"),
        (1, "second"),
    ];
    let (unit, name) = UNITS
        .into_iter()
        .find(|(unit, _)| seconds >= unit.saturating_mul(2))
        .unwrap_or((1, "second"));
    match seconds.checked_div(unit).unwrap_or_default() {
        1 => format!("1 {name}"),
        count => format!("{count} {name}s"),
    }
}
