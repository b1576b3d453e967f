//! The connectors that the emulator offers: the same few invented vendors for each unified API.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::route::Id;

/// A vendor's service in one unified API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connector {
    pub(crate) api: &'static Api,
    pub(crate) vendor: &'static Vendor,
}

#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) id: &'static str,
    label: &'static str,
    /// What its connectors with settings for a resource have settings for.
    pub(crate) resource: &'static str,
}

#[derive(Debug)]
pub(crate) struct Vendor {
    id: &'static str,
    name: &'static str,
    color: &'static str,
    tag_line: &'static str,
    pub(crate) auth: Auth,
}

/// How a consumer connects.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Auth {
    ApiKey,
    Basic,
    AuthorizationCode,
    ClientCredentials,
    None,
}

const fn api(id: &'static str, label: &'static str, resource: &'static str) -> Api {
    Api {
        id,
        label,
        resource,
    }
}

/// The unified APIs of the API's own list.
const APIS: [Api; 28] = [
    api("accounting", "Accounting", "invoices"),
    api("ats", "ATS", "applicants"),
    api("calendar", "Calendar", "events"),
    api("crm", "CRM", "leads"),
    api("csp", "CSP", "customers"),
    api("customer-support", "Support", "tickets"),
    api("data-warehouse", "Warehouse", "tables"),
    api("ecommerce", "Shop", "orders"),
    api("email", "Email", "messages"),
    api("email-marketing", "Campaigns", "contacts"),
    api("expense-management", "Expenses", "expenses"),
    api("file-storage", "Files", "files"),
    api("form", "Forms", "forms"),
    api("hris", "HR", "employees"),
    api("issue-tracking", "Issues", "issues"),
    api("lead", "Leads", "leads"),
    api("payroll", "Payroll", "payslips"),
    api("pos", "POS", "orders"),
    api("procurement", "Procurement", "orders"),
    api("project-management", "Projects", "tasks"),
    api("script", "Scripts", "scripts"),
    api("sms", "SMS", "messages"),
    api("spreadsheet", "Sheets", "sheets"),
    api("subscription-analytics", "Subscriptions", "plans"),
    api("team-messaging", "Chat", "channels"),
    api("time-registration", "Time", "entries"),
    api("transactional-email", "Mailer", "messages"),
    api("vault", "Vault", "connections"),
];

const VENDORS: [Vendor; 5] = [
    Vendor {
        id: "acme",
        name: "Acme",
        color: "#c2410c",
        tag_line: "Connects with an API key, and has settings for a resource.",
        auth: Auth::ApiKey,
    },
    Vendor {
        id: "bluebird",
        name: "Bluebird",
        color: "#1d4ed8",
        tag_line: "Connects with OAuth: the consumer allows it on another page.",
        auth: Auth::AuthorizationCode,
    },
    Vendor {
        id: "cobalt",
        name: "Cobalt",
        color: "#4338ca",
        tag_line: "Connects with a user name and a password.",
        auth: Auth::Basic,
    },
    Vendor {
        id: "dandelion",
        name: "Dandelion",
        color: "#a16207",
        tag_line: "Connects with OAuth client credentials.",
        auth: Auth::ClientCredentials,
    },
    Vendor {
        id: "evergreen",
        name: "Evergreen",
        color: "#15803d",
        tag_line: "Connects as soon as it is enabled.",
        auth: Auth::None,
    },
];

/// The connectors of the unified APIs that pass `wanted`.
pub(crate) fn connectors(wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Connector> {
    APIS.iter()
        .filter(move |api| wanted(api.id))
        .flat_map(|api| VENDORS.iter().map(move |vendor| Connector { api, vendor }))
}

/// The connector with this id.
pub(crate) fn find(id: Id<'_>) -> Option<Connector> {
    connectors(|api| api == id.unified_api).find(|one| one.service_id() == id.service_id)
}

impl Connector {
    pub(crate) fn id(self) -> String {
        format!("{}+{}", self.api.id, self.service_id())
    }

    pub(crate) fn service_id(self) -> String {
        format!("{}-{}", self.vendor.id, self.api.id)
    }

    pub(crate) fn name(self) -> String {
        format!("{} {}", self.vendor.name, self.api.label)
    }

    pub(crate) fn tag_line(self) -> &'static str {
        self.vendor.tag_line
    }

    pub(crate) fn website(self) -> String {
        format!("https://{}.example", self.vendor.id)
    }

    /// A picture as a `data:` URL: nothing is fetched to show it.
    pub(crate) fn icon(self) -> String {
        let letter = self.vendor.name.get(..1).unwrap_or_default();
        let svg = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="{}"/><text x="32" y="44" font-family="Arial,sans-serif" font-size="34" font-weight="700" fill="#fff" text-anchor="middle">{letter}</text></svg>"##,
            self.vendor.color,
        );
        format!("data:image/svg+xml;base64,{}", STANDARD.encode(svg))
    }

    /// The settings that it has, without their values.
    pub(crate) fn fields(self) -> Vec<Value> {
        match self.vendor.auth {
            Auth::ApiKey => vec![
                described(
                    field("api_key", "API key", "password", true),
                    "Any value connects, except `invalid`.",
                ),
                with_options(field("region", "Region", "select", false), &["EU", "US"]),
            ],
            Auth::Basic => vec![
                with_suffix(field("subdomain", "Subdomain", "text", true)),
                field("username", "User name", "text", true),
                described(
                    field("password", "Password", "password", true),
                    "Any value connects, except `invalid`.",
                ),
            ],
            Auth::ClientCredentials => vec![
                field("client_id", "Client ID", "text", true),
                field("client_secret", "Client secret", "password", true),
            ],
            Auth::AuthorizationCode | Auth::None => Vec::new(),
        }
    }

    /// The resources that it has settings for.
    pub(crate) fn configurable_resources(self) -> Vec<&'static str> {
        match self.vendor.auth {
            Auth::ApiKey => vec![self.api.resource],
            _ => Vec::new(),
        }
    }

    /// The settings of such a resource, without their values.
    pub(crate) fn resource_fields(self) -> Vec<Value> {
        let mut status = with_options(field("status", "Status", "select", true), &["Open", "Done"]);
        let mut note = field("note", "Note", "text", false);
        for field in [&mut status, &mut note] {
            set(field, "target", json!("custom_fields"));
        }
        vec![status, note]
    }
}

fn field(id: &str, label: &str, kind: &str, required: bool) -> Value {
    json!({
        "id": id,
        "label": label,
        "value": null,
        "placeholder": null,
        "description": null,
        "mask": kind == "password",
        "type": kind,
        "required": required,
        "disabled": false,
        "hidden": false,
        "custom_field": false,
        "sensitive": kind == "password",
    })
}

fn described(mut field: Value, description: &str) -> Value {
    set(&mut field, "description", json!(description));
    field
}

fn with_suffix(mut field: Value) -> Value {
    set(&mut field, "prefix", json!("https://"));
    set(&mut field, "suffix", json!(".cobalt.example"));
    field
}

fn with_options(mut field: Value, labels: &[&str]) -> Value {
    let options: Vec<_> = labels
        .iter()
        .map(
            |label| json!({"label": label, "value": label.to_lowercase(), "option_type": "simple"}),
        )
        .collect();
    set(&mut field, "options", options.into());
    field
}

/// Sets a property of an object.
pub(crate) fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}
