use std::sync::Arc;

use apideck_vault_emulator::{Answer, Emulator};
use apideck_vault_reqwest::Vault;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::portal::Portal;

struct Browser {
    portal: Router,
    emulator: Emulator,
    cookie: String,
    csrf: String,
}

impl Browser {
    async fn logged_in_as(customer: &str) -> Self {
        let emulator = Emulator::builder().hosted().start().unwrap();
        let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID).unwrap();
        let vault = vault.with_server_url(emulator.url()).unwrap();
        let portal: Arc<Portal> = Portal::new(vault, "http://127.0.0.1:1".to_owned(), None);
        let mut browser = Self {
            portal: portal.router(),
            emulator,
            cookie: String::new(),
            csrf: String::new(),
        };
        let answer = browser
            .post("/login", "*/*", &format!("customer={customer}"))
            .await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        let set = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(
            set.contains("HttpOnly") && set.contains("SameSite=Lax"),
            "{set}"
        );
        browser.cookie = set.split(';').next().unwrap().to_owned();
        let page = text(browser.get("/").await).await;
        let (_, rest) = page.split_once("name=\"csrf\" value=\"").unwrap();
        browser.csrf = rest.split('"').next().unwrap().to_owned();
        browser
    }

    async fn get(&self, path: &str) -> Response {
        let request = Request::get(path).header(header::COOKIE, &self.cookie);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, accept: &str, form: &str) -> Response {
        let request = Request::post(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::ACCEPT, accept)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_owned())).unwrap())
            .await
    }

    async fn open_vault(&self, accept: &str) -> Response {
        self.post("/vault/session", accept, &format!("csrf={}", self.csrf))
            .await
    }

    async fn send(&self, request: Request<Body>) -> Response {
        self.portal.clone().oneshot(request).await.unwrap()
    }
}

async fn text(answer: Response) -> String {
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn the_component_gets_the_session_as_json_and_a_form_is_sent_to_the_vaults_page() {
    let browser = Browser::logged_in_as("nordwind-bikes").await;
    let embedded = browser.open_vault("application/json").await;
    assert_eq!(embedded.status(), StatusCode::OK);
    let session: Value = serde_json::from_str(&text(embedded).await).unwrap();
    assert_eq!(session["seconds"], 3600);
    assert_eq!(session["server"], browser.emulator.url());
    assert!(
        browser
            .emulator
            .verify(session["token"].as_str().unwrap())
            .is_some()
    );

    let hosted = browser.open_vault("text/html").await;
    assert_eq!(hosted.status(), StatusCode::SEE_OTHER);
    let location = hosted.headers()[header::LOCATION].to_str().unwrap();
    assert!(
        location.starts_with(&format!("{}/session/", browser.emulator.url())),
        "{location}"
    );
}

#[tokio::test]
async fn the_consumer_is_who_is_logged_in_whatever_the_browser_says() {
    let browser = Browser::logged_in_as("casa-limone").await;
    let form = format!(
        "csrf={}&customer=nordwind-bikes&consumer_id=nordwind-bikes",
        browser.csrf
    );
    browser
        .post(
            "/vault/session?consumer_id=nordwind-bikes",
            "application/json",
            &form,
        )
        .await;
    let requests = browser.emulator.requests();
    assert_eq!(
        requests[0].header("x-apideck-consumer-id"),
        Some("casa-limone")
    );
}

#[tokio::test]
async fn without_the_login_or_its_csrf_token_nothing_is_asked_of_the_vault() {
    let mut browser = Browser::logged_in_as("nordwind-bikes").await;
    for form in ["", "csrf=", "csrf=0123"] {
        let answer = browser
            .post("/vault/session", "application/json", form)
            .await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{form}");
        let answer = browser.post("/logout", "*/*", form).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{form}");
    }
    browser.cookie = "larkspur=0123".to_owned();
    let answer = browser.open_vault("application/json").await;
    assert_eq!(answer.headers()[header::LOCATION], "/login");
    assert!(browser.emulator.requests().is_empty());
}

#[tokio::test]
async fn who_has_logged_out_is_out() {
    let browser = Browser::logged_in_as("nordwind-bikes").await;
    let answer = browser
        .post("/logout", "*/*", &format!("csrf={}", browser.csrf))
        .await;
    assert_eq!(answer.headers()[header::LOCATION], "/login");
    let answer = browser.get("/").await;
    assert_eq!(answer.headers()[header::LOCATION], "/login");
}

#[tokio::test]
async fn each_error_says_what_a_person_can_do() {
    for (answer, status, advice) in [
        (
            Answer::status(429).header("retry-after", "40"),
            503,
            "Please try again in 40 seconds.",
        ),
        (Answer::status(401), 500, "Trying again will not help."),
        (Answer::status(402), 500, "ours to fix, not yours"),
        (
            Answer::status(503).header("retry-after", "60"),
            503,
            "in a few minutes",
        ),
    ] {
        let browser = Browser::logged_in_as("nordwind-bikes").await;
        browser.emulator.rule(move |_| Some(answer.clone()));
        for accept in ["application/json", "text/html"] {
            let shown = browser.open_vault(accept).await;
            assert_eq!(shown.status(), status);
            let text = text(shown).await;
            assert!(text.contains(advice), "{text}");
        }
    }
}
