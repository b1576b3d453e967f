//! What each of a session's settings would do, in words.

use serde_json::Value;

use super::{MOST_ENTRIES, short};
use crate::page::Html;
use crate::vault::access::Session;

/// A setting, its default, and what it does when it is on and when it is off.
type Switch = (&'static str, bool, &'static str, &'static str);

const SWITCHES: [Switch; 8] = [
    (
        "hide_resource_settings",
        false,
        "The settings of resources are hidden.",
        "The settings of resources are shown.",
    ),
    (
        "sandbox_mode",
        false,
        "A banner says that this is a test environment.",
        "No banner says that this is a test environment.",
    ),
    (
        "isolation_mode",
        false,
        "Only the settings of a connection are shown, without navigation.",
        "The navigation is shown.",
    ),
    (
        "show_logs",
        true,
        "The page of logs is shown.",
        "The page of logs is hidden.",
    ),
    (
        "show_suggestions",
        false,
        "The page of suggestions is shown.",
        "The page of suggestions is hidden.",
    ),
    (
        "show_sidebar",
        true,
        "The sidebar is shown.",
        "The sidebar is hidden.",
    ),
    (
        "auto_redirect",
        false,
        "Once connected, the consumer is sent to redirect_uri.",
        "Once connected, the consumer stays in the Vault.",
    ),
    (
        "hide_guides",
        false,
        "The guides for connecting are hidden.",
        "The guides for connecting are shown.",
    ),
];

const ACTIONS: [&str; 4] = ["delete", "disconnect", "reauthorize", "disable"];

pub(super) fn explained(html: &mut Html, session: &Session) {
    let setting = |name: &str| session.claims.get("settings").and_then(|all| all.get(name));
    html.element("h2", "What this session's settings do")
        .open("table");
    for (name, default, on, off) in SWITCHES {
        let set = setting(name).and_then(Value::as_bool);
        let effect = if set.unwrap_or(default) { on } else { off };
        row(
            html,
            name,
            set.map(|set| set.to_string()).as_deref(),
            effect,
        );
    }
    let actions = setting("allow_actions").map(list);
    let refused: Vec<_> = ACTIONS
        .into_iter()
        .filter(|action| {
            let allowed = setting("allow_actions").and_then(Value::as_array);
            allowed.is_some_and(|allowed| !allowed.iter().any(|one| one == action))
        })
        .collect();
    let effect = match refused.as_slice() {
        [] => "The consumer may do everything to a connection.".to_owned(),
        refused => format!("The consumer cannot {} a connection.", refused.join(" or ")),
    };
    row(html, "allow_actions", actions.as_deref(), &effect);
    let apis = setting("unified_apis").map(list);
    row(
        html,
        "unified_apis",
        apis.as_deref(),
        "Integrations of these APIs are shown; of all, if it is not set.",
    );
    let length = setting("session_length").and_then(Value::as_str);
    row(
        html,
        "session_length",
        length,
        "The session lasts this long; an hour, if it is not set.",
    );
    html.close("table");
    custom(html, session);
}

fn custom(html: &mut Html, session: &Session) {
    let custom = session.claims.get("custom_consumer_settings");
    let Some(custom) = custom
        .and_then(Value::as_object)
        .filter(|all| !all.is_empty())
    else {
        return;
    };
    html.element("h2", "Custom consumer settings").open("table");
    for (name, value) in custom.iter().take(MOST_ENTRIES) {
        html.open("tr").element("th", &short(name)).open("td");
        html.element("code", &short(&value.to_string()))
            .close("td")
            .close("tr");
    }
    html.close("table");
    let more = custom.len().saturating_sub(MOST_ENTRIES);
    if more > 0 {
        html.element("p.note", &format!("And {more} more."));
    }
}

fn row(html: &mut Html, name: &str, value: Option<&str>, effect: &str) {
    html.open("tr").element("th", name).open("td");
    html.element("code", &short(value.unwrap_or("not set")));
    html.element("span", effect).close("td").close("tr");
}

/// The texts in a list.
fn list(value: &Value) -> String {
    let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let texts: Vec<_> = all
        .iter()
        .take(MOST_ENTRIES)
        .filter_map(Value::as_str)
        .collect();
    match texts.as_slice() {
        [] => "empty".to_owned(),
        texts => texts.join(", "),
    }
}
