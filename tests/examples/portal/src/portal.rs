use std::sync::Arc;

use apideck_vault_reqwest::{Vault, VaultClient};
use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use axum_extra::extract::CookieJar;
use maud::Markup;
use serde::Deserialize;
use serde_json::json;

use crate::customers::Customer;
use crate::front_end::FrontEnd;
use crate::logins::{Login, Logins};
use crate::pages::{self, Notice};
use crate::vault::{self, Problem};

/// The whole service.
#[derive(Debug)]
pub(crate) struct Portal {
    pub(crate) logins: Logins,
    /// `None` if it could not be built: the Vault then opens on its own page only.
    pub(crate) front_end: Option<FrontEnd>,
    client: VaultClient,
    server_url: String,
    url: String,
    policy: HeaderValue,
}

impl Portal {
    pub(crate) fn new(vault: Vault, url: String, front_end: Option<FrontEnd>) -> Arc<Self> {
        let server_url = vault.server_url();
        // The component styles itself in place, and shows pictures of connectors from anywhere.
        let policy = format!(
            "default-src 'self'; connect-src 'self' {server_url}; img-src 'self' https: data:; \
             style-src 'self' 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
        );
        let policy = HeaderValue::try_from(policy);
        Arc::new(Self {
            logins: Logins::default(),
            front_end,
            client: vault::client(vault),
            server_url,
            url,
            policy: policy.unwrap_or(HeaderValue::from_static("default-src 'self'")),
        })
    }

    pub(crate) fn router(self: Arc<Self>) -> Router {
        Router::new()
            .route("/", get(dashboard))
            .route("/login", get(pages::login).post(log_in))
            .route("/logout", post(log_out))
            .route(
                "/vault/session",
                post(open_vault).get(async || Redirect::to("/")),
            )
            .route("/faces/{file}", get(face))
            .route("/portal.css", get(styles))
            .route("/vault.css", get(vault_styles))
            .route("/vault.js", get(vault_script))
            .layer(middleware::from_fn_with_state(self.clone(), guard))
            .with_state(self)
    }
}

async fn dashboard(State(portal): State<Arc<Portal>>, login: Login, request: Request) -> Markup {
    let notice = (request.uri().query() == Some("returned")).then_some(Notice::Returned);
    pages::dashboard(&portal, &login, notice.as_ref())
}

#[derive(Deserialize)]
struct Credentials {
    customer: String,
}

/// Stands in for a real login: whoever asks is let in.
async fn log_in(
    State(portal): State<Arc<Portal>>,
    cookies: CookieJar,
    Form(credentials): Form<Credentials>,
) -> Result<Response, StatusCode> {
    let customer = Customer::find(&credentials.customer).ok_or(StatusCode::FORBIDDEN)?;
    let begun = portal.logins.begin(customer);
    let cookie = begun.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok((cookies.add(cookie), Redirect::to("/")).into_response())
}

#[derive(Deserialize)]
struct Checked {
    #[serde(default)]
    csrf: String,
}

async fn log_out(
    State(portal): State<Arc<Portal>>,
    login: Login,
    cookies: CookieJar,
    Form(form): Form<Checked>,
) -> Result<Response, StatusCode> {
    if form.csrf != login.csrf {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok((portal.logins.end(cookies), Redirect::to("/login")).into_response())
}

/// Creates a session for whoever is logged in: as JSON for the component, or as a redirect to the
/// Vault's own page.
async fn open_vault(
    State(portal): State<Arc<Portal>>,
    login: Login,
    headers: HeaderMap,
    Form(form): Form<Checked>,
) -> Response {
    if form.csrf != login.csrf {
        return StatusCode::FORBIDDEN.into_response();
    }
    let is_embedded = headers
        .get(header::ACCEPT)
        .is_some_and(|accept| accept == "application/json");
    let create = vault::session_for(login.customer, &portal.url);
    let created = match portal.client.create_session(create).await {
        Ok(created) => created,
        Err(error) => {
            let problem = Problem::of(&error);
            let (status, wait) = (problem.status, problem.retry_after);
            let mut answer = if is_embedded {
                (status, Json(problem)).into_response()
            } else {
                let notice = Notice::Problem(problem);
                (status, pages::dashboard(&portal, &login, Some(&notice))).into_response()
            };
            if let Some(wait) = wait {
                let seconds = HeaderValue::from(wait.as_secs().max(1));
                answer.headers_mut().insert(header::RETRY_AFTER, seconds);
            }
            return answer;
        }
    };
    if !is_embedded {
        return Redirect::to(created.session_uri()).into_response();
    }
    let token = created.session_token();
    // By the server's clock alone: the browser's may be wrong.
    let seconds = token.claims().ok().and_then(|claims| {
        let length = claims.expires_at()?.duration_since(claims.issued_at()?);
        Some(length.ok()?.as_secs())
    });
    Json(json!({ "token": token.as_str(), "server": portal.server_url, "seconds": seconds }))
        .into_response()
}

/// Nothing here is for other sites' pages, and nothing is to be kept.
async fn guard(State(portal): State<Arc<Portal>>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, portal.policy.clone());
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

async fn face(Path(file): Path<String>) -> Result<impl IntoResponse, StatusCode> {
    let id = file.strip_suffix(".svg").ok_or(StatusCode::NOT_FOUND)?;
    let customer = Customer::find(id).ok_or(StatusCode::NOT_FOUND)?;
    let drawing = customer.drawing().into_string();
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], drawing))
}

async fn styles() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css")],
        include_str!("../web/portal.css"),
    )
}

async fn vault_styles(State(portal): State<Arc<Portal>>) -> Response {
    bundled(
        "text/css",
        portal.front_end.as_ref().map(|built| built.style.clone()),
    )
}

async fn vault_script(State(portal): State<Arc<Portal>>) -> Response {
    bundled(
        "text/javascript",
        portal.front_end.as_ref().map(|built| built.script.clone()),
    )
}

fn bundled(kind: &'static str, file: Option<Bytes>) -> Response {
    match file {
        Some(file) => ([(header::CONTENT_TYPE, kind)], file).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
