//! Proxies from the environment.

use apideck_vault_emulator::{Certificate, Emulator};
use apideck_vault_stacks::{Ability, Stack};
use std::net::TcpListener;
use std::time::Instant;

use crate::case::{Case, case};
use crate::child::{self, Task};
use crate::proxy::Proxy;
use crate::roots;
use crate::settings::PATIENCE;

#[rustfmt::skip] // A case is a line.
pub(crate) const CASES: &[Case] = &[
    case("https_goes_through_the_proxy_of_the_environment", https).needs(Ability::ProxyOfEnvironment),
    case("a_custom_client_sends_http_through_the_proxy_too", http).needs(Ability::ProxyOfEnvironment),
    case("plain_http_of_a_default_client_goes_past_the_proxy", http_by_default),
    case("the_proxy_for_https_goes_before_the_one_for_all", https_before_all),
    case("https_goes_past_the_proxy_for_http", past_http),
    case("the_proxy_gets_the_user_and_password_of_its_url", password),
    case("no_proxy_goes_past_the_proxy", no_proxy),
    case("no_proxy_holds_for_what_is_below_a_name", below_no_proxy),
    case("no_proxy_holds_for_a_range_of_addresses", range),
    case("a_proxy_that_refuses_is_not_sent", refusing),
    case("a_proxy_that_is_not_there_is_not_sent", absent),
    case("a_proxy_that_drips_its_answer_is_given_up", dripping),
    case("a_default_client_uses_the_proxy_too", by_default),
    case("an_https_proxy_is_spoken_to_over_tls", over_tls),
    case("a_proxy_that_cannot_be_used_is_not_passed_by_and_ends_the_call", unusable),
];

fn connect_line(emulator: &Emulator) -> String {
    format!(
        "CONNECT localhost:{} HTTP/1.1\r\n",
        emulator.address().port()
    )
}

fn https(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let proxy = Proxy::start();
        let environment = [(name, proxy.url())];
        let outcome = child::run(Task::Call, stack, &emulator, &environment);
        assert_eq!(outcome, "a session", "{name}");
        let [head] = &proxy.heads()[..] else {
            panic!("{name}: {:?}", proxy.heads());
        };
        assert!(head.starts_with(&connect_line(&emulator)), "{head}");
        // The proxy learns the host, and nothing of the request.
        assert!(!head.to_ascii_lowercase().contains("apideck"), "{head}");
        assert!(!head.contains(Emulator::API_KEY), "{head}");
    }
    assert_eq!(emulator.requests().len(), 3);
}

fn http(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let proxy = Proxy::start();
    let environment = [("http_proxy", proxy.url())];
    let outcome = child::run(Task::CallByOwn, stack, &emulator, &environment);
    assert_eq!(outcome, "a session");
    assert_eq!((proxy.heads().len(), emulator.requests().len()), (1, 1));
}

/// A proxy could read the key of a plain request, and the default client sends those to loopback.
fn http_by_default(stack: Stack) {
    let emulator = Emulator::start().unwrap();
    let proxy = Proxy::start();
    for name in ["http_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        let environment = [(name, proxy.url())];
        let outcome = child::run(Task::CallByDefault, stack, &emulator, &environment);
        assert_eq!(outcome, "a session", "{name}");
    }
    assert_eq!((proxy.heads().len(), emulator.requests().len()), (0, 4));
}

fn https_before_all(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let (for_https, for_all) = (Proxy::start(), Proxy::start());
    let environment = [
        ("ALL_PROXY", for_all.url()),
        ("https_proxy", for_https.url()),
    ];
    let outcome = child::run(Task::CallByDefault, stack, &emulator, &environment);
    let through = (for_https.heads().len(), for_all.heads().len());
    assert_eq!(through, (1, 0), "{outcome}");
}

fn past_http(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let proxy = Proxy::start();
    let environment = [("HTTP_PROXY", proxy.url()), ("http_proxy", proxy.url())];
    let outcome = child::run(Task::CallByDefault, stack, &emulator, &environment);
    assert!(outcome.starts_with("Untrusted: "), "{outcome}");
    assert!(proxy.heads().is_empty());
}

fn password(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let proxy = Proxy::start();
    let url = proxy.url().replace("://", "://user:p%40ss@");
    let environment = [("HTTPS_PROXY", url.as_str())];
    let outcome = child::run(Task::CallByDefault, stack, &emulator, &environment);
    assert!(has_reached_the_server(&outcome), "{outcome}");
    let head = proxy.heads()[0].to_ascii_lowercase();
    // `user:p@ss` in Base64.
    let sent = "proxy-authorization: basic dXNlcjpwQHNz".to_ascii_lowercase();
    assert!(head.contains(&sent), "{head}");
}

fn no_proxy(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let proxy = Proxy::start();
    let list = "example.com,localhost";
    let environment = [("HTTPS_PROXY", proxy.url()), ("NO_PROXY", list)];
    let outcome = child::run(Task::Call, stack, &emulator, &environment);
    assert_eq!(outcome, "a session");
    assert_eq!((proxy.heads().len(), emulator.requests().len()), (0, 1));
    for list in [list, "example.com, .localhost", "*"] {
        let environment = [("HTTPS_PROXY", proxy.url()), ("NO_PROXY", list)];
        let outcome = child::run(Task::CallByDefault, stack, &emulator, &environment);
        assert!(has_reached_the_server(&outcome), "{list}: {outcome}");
    }
    assert!(proxy.heads().is_empty(), "{:?}", proxy.heads());
}

