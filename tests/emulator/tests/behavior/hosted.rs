//! The page that a session's URI leads to.

use apideck_vault_emulator::Emulator;
use serde_json::{Value, json};

use crate::client::{Reply, Request, exchange};
use crate::connections::session;

fn visit(emulator: &Emulator, token: &str) -> (Reply, String) {
    let start = format!("GET /session/{token} HTTP/1.1");
    let reply = exchange(emulator, &Request::good().start(&start));
    let html = String::from_utf8(reply.body.clone()).unwrap();
    (reply, html)
}

fn page(fields: &Value) -> String {
    let emulator = Emulator::start().unwrap();
    let (reply, html) = visit(&emulator, &session(&emulator, "consumer-7", fields));
    assert_eq!(reply.status, 200);
    html
}

#[test]
fn it_shows_what_is_in_the_session() {
    let html = page(&json!({
        "consumer_metadata": {
            "user_name": "Ada", "account_name": "Engines", "email": "ada@engines.example",
            "image": "https://engines.example/ada.png",
        },
        "redirect_uri": "https://app.example/back?a=1&b=2",
        "settings": {
            "unified_apis": ["crm"], "session_length": "150m", "show_logs": false,
            "allow_actions": ["delete"],
        },
        "theme": {
            "vault_name": "Engine Room", "logo": "https://engines.example/logo.svg",
            "primary_color": "#286efa", "sidepanel_text_color": "rgb(1, 2, 3)",
            "privacy_url": "https://app.example/privacy",
        },
        "custom_consumer_settings": {"flag": true},
    }));
    for wanted in [
        "<title>Engine Room</title>",
        "<strong>Ada</strong><span>Engines</span><span>ada@engines.example</span><span>id consumer-7</span>",
        "src=\"https://engines.example/ada.png\"",
        "src=\"https://engines.example/logo.svg\"",
        "--primary:#286efa;--panel-text:rgb(1, 2, 3);",
        "href=\"https://app.example/back?a=1&amp;b=2\"",
        "href=\"https://app.example/privacy\"",
        "This session ends in 2 hours.",
        "Acme CRM",
        "The page of logs is hidden.",
        "The consumer cannot disconnect or reauthorize or disable a connection.",
        "<th>flag</th><td><code>true</code>",
        "<th>unified_apis</th><td><code>crm</code>",
        "<details open>",
    ] {
        assert!(html.contains(wanted), "{wanted}: {html}");
    }
    for unwanted in ["Acme ATS", "more.", "…"] {
        assert!(!html.contains(unwanted), "{unwanted}: {html}");
    }
}

#[test]
fn nothing_from_a_token_becomes_markup_a_script_or_style() {
    let attack = "</title></style></code>'\"><script>alert(1)</script><img src=x onerror=alert(1)>";
    let html = page(&json!({
        "consumer_metadata": {"user_name": attack, "account_name": attack, "email": attack},
        "redirect_uri": "javascript:alert(1)",
        "settings": {"unified_apis": ["crm", attack]},
        "theme": {
            "vault_name": attack, "logo": "javascript:alert(1)",
            "primary_color": "red;}body{background:url(//evil.example)",
            "sidepanel_background_color": "url(https://evil.example/)",
            "privacy_url": "data:text/html,<script>alert(1)</script>",
            "terms_url": "https://ok.example/\"onclick=\"alert(1)",
        },
        "custom_consumer_settings": {attack: attack},
    }));
    let harmless = "&lt;script&gt;alert(1)&lt;/script&gt;";
    assert!(html.contains(harmless), "{html}");
    for bad in [
        "<script",
        "<img src=x",
        "javascript:",
        "evil.example",
        "data:text",
        "\"onclick",
    ] {
        assert!(!html.contains(bad), "{bad}: {html}");
    }
    assert_eq!(html.matches("<title>").count(), 1);
    assert_eq!(html.matches("</style>").count(), 1);
    assert!(html.contains(":root{}</style>"), "{html}");
}

#[test]
fn a_browser_is_told_to_run_nothing_and_to_tell_nobody() {
    let emulator = Emulator::start().unwrap();
    let (reply, html) = visit(&emulator, &session(&emulator, "c", &json!({})));
    let policy = reply.header("content-security-policy").unwrap();
    for wanted in [
        "default-src 'none'",
        "style-src 'sha256-",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(wanted), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(
        !html.contains(" style="),
        "the policy would block it: {html}"
    );
    assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(
        reply.header("content-type"),
        Some("text/html; charset=utf-8")
    );
}

#[test]
fn a_page_stays_small_however_much_is_in_the_token() {
    let custom: serde_json::Map<_, _> = (0..300)
        .map(|number| (format!("name-{number}"), "<".repeat(80).into()))
        .collect();
    let fields = json!({
        "theme": {"vault_name": "<".repeat(9000)},
        "custom_consumer_settings": custom,
    });
    let html = page(&fields);
    assert!(html.len() < 120_000, "{}", html.len());
    assert!(html.contains("And 260 more."), "{html}");
    let shortened = format!("<title>{}…</title>", "&lt;".repeat(300));
    assert!(html.contains(&shortened), "{html}");
    // Those of all APIs.
    assert!(!html.contains("<details open>"), "{html}");

    // An address of more than 64 KB is longer than the HTTP library takes.
    let emulator = Emulator::start().unwrap();
    let fields = json!({"custom_consumer_settings": {"a": "x".repeat(100_000)}});
    let (reply, _) = visit(&emulator, &session(&emulator, "c", &fields));
    assert_eq!(reply.status, 414);
}

#[test]
fn a_token_that_is_not_valid_gets_a_page_that_says_so() {
    let emulator = Emulator::start().unwrap();
    let good = session(&emulator, "c", &json!({}));
    let foreign = session(&Emulator::start().unwrap(), "c", &json!({}));
    let forged = format!("{good}x");
    for (token, status, wanted) in [
        ("", 400, "There is no session token in this address"),
        (forged.as_str(), 401, "This session is not valid"),
        (foreign.as_str(), 401, "This session is not valid"),
        ("a.b.c", 401, "This session is not valid"),
    ] {
        let (reply, html) = visit(&emulator, token);
        assert_eq!(reply.status, status);
        assert!(html.contains(wanted), "{html}");
    }
    let nothing = Request::good().start("GET /session HTTP/1.1");
    assert_eq!(exchange(&emulator, &nothing).status, 400);
    let short = json!({"settings": {"session_length": "1s"}});
    let short = session(&emulator, "c", &short);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let (reply, html) = visit(&emulator, &short);
    assert_eq!(reply.status, 401);
    assert!(html.contains("This session has expired"), "{html}");
}
