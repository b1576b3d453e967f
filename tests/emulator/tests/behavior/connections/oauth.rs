use apideck_vault_emulator::Emulator;
use serde_json::json;

use super::{Browser, session};
use crate::client::{Request, exchange};

#[test]
fn oauth_leads_over_a_page_and_back_to_where_the_session_says() {
    let emulator = Emulator::start().unwrap();
    let back = "https://mysaas.example/done?a=1&b=2";
    let fields = json!({"redirect_uri": back, "settings": {"unified_apis": ["crm"]}});
    let token = session(&emulator, "test-consumer", &fields);
    let browser = Browser { emulator, token };
    let path = "/crm/bluebird-crm";
    let connection = browser.patch(path, &json!({"enabled": true}));
    assert_eq!(connection["state"], "added");

    let visit = |url: &str| {
        let target = url.strip_prefix("http://vault.test").unwrap_or(url);
        let start = format!("GET {target} HTTP/1.1");
        exchange(&browser.emulator, &Request::good().start(&start))
    };
    for (link, state) in [("authorize_url", "callable"), ("revoke_url", "added")] {
        // The front end appends where to go back to; what counts is what was signed.
        let link = connection[link].as_str().unwrap();
        let asked = visit(&format!("{link}&redirect_uri=https://evil.example/"));
        assert_eq!(asked.status, 200);
        let page = String::from_utf8(asked.body).unwrap();
        let (_, callback) = page.split_once("href=\"/vault/callback").unwrap();
        let (query, _) = callback.split_once('"').unwrap();
        let done = visit(&format!("/vault/callback{query}"));
        assert_eq!((done.status, done.header("location")), (302, Some(back)));
        assert_eq!(browser.get(path)["state"], state);
    }
    assert_eq!(visit("/vault/callback?state=forged").status, 401);
    // A session's token is no proof that the consumer was asked.
    let with_token = format!("/vault/callback?state={}", browser.token);
    assert_eq!(visit(&with_token).status, 401);
}
