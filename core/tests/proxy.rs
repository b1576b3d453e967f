//! Which proxy the environment names, and for which servers.

use apideck_vault_core::Vault;
use apideck_vault_core::proxy::EnvironmentProxy;

type Variables<'a> = &'a [(&'a str, &'a str)];

fn proxy(variables: Variables<'_>) -> EnvironmentProxy {
    EnvironmentProxy::new(|name| {
        let found = variables.iter().find(|(set, _)| *set == name)?;
        Some(found.1.into())
    })
}

fn vault(url: &str) -> Vault {
    Vault::new("key", "app")
        .unwrap()
        .with_server_url(url)
        .unwrap()
}

/// The proxy for the usual server, or the error's text.
fn usual(variables: Variables<'_>) -> Result<Option<String>, String> {
    let proxy = proxy(variables);
    let url = proxy.url_for(&vault(Vault::DEFAULT_SERVER_URL));
    url.map(|url| url.map(str::to_owned))
        .map_err(|error| error.to_string())
}

#[test]
fn the_one_for_https_goes_before_the_one_for_all_and_the_one_for_http_is_neither() {
    let all = [
        ("HTTP_PROXY", "http://none"),
        ("all_proxy", "http://fourth"),
        ("ALL_PROXY", "http://third"),
        ("https_proxy", "http://second"),
        ("HTTPS_PROXY", "http://first"),
    ];
    for (set, url) in [(5, "first"), (4, "second"), (3, "third"), (2, "fourth")] {
        assert_eq!(usual(&all[..set]), Ok(Some(format!("http://{url}"))));
    }
    assert_eq!(usual(&all[..1]), Ok(None));
}

#[test]
fn what_is_empty_is_passed_by_for_the_next_one() {
    for empty in ["", " ", "\n"] {
        let next = [
            ("HTTPS_PROXY", empty),
            ("ALL_PROXY", " proxy.example:3128\n"),
        ];
        assert_eq!(
            usual(&next),
            Ok(Some("http://proxy.example:3128".to_owned()))
        );
        let next = [
            ("HTTPS_PROXY", "proxy"),
            ("NO_PROXY", empty),
            ("no_proxy", "apideck.com"),
        ];
        assert_eq!(usual(&next), Ok(None));
    }
}

#[test]
fn all_stacks_get_a_url_that_they_read_alike() {
    for (value, url) in [
        ("proxy.example", "http://proxy.example"),
        ("10.0.0.1:3128", "http://10.0.0.1:3128"),
        ("HTTPS://[::1]:443/", "https://[::1]:443"),
        ("http://user@proxy", "http://user:@proxy"),
        ("user:p%40ss@proxy:1", "http://user:p%40ss@proxy:1"),
        (
            "http://us.er:p@s:s%c3%a4ä@proxy",
            "http://us.er:p%40s%3As%C3%A4%C3%A4@proxy",
        ),
    ] {
        assert_eq!(usual(&[("HTTPS_PROXY", value)]), Ok(Some(url.to_owned())));
    }
}

#[test]
fn what_is_not_the_url_of_an_http_proxy_is_an_error_without_the_password() {
    for (value, problem) in [
        (
            "socks5://user:secret@proxy:1080",
            "is neither http nor https",
        ),
        ("://proxy", "is neither http nor https"),
        ("http://", "has an invalid host"),
        ("user:secret@ proxy", "has an invalid host"),
        ("http://user:secret@:3128", "has an invalid host"),
        ("http://proxy:port", "has an invalid port"),
        ("http://user:secret@pröxy", "has an invalid host"),
        (
            "http://user:1#secret@proxy",
            "has more than a user, a host and a port",
        ),
        (
            "http://user:1/secret@proxy",
            "has more than a user, a host and a port",
        ),
        (
            "http://user:1?secret@proxy",
            "has more than a user, a host and a port",
        ),
        (
            "http://proxy/path",
            "has more than a user, a host and a port",
        ),
        (
            "user:secret%@proxy",
            "has a user or a password that is not percent-encoded",
        ),
        (
            "user:secret%+f@proxy",
            "has a user or a password that is not percent-encoded",
        ),
        (
            "secret%ff@proxy",
            "has a user or a password that is not percent-encoded",
        ),
    ] {
        let error = usual(&[("all_proxy", value)]).unwrap_err();
        let beginning = format!("the proxy in all_proxy {problem}: it must be");
        assert!(error.starts_with(&beginning), "{value}: {error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

#[test]
fn a_server_that_needs_no_proxy_is_reached_whatever_is_wrong_with_it() {
    let wrong = proxy(&[
        ("HTTPS_PROXY", "socks5://proxy"),
        ("NO_PROXY", "10.0.0.0/8"),
    ]);
    for url in ["https://10.1.2.3", "http://localhost:4010"] {
        assert_eq!(wrong.url_for(&vault(url)), Ok(None), "{url}");
    }
    assert!(wrong.url_for(&vault("https://192.0.2.1")).is_err());
}

#[test]
fn no_proxy_lists_names_addresses_and_ranges_of_addresses() {
    let is_for = |list: &str, host: &str| {
        let proxy = proxy(&[("HTTPS_PROXY", "proxy"), ("no_proxy", list)]);
        let vault = vault(&format!("https://{host}"));
        proxy.url_for(&vault).unwrap().is_some()
    };
    for list in [
        "a.example,apideck.com",
        " .apideck.com , b",
        "b apideck.com",
        "*",
        "APIDECK.com",
    ] {
        assert!(!is_for(list, "unify.apideck.com"), "{list}");
        assert!(!is_for(list, "Apideck.com.:8443"), "{list}");
    }
    for list in [
        "",
        ",",
        ".",
        "deck.com",
        "unify",
        "a.unify.apideck.com",
        "0.0.0.0/0",
    ] {
        assert!(is_for(list, "unify.apideck.com"), "{list}");
    }
    for (list, host, through_it) in [
        ("10.0.0.1,::1", "[::1]:8443", false),
        ("[::1]", "[::1]:8443", false),
        ("10.0.0.1", "10.0.0.2", true),
        ("0.0.1", "10.0.0.1", true),
        ("10.0.0.0/8", "10.255.0.1", false),
        ("10.0.0.0/8", "11.0.0.1", true),
        ("10.0.0.0/33", "10.0.0.0", true),
        ("10.0.0.0/x", "10.0.0.0", true),
        ("0.0.0.0/0", "203.0.113.9", false),
        ("0.0.0.0/0", "[2001:db8::1]", true),
        ("2001:db8::/32", "[2001:db8:1::1]", false),
        ("2001:db8::/32", "[2001:db9::1]", true),
        ("*", "[2001:db9::1]", false),
    ] {
        assert_eq!(is_for(list, host), through_it, "{list}: {host}");
    }
}

#[test]
fn upper_case_goes_first_for_what_is_bypassed_too_and_debug_shows_no_password() {
    let proxy = proxy(&[
        ("HTTPS_PROXY", "http://user:secret@proxy"),
        ("NO_PROXY", "corp.example"),
        ("no_proxy", "*"),
    ]);
    assert!(
        proxy
            .url_for(&vault(Vault::DEFAULT_SERVER_URL))
            .unwrap()
            .is_some()
    );
    let debug = format!("{proxy:?}");
    assert_eq!(
        debug,
        r#"EnvironmentProxy { is_set: true, bypassed: [Named("corp.example")] }"#
    );
}
