//! The proxy of the environment, by the rules that reqwest and curl follow.

use apideck_vault_core::Vault;
use std::env;
use ureq::Proxy;
use ureq::http::Uri;

/// By itself, ureq prefers `ALL_PROXY` to `HTTPS_PROXY`, sends https through `HTTP_PROXY` as well, takes a name in
/// `NO_PROXY` without the names below it, and may panic if the proxy is a SOCKS proxy.
#[derive(Debug)]
pub(crate) struct ForHttps {
    pub(crate) proxy: Proxy,
    past_it: Vec<String>,
}

impl ForHttps {
    pub(crate) fn of_environment() -> Option<Self> {
        Self::of(|name| env::var(name).ok())
    }

    fn of(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let proxy = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
            .into_iter()
            .find_map(|name| Proxy::new(&variable(name)?).ok())?;
        let past_it = variable("NO_PROXY").or_else(|| variable("no_proxy"));
        let past_it = past_it.unwrap_or_default().to_ascii_lowercase();
        let past_it = past_it.split(',').map(|name| {
            let name = name.trim();
            name.strip_prefix('.').unwrap_or(name).to_owned()
        });
        Some(Self {
            proxy,
            past_it: past_it.filter(|name| !name.is_empty()).collect(),
        })
    }

    pub(crate) fn is_for(&self, vault: &Vault) -> bool {
        let uri = vault.server_url().parse::<Uri>();
        let host = uri.as_ref().ok().and_then(Uri::host).unwrap_or_default();
        let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
        !self.past_it.iter().any(|name| {
            let below = host.strip_suffix(name.as_str());
            name == "*" || below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(variables: &[(&str, &str)]) -> Option<Proxy> {
        let found = ForHttps::of(|name| value(variables, name));
        found.map(|found| found.proxy)
    }

    fn value(variables: &[(&str, &str)], name: &str) -> Option<String> {
        let found = variables.iter().find(|(set, _)| *set == name)?;
        Some(found.1.to_owned())
    }

    #[test]
    fn the_one_for_https_goes_before_the_one_for_all_and_the_one_for_http_is_neither() {
        let all = [
            ("HTTP_PROXY", "http"),
            ("all_proxy", "fourth"),
            ("ALL_PROXY", "third"),
            ("https_proxy", "second"),
            ("HTTPS_PROXY", "first"),
        ];
        for (set, host) in [(5, "first"), (4, "second"), (3, "third"), (2, "fourth")] {
            assert_eq!(proxy(&all[..set]).unwrap().host(), host);
        }
        assert_eq!(proxy(&all[..1]), None);
    }

    #[test]
    fn what_is_no_url_is_passed_by_for_the_next_one() {
        let next = ("ALL_PROXY", "proxy.example:3128");
        for wrong in ["", " ", "http://", "ftp://proxy.example"] {
            let proxy = proxy(&[("HTTPS_PROXY", wrong), next]).unwrap();
            assert_eq!(proxy.host(), "proxy.example", "{wrong}");
        }
    }

    #[test]
    fn no_proxy_names_a_host_and_what_is_below_it() {
        let is_for = |list: &str, host: &str| {
            let variables = [("HTTPS_PROXY", "proxy.example"), ("no_proxy", list)];
            let vault = Vault::new("key", "app").unwrap();
            let vault = vault.with_server_url(format!("https://{host}")).unwrap();
            ForHttps::of(|name| value(&variables, name))
                .unwrap()
                .is_for(&vault)
        };
        for list in [
            "a.example,apideck.com",
            " .apideck.com , b",
            "*",
            "APIDECK.com",
        ] {
            assert!(!is_for(list, "unify.apideck.com"), "{list}");
            assert!(!is_for(list, "Apideck.com:8443"), "{list}");
        }
        for list in [
            "",
            ",",
            ".",
            "deck.com",
            "unify",
            "com.",
            "a.unify.apideck.com",
        ] {
            assert!(is_for(list, "unify.apideck.com"), "{list}");
        }
        assert!(!is_for("10.0.0.1,::1", "[::1]:8443"));
        assert!(is_for("10.0.0.1,::1", "10.0.0.2"));
    }
}
