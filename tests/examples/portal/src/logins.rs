use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Redirect;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use crate::customers::Customer;
use crate::portal::Portal;

const COOKIE: &str = "larkspur";

/// Who is logged in, by the value of the browser's cookie.
#[derive(Debug, Default)]
pub(crate) struct Logins(Mutex<HashMap<String, Login>>);

/// A customer who is logged in. As an argument of a handler, it sends anyone else to the login.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    pub(crate) customer: &'static Customer,
    /// What a form must repeat: another site can make the browser send the cookie, but cannot read this.
    pub(crate) csrf: String,
}

impl Logins {
    /// Logs a customer in.
    pub(crate) fn begin(
        &self,
        customer: &'static Customer,
    ) -> Result<Cookie<'static>, getrandom::Error> {
        let (id, csrf) = (random()?, random()?);
        self.all().insert(id.clone(), Login { customer, csrf });
        // Lax, not Strict: whoever comes back from the Vault's own page comes from another site.
        // Where a product runs on HTTPS, add `secure(true)`.
        Ok(Cookie::build((COOKIE, id))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .build())
    }

    pub(crate) fn end(&self, cookies: CookieJar) -> CookieJar {
        if let Some(cookie) = cookies.get(COOKIE) {
            self.all().remove(cookie.value());
        }
        cookies.remove(Cookie::build(COOKIE).path("/"))
    }

    fn all(&self) -> std::sync::MutexGuard<'_, HashMap<String, Login>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FromRequestParts<Arc<Portal>> for Login {
    type Rejection = Redirect;

    async fn from_request_parts(parts: &mut Parts, portal: &Arc<Portal>) -> Result<Self, Redirect> {
        let Ok::<_, Infallible>(cookies) = CookieJar::from_request_parts(parts, portal).await;
        let id = cookies.get(COOKIE).map(Cookie::value).unwrap_or_default();
        let login = portal.logins.all().get(id).cloned();
        login.ok_or_else(|| Redirect::to("/login"))
    }
}

fn random() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}