fn below_no_proxy(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let url = emulator.url().replace("localhost", "below.localhost");
    for (list, through) in [("localhost", 0), ("host", 1)] {
        assert_goes_through(stack, &emulator, &url, list, through);
    }
}

fn range(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let url = format!("https://{}", emulator.address());
    for (list, through) in [
        ("10.0.0.0/8,127.0.0.0/8", 0),
        ("10.0.0.0/8", 1),
        ("0.0.1", 1),
    ] {
        assert_goes_through(stack, &emulator, &url, list, through);
    }
}

/// With this list of what is reached without it, this many connections to the URL are made through the proxy. Where
/// the others go is up to the system: it may know the name or not.
fn assert_goes_through(stack: Stack, emulator: &Emulator, url: &str, list: &str, through: usize) {
    let proxy = Proxy::start();
    let environment = [
        (child::URL, url),
        ("HTTPS_PROXY", proxy.url()),
        ("NO_PROXY", list),
    ];
    let outcome = child::run(Task::CallByDefault, stack, emulator, &environment);
    assert_eq!(proxy.heads().len(), through, "{list}: {outcome}");
}

fn refusing(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    for status in ["407 Proxy Authentication Required", "502 Bad Gateway"] {
        let proxy = Proxy::refusing(status);
        let environment = [("HTTPS_PROXY", proxy.url())];
        let outcome = child::run(Task::CallByDefault, stack, &emulator, &environment);
        assert!(outcome.starts_with("NotSent: "), "{status}: {outcome}");
        assert_eq!(proxy.heads().len(), 1);
    }
    assert!(emulator.requests().is_empty());
}

fn absent(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    // Bound and dropped: nobody listens there.
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{address}");
    let environment = [("HTTPS_PROXY", url.as_str())];
    let outcome = child::run(Task::CallByDefault, stack, &emulator, &environment);
    assert!(outcome.starts_with("Refused: "), "{outcome}");
    assert!(emulator.requests().is_empty());
}

/// Each piece of the answer comes in time, all of it does not.
fn dripping(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let proxy = Proxy::dripping();
    let environment = [("HTTPS_PROXY", proxy.url())];
    let began = Instant::now();
    let outcome = child::run(Task::CallByDefault, stack, &emulator, &environment);
    assert!(outcome.starts_with("NotSent: "), "{outcome}");
    assert!(began.elapsed() < PATIENCE, "{outcome}");
}

fn by_default(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let proxy = Proxy::start();
    let environment = [("HTTPS_PROXY", proxy.url())];
    let outcome = child::run(Task::CallByDefault, stack, &emulator, &environment);
    // It got as far as to the certificate, which it has no reason to trust.
    assert!(outcome.starts_with("Untrusted: "), "{outcome}");
    let issuer = ["UnknownIssuer", "local issuer"];
    assert!(
        issuer.iter().any(|reason| outcome.contains(reason)),
        "{outcome}"
    );
    assert!(proxy.heads()[0].starts_with(&connect_line(&emulator)));
    if roots::ARE_TRUSTED {
        let outcome = child::run(Task::Call, stack, &emulator, &environment);
        assert_eq!(outcome, "a session");
        assert_eq!(proxy.heads().len(), 2);
    }
}

/// The emulator is no proxy, but it has a certificate.
fn over_tls(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let url = emulator.url();
    let environment = [("HTTPS_PROXY", url.as_str())];
    let outcome = child::run(Task::CallByDefault, stack, &emulator, &environment);
    assert!(outcome.starts_with("Untrusted: "), "{outcome}");
    assert!(emulator.requests().is_empty());
    if roots::ARE_TRUSTED {
        let outcome = child::run(Task::Call, stack, &emulator, &environment);
        assert!(outcome.starts_with("NotSent: "), "{outcome}");
        assert_eq!(emulator.requests()[0].method, "CONNECT");
    }
}

/// The default clients have no SOCKS. To go past the proxy, and without a word, is not what was asked for.
fn unusable(stack: Stack) {
    let emulator = Emulator::start_https(Certificate::Good).unwrap();
    let address = emulator.address();
    for scheme in ["socks4", "socks4a", "socks5", "socks5h", "socks", "ftp"] {
        let url = format!("{scheme}://name:password@{address}");
        let environment = [("HTTPS_PROXY", url.as_str())];
        let outcome = child::run(Task::CallByDefault, stack, &emulator, &environment);
        assert!(!outcome.contains("password@"), "{outcome}");
        // Which is not retried.
        assert!(outcome.starts_with("Client(UnusableProxy"), "{outcome}");
        assert!(outcome.contains("is neither http nor https"), "{outcome}");
    }
    assert_eq!(emulator.requests().len(), 0);
    let environment = [
        ("HTTPS_PROXY", "socks5://127.0.0.1:1"),
        ("NO_PROXY", "localhost"),
    ];
    let outcome = child::run(Task::Call, stack, &emulator, &environment);
    assert_eq!(outcome, "a session");
    let outcome = child::run(Task::CallByDefault, stack, &emulator, &environment);
    assert!(has_reached_the_server(&outcome), "{outcome}");
}

/// Whether a default client trusts the server then is up to the root certificates of this process.
fn has_reached_the_server(outcome: &str) -> bool {
    outcome == "a session" || outcome.starts_with("Untrusted: ")
}
