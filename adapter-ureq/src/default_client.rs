//! The ureq agents that are used unless the caller provides one.

use apideck_vault_core::error::ClientError;
use apideck_vault_core::proxy::EnvironmentProxy;
use apideck_vault_core::{ClientSettings, Vault};
use std::env;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use ureq::config::{AutoHeaderValue, ConfigBuilder};
use ureq::typestate::AgentScope;
use ureq::{Agent, Proxy};

use crate::connector::{InTime, Later};
use crate::times::clamped;
use crate::tls;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Below the 60 s after which AWS' balancers, and many NATs, forget a connection without a word, so that
/// a request after a pause does not vanish on it
/// ([idle timeout](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#connection-idle-timeout)).
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

/// ureq keeps 3 by default; with more threads than that, most calls would open a new connection. No
/// more are kept than were in use at once.
const MAX_IDLE_CONNECTIONS: usize = 1024;

/// The agents for encrypted and for plain requests. Those for https are made when they are first needed, so that
/// a program that only uses plain http loads no certificates.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    https: Arc<OnceLock<Agent>>,
    https_through_proxy: Arc<OnceLock<Agent>>,
    http: Agent,
    /// Not for an agent of the caller's.
    proxy: Option<Arc<EnvironmentProxy>>,
    usual: Option<Duration>,
}

impl Clients {
    /// Clients for this one job, so that what an attempt does and where the key goes is known. An
    /// attempt with the timeout of these settings needs no configuration of its own.
    pub(crate) fn by_default(settings: &ClientSettings) -> Self {
        let usual = settings
            .attempt_timeout
            .into_iter()
            .chain(settings.deadline);
        let usual = usual.min().map(clamped);
        Self {
            https: Arc::default(),
            https_through_proxy: Arc::default(),
            // Plain http goes to loopback, or was requested explicitly: a proxy could read the key.
            http: agent(config(usual)),
            proxy: Some(Arc::new(EnvironmentProxy::new(|name| env::var_os(name)))),
            usual,
        }
    }

    pub(crate) fn of_caller(agent: Agent) -> Self {
        Self {
            https: Arc::new(agent.clone().into()),
            https_through_proxy: Arc::default(),
            http: agent,
            proxy: None,
            usual: None,
        }
    }

    /// The agent for this vault's server.
    pub(crate) fn of(&self, vault: &Vault) -> Result<&Agent, ClientError> {
        if !vault.is_https() {
            return Ok(&self.http);
        }
        let proxy = match &self.proxy {
            Some(proxy) => proxy.url_for(vault)?,
            None => None,
        };
        let agent = match proxy {
            Some(_) => &self.https_through_proxy,
            None => &self.https,
        };
        if let Some(agent) = agent.get() {
            return Ok(agent);
        }
        let made = https(self.usual, proxy)?;
        Ok(agent.get_or_init(|| made))
    }
}

fn https(timeout: Option<Duration>, proxy: Option<&str>) -> Result<Agent, ClientError> {
    // The error may have the password.
    let unusable = |_| ClientError::unbuildable("ureq", "it cannot use the environment's proxy");
    let proxy = proxy.map(Proxy::new).transpose().map_err(unusable)?;
    Ok(agent(tls::https(config(timeout).proxy(proxy))?))
}

fn agent(config: ConfigBuilder<AgentScope>) -> Agent {
    Agent::with_parts(config.build(), <InTime>::default(), Later)
}

fn config(timeout: Option<Duration>) -> ConfigBuilder<AgentScope> {
    Agent::config_builder()
        .proxy(None)
        .timeout_connect(Some(CONNECT_TIMEOUT))
        .timeout_global(timeout)
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .max_redirects(0)
        .max_idle_connections(MAX_IDLE_CONNECTIONS)
        .max_idle_age(IDLE_TIMEOUT)
        .max_idle_connections_per_host(MAX_IDLE_CONNECTIONS)
        // ureq features that another part of the program enables must not change this agent.
        .accept_encoding(AutoHeaderValue::None)
}
