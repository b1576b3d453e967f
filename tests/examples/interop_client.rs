//! Sends the contract's example session with one of the adapters, for the check that the official
//! SDKs and this one agree (`tests/interop`).
//!
//! `interop_client STACK SERVER_URL API_KEY APP_ID CONSUMER_ID [CALLS [CA_FILE]]` makes the calls one
//! after another with one client, and prints a line of JSON for each. With a file, the stack's own
//! client is used, and trusts this certificate authority alone; without, it is the adapter's default
//! client.

use apideck_vault_core::retry::ExponentialBackoff;
use apideck_vault_core::{
    ClientSettings, ConsumerMetadata, CreateSession, CreatedSession, Session, SessionLength,
    SessionSettings, Theme, UnifiedApiId, Vault,
};
use apideck_vault_stacks::{ALL, BoxError, Call, Custom, Kind, Outcome};
use serde_json::{Value, json};

type Anything<T> = Result<T, BoxError>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Anything<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [stack, server_url, api_key, app_id, consumer_id, rest @ ..] = arguments.as_slice() else {
        return Err("STACK SERVER_URL API_KEY APP_ID CONSUMER_ID [CALLS [CA_FILE]]".into());
    };
    let stack = ALL.iter().find(|one| one.name() == *stack).ok_or_else(|| {
        let names: Vec<&str> = ALL.iter().map(|stack| stack.name()).collect();
        format!("STACK is one of {}", names.join(", "))
    })?;
    let vault = Vault::new(*api_key, *app_id)?.with_server_url(*server_url)?;
    // A retry would hide that an attempt failed.
    let settings = ClientSettings::from(vault).retry(ExponentialBackoff::none());
    let client = match rest.get(1) {
        None => stack.default_client(settings),
        Some(ca) => {
            let authority = std::fs::read_to_string(ca)?;
            stack.custom(settings, &Custom::new().trusting(&authority))?
        }
    };
    let create = CreateSession::new(*consumer_id).session(example()?);
    let calls: u32 = rest.first().unwrap_or(&"1").parse()?;
    for _ in 0..calls {
        let outcome = match client.call(create.clone()) {
            Call::Future(call) => call.await,
            Call::Blocking(call) => call(),
        };
        println!("{}", told(outcome));
    }
    Ok(())
}

fn told(outcome: Outcome<CreatedSession>) -> Value {
    let failed = match outcome {
        Ok(answered) => {
            return json!({"created": {
                "session_uri": answered.value.session_uri(),
                "session_token": answered.value.session_token().as_str(),
            }, "attempts": answered.attempts});
        }
        Err(failed) => failed,
    };
    match &failed.kind {
        Kind::Api(refused) => json!({"refused": format!("{:?}", refused.kind()), "body": {
            "status_code": refused.status_code(),
            "error": refused.error(),
            "type_name": refused.type_name(),
            "message": refused.message(),
            "detail": refused.detail().map(text_or_json),
            "ref": refused.reference(),
        }}),
        Kind::Transport(kind) => json!({"failed": format!("{kind:?}"), "text": failed.text}),
        _ => json!({"failed": failed.text}),
    }
}

fn text_or_json(detail: &str) -> Value {
    serde_json::from_str(detail).unwrap_or(Value::from(detail))
}

/// The contract's example.
fn example() -> Anything<Session> {
    let icon = "https://res.cloudinary.com/apideck/icons/intercom";
    let metadata = ConsumerMetadata::new()
        .account_name("SpaceX")
        .user_name("Elon Musk")
        .email("elon@musk.com")
        .image("https://www.spacex.com/static/images/share.jpg");
    let settings = SessionSettings::new()
        .unified_apis([UnifiedApiId::Crm])
        .session_length(SessionLength::minutes(30));
    let theme = Theme::new()
        .favicon(icon)
        .logo(icon)
        .primary_color("#286efa")
        .sidepanel_background_color("#286efa")
        .sidepanel_text_color("#FFFFFF")
        .vault_name("Intercom")
        .privacy_url("https://compliance.apideck.com/privacy-policy")
        .terms_url("https://www.termsfeed.com/terms-conditions/957c85c1b089ae9e3219c83eff65377e");
    let custom = json!({
        "feature_flag_1": true,
        "tax_rates": [{"id": "6", "label": "6%"}, {"id": "21", "label": "21%"}],
    });
    Ok(Session::new()
        .consumer_metadata(metadata)
        .redirect_uri("https://mysaas.com/dashboard")
        .settings(settings)
        .theme(theme)
        .custom_consumer_settings(custom)?)
}
