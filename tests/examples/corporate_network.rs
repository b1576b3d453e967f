//! A company's own root certificates, a client certificate and a proxy: through a reqwest client and a
//! ureq agent of one's own.

use apideck_vault_emulator::{Certificate, Emulator};
use apideck_vault_ureq::{ClientSettings, CreateSession, Vault};
use std::error::Error;

/// What the company's administrators hand out, as PEM.
struct Network {
    root: String,
    certificate: String,
    key: String,
    /// Such as `http://proxy.example:3128`.
    proxy: Option<String>,
}

fn on_reqwest(
    settings: ClientSettings,
    network: &Network,
) -> Result<apideck_vault_reqwest::VaultClient, reqwest::Error> {
    let identity = format!("{}{}", network.certificate, network.key);
    let mut client = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(network.root.as_bytes())?])
        .identity(reqwest::Identity::from_pem(identity.as_bytes())?)
        // A redirect would take the API key along; the adapter retries by itself.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never());
    if let Some(proxy) = &network.proxy {
        client = client.proxy(reqwest::Proxy::https(proxy)?);
    }
    let client = client.build()?;
    Ok(apideck_vault_reqwest::VaultClient::from_client(
        settings, client,
    ))
}

fn on_ureq(
    settings: ClientSettings,
    network: &Network,
) -> Result<apideck_vault_ureq::VaultClient, ureq::Error> {
    use ureq::tls::{Certificate, ClientCert, PrivateKey, TlsConfig};
    let root = Certificate::from_pem(network.root.as_bytes())?;
    let certificate = Certificate::from_pem(network.certificate.as_bytes())?;
    let key = PrivateKey::from_pem(network.key.as_bytes())?;
    let tls = TlsConfig::builder()
        .root_certs([root].into())
        .client_cert(Some(ClientCert::new_with_certs(&[certificate], key)))
        .build();
    let proxy = network.proxy.as_deref().map(ureq::Proxy::new).transpose()?;
    let agent = ureq::Agent::config_builder().tls_config(tls).proxy(proxy);
    let agent = agent.build().new_agent();
    Ok(apideck_vault_ureq::VaultClient::from_client(
        settings, agent,
    ))
}

/// The emulator in the company's place.
fn company() -> Result<(Emulator, ClientSettings, Network), Box<dyn Error>> {
    let emulator = Emulator::start_https(Certificate::Good)?;
    let authority = emulator.certificate_authority().ok_or("no authority")?;
    let client = rcgen::generate_simple_self_signed(["client".to_owned()])?;
    let network = Network {
        root: authority.pem().to_owned(),
        certificate: client.cert.pem(),
        key: client.signing_key.serialize_pem(),
        proxy: None,
    };
    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)?;
    let settings = vault.with_server_url(emulator.url())?.into();
    Ok((emulator, settings, network))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (_emulator, settings, network) = company()?;
    let create = CreateSession::new("test-consumer");
    let client = on_reqwest(settings.clone(), &network)?;
    let created = client.create_session(create.clone()).await?;
    println!("{}", created.session_uri());

    let client = on_ureq(settings, &network)?;
    let created = tokio::task::spawn_blocking(move || client.create_session(create)).await??;
    println!("{}", created.session_uri());
    Ok(())
}

#[cfg(test)]
#[path = "../tests/conformance/proxy.rs"]
#[expect(dead_code, reason = "not everything that the conformance suite needs")]
mod proxy;

#[cfg(test)]
mod tests {
    use super::proxy::Proxy;
    use super::*;

    #[tokio::test]
    async fn both_clients_trust_the_companys_root_and_go_through_its_proxy() {
        let (emulator, settings, mut network) = company().unwrap();
        let proxy = Proxy::start();
        network.proxy = Some(proxy.url().to_owned());
        let create = CreateSession::new("test-consumer");

        let client = on_reqwest(settings.clone(), &network).unwrap();
        client.create_session(create.clone()).await.unwrap();
        let client = on_ureq(settings, &network).unwrap();
        client.create_session(create).unwrap();

        assert_eq!(emulator.requests().len(), 2);
        let heads = proxy.heads();
        assert_eq!(heads.len(), 2);
        assert!(
            heads.iter().all(|head| head.starts_with("CONNECT ")),
            "{heads:?}"
        );
    }

    #[test]
    fn a_key_that_is_none_is_found_when_the_client_is_made() {
        let (_emulator, settings, mut network) = company().unwrap();
        network.key.clear();
        assert!(on_reqwest(settings.clone(), &network).is_err());
        assert!(on_ureq(settings, &network).is_err());
    }
}
