//! Sends the contract's example session with one of the adapters, for the check that the official
//! SDKs and this one agree (`tests/interop`).
//!
//! `interop_client STACK SERVER_URL API_KEY APP_ID CONSUMER_ID [CALLS [CA_FILE]]` makes the calls one
//! after another with one client, and prints a line of JSON for each. With a file, the stack's own
//! client is used, and trusts this certificate authority alone; without, it is the adapter's default
//! client.

use apideck_vault_core::error::{CallError, CallErrorKind};
use apideck_vault_core::http::Response;
use apideck_vault_core::retry::ExponentialBackoff;
use apideck_vault_core::{
    Attempts, ConsumerMetadata, CreateSession, CreatedSession, Session, SessionLength,
    SessionSettings, Theme, UnifiedApiId, Vault,
};
use serde_json::{Value, json};
use std::error::Error;

type Anything<T> = Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Anything<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [stack, server_url, api_key, app_id, consumer_id, rest @ ..] = arguments.as_slice() else {
        return Err("STACK SERVER_URL API_KEY APP_ID CONSUMER_ID [CALLS [CA_FILE]]".into());
    };
    let vault = Vault::new(*api_key, *app_id)?.with_server_url(*server_url)?;
    let create = CreateSession::new(*consumer_id).session(example()?);
    let calls: u32 = rest.first().unwrap_or(&"1").parse()?;
    let ca = rest.get(1).map(std::fs::read).transpose()?;
    match *stack {
        "reqwest" => reqwest(vault, create, calls, ca).await,
        "ureq" => ureq(vault, create, calls, ca),
        "hyper" => hyper(vault, create, calls, ca).await,
        _ => Err("STACK is reqwest, ureq or hyper".into()),
    }
}

async fn reqwest(
    vault: Vault,
    create: CreateSession,
    calls: u32,
    ca: Option<Vec<u8>>,
) -> Anything<()> {
    use apideck_vault_reqwest::{VaultClient, reqwest};
    let client = match ca {
        None => VaultClient::new(vault),
        Some(ca) => {
            let own = reqwest::Client::builder()
                .tls_certs_only([reqwest::Certificate::from_pem(&ca)?])
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never());
            VaultClient::from_client(vault, own.build()?)
        }
    };
    let client = client.with_retry(once());
    repeat(calls, async || client.send(create.clone()).await).await;
    Ok(())
}

fn ureq(vault: Vault, create: CreateSession, calls: u32, ca: Option<Vec<u8>>) -> Anything<()> {
    use apideck_vault_ureq::{VaultClient, ureq};
    let client = match ca {
        None => VaultClient::new(vault),
        Some(ca) => {
            let roots =
                ureq::tls::RootCerts::new_with_certs(&[ureq::tls::Certificate::from_pem(&ca)?]);
            let tls = ureq::tls::TlsConfig::builder().root_certs(roots).build();
            let own = ureq::Agent::config_builder().tls_config(tls).build();
            VaultClient::from_client(vault, own.new_agent())
        }
    };
    let client = client.with_retry(once());
    for _ in 0..calls {
        println!("{}", told(client.send(create.clone())));
    }
    Ok(())
}

async fn hyper(
    vault: Vault,
    create: CreateSession,
    calls: u32,
    ca: Option<Vec<u8>>,
) -> Anything<()> {
    use apideck_vault_hyper::VaultClient;
    use apideck_vault_hyper::hyper_util::client::legacy::Client;
    use apideck_vault_hyper::hyper_util::rt::TokioExecutor;
    use rustls::pki_types::{CertificateDer, pem::PemObject};
    let Some(ca) = ca else {
        let client = VaultClient::new(vault).with_retry(once());
        repeat(calls, async || client.send(create.clone()).await).await;
        return Ok(());
    };
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&ca)?)?;
    let provider = rustls::crypto::ring::default_provider();
    let tls = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_only()
        .enable_http1()
        .build();
    let own = Client::builder(TokioExecutor::new())
        .retry_canceled_requests(false)
        .build(connector);
    let client = VaultClient::from_client(vault, own).with_retry(once());
    repeat(calls, async || client.send(create.clone()).await).await;
    Ok(())
}

async fn repeat<E: Error + 'static>(
    calls: u32,
    call: impl AsyncFn() -> Result<Response<CreatedSession>, CallError<E>>,
) {
    for _ in 0..calls {
        println!("{}", told(call().await));
    }
}

/// A retry would hide that an attempt failed.
fn once() -> ExponentialBackoff {
    ExponentialBackoff::none()
}

fn told<E: Error + 'static>(outcome: Result<Response<CreatedSession>, CallError<E>>) -> Value {
    let error = match outcome {
        Ok(answer) => {
            return json!({"created": {
                "session_uri": answer.body().session_uri(),
                "session_token": answer.body().session_token().as_str(),
            }, "attempts": Attempts::of(&answer)});
        }
        Err(error) => error,
    };
    match error.kind() {
        CallErrorKind::Api(refused) => json!({"refused": format!("{:?}", refused.kind()), "body": {
            "status_code": refused.status_code(),
            "error": refused.error(),
            "type_name": refused.type_name(),
            "message": refused.message(),
            "detail": refused.detail(),
            "ref": refused.reference(),
        }}),
        CallErrorKind::Transport(failure) => {
            json!({"failed": format!("{:?}", failure.kind()), "text": error.to_string()})
        }
        _ => json!({"failed": error.to_string()}),
    }
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
