//! The proxy of the environment, by the rules that reqwest and curl follow.

use std::env;
use ureq::Proxy;

/// By itself, ureq prefers `ALL_PROXY` to `HTTPS_PROXY`, sends https through `HTTP_PROXY` as well, and takes a name
/// in `NO_PROXY` without the names below it.
pub(crate) fn of_environment() -> Option<Proxy> {
    for_https(|name| env::var(name).ok())
}

fn for_https(variable: impl Fn(&str) -> Option<String>) -> Option<Proxy> {
    let proxy = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        .into_iter()
        .find_map(|name| Proxy::new(&variable(name)?).ok())?;
    let mut builder = Proxy::builder(proxy.protocol())
        .host(proxy.host())
        .port(proxy.port());
    if let Some(username) = proxy.username() {
        builder = builder.username(username);
    }
    if let Some(password) = proxy.password() {
        builder = builder.password(password);
    }
    let past = variable("NO_PROXY").or_else(|| variable("no_proxy"));
    for name in past.unwrap_or_default().split(',').map(str::trim) {
        let name = name.strip_prefix('.').unwrap_or(name);
        builder = match name {
            "" => builder,
            _ => builder.no_proxy(name).no_proxy(&format!(".{name}")),
        };
    }
    builder.build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(variables: &[(&str, &str)]) -> Option<Proxy> {
        for_https(|name| {
            let found = variables.iter().find(|(set, _)| *set == name)?;
            Some(found.1.to_owned())
        })
    }

    #[test]
    fn all_of_its_url_is_kept() {
        let proxy = proxy(&[("https_proxy", "http://na%40me:pass%3Aword@[::1]:3128")]).unwrap();
        assert_eq!((proxy.host(), proxy.port()), ("[::1]", 3128));
        assert_eq!(proxy.username(), Some("na@me"));
        assert_eq!(proxy.password(), Some("pass:word"));
        assert_eq!(proxy.uri().scheme_str(), Some("http"));
    }

    #[test]
    fn what_is_no_url_is_passed_by_for_the_next_one() {
        let next = ("ALL_PROXY", "proxy.example:3128");
        for wrong in ["", " ", "http://", "ftp://proxy.example"] {
            let proxy = proxy(&[("HTTPS_PROXY", wrong), next]).unwrap();
            assert_eq!(proxy.host(), "proxy.example", "{wrong}");
        }
        assert_eq!(proxy(&[("HTTP_PROXY", "proxy.example:3128")]), None);
    }

    #[test]
    fn no_proxy_names_a_host_and_what_is_below_it() {
        let is_past = |list: &str, host: &str| {
            let proxy = proxy(&[("HTTPS_PROXY", "proxy.example"), ("no_proxy", list)]);
            let uri = format!("https://{host}/vault").parse().unwrap();
            proxy.unwrap().is_no_proxy(&uri)
        };
        for list in [
            "a.example,apideck.com",
            " .apideck.com , b",
            "*",
            "APIDECK.com",
        ] {
            assert!(is_past(list, "unify.apideck.com"), "{list}");
            assert!(is_past(list, "apideck.com"), "{list}");
        }
        for list in [
            "",
            ",",
            ".",
            "deck.com",
            "unify",
            "com.",
            "ununify.apideck.com",
        ] {
            assert!(!is_past(list, "unify.apideck.com"), "{list}");
        }
    }
}
