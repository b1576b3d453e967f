//! A session's token, and what can be read from it.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};
use std::fmt;
use std::time::{Duration, SystemTime};

use crate::error::{Printable, TokenError};

const BASE64_URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A session's token: anyone who has it can act for the consumer in Vault until it expires.
///
/// `Debug` does not show it, and there is no `Display`: use [`as_str`](Self::as_str).
///
/// ```
/// use apideck_vault_core::{CreatedSession, SessionToken};
///
/// /// What the page of yours that embeds Vault JS fetches from your backend.
/// fn answer(token: &SessionToken) -> serde_json::Value {
///     serde_json::json!({ "token": token.as_str() })
/// }
///
/// let created = CreatedSession::new("https://vault.apideck.com/session/t", "t");
/// assert_eq!(answer(created.session_token())["token"], "t");
/// assert_eq!(format!("{:?}", created.session_token()), "SessionToken([redacted])");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionToken(String);

impl SessionToken {
    /// A token that did not come in a [`CreatedSession`](crate::CreatedSession).
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token itself. Don't log it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the token's payload **without verifying it**, because only the server has the key. Use
    /// it to find out when a session ends; do not trust what it says.
    ///
    /// ```
    /// use apideck_vault_core::SessionToken;
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// let token = SessionToken::new(
    ///     "eyJhbGciOiJIUzI1NiJ9.\
    ///      eyJjb25zdW1lcl9pZCI6InRlc3QtY29uc3VtZXIiLCJleHAiOjE4MDAwMDAwMDB9.c2ln",
    /// );
    /// let claims = token.claims()?;
    /// assert_eq!(claims.consumer_id(), Some("test-consumer"));
    /// assert_eq!(claims.expires_at(), Some(UNIX_EPOCH + Duration::from_secs(1_800_000_000)));
    /// # Ok::<(), apideck_vault_core::error::TokenError>(())
    /// ```
    ///
    /// Source: [RFC 7519](https://www.rfc-editor.org/rfc/rfc7519), JSON Web Token.
    ///
    /// # Errors
    ///
    /// If the token is not a JSON Web Token. It may work anyway.
    pub fn claims(&self) -> Result<TokenClaims, TokenError> {
        let mut parts = self.0.split('.');
        let (Some(_), Some(payload), Some(_), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenError::Parts);
        };
        let json = BASE64_URL.decode(payload).map_err(|_| TokenError::Base64)?;
        let claims = serde_json::from_slice(&json).map_err(|_| TokenError::Json)?;
        Ok(TokenClaims(claims))
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SessionToken([redacted])")
    }
}

/// The contents of a token, **not verified**.
///
/// They include everything that was sent in the session, so the consumer's browser can read it. `Debug` shows
/// only the names of the claims.
///
/// ```
/// use apideck_vault_core::SessionToken;
/// use std::time::{Duration, SystemTime, UNIX_EPOCH};
///
/// /// Whether the consumer can still use the session for a minute.
/// fn lasts(token: &SessionToken, now: SystemTime) -> bool {
///     let claims = token.claims().ok();
///     let end = claims.and_then(|claims| claims.expires_at());
///     end.is_some_and(|end| now + Duration::from_secs(60) < end)
/// }
///
/// let token = SessionToken::new("e30.eyJleHAiOjE4MDAwMDAwMDB9.c2ln"); // {"exp":1800000000}
/// assert!(lasts(&token, UNIX_EPOCH + Duration::from_secs(1_799_999_000)));
/// assert!(!lasts(&token, UNIX_EPOCH + Duration::from_secs(1_799_999_990)));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TokenClaims(Map<String, Value>);

impl TokenClaims {
    /// `exp`: when the session expires.
    ///
    /// The time libraries convert it as it is:
    ///
    /// ```
    /// # let token = apideck_vault_core::SessionToken::new("e30.eyJleHAiOjE4MDAwMDAwMDB9.c2ln");
    /// # let claims = token.claims()?;
    /// if let Some(time) = claims.expires_at() {
    ///     let jiff = jiff::Timestamp::try_from(time)?;
    ///     let chrono = chrono::DateTime::<chrono::Utc>::from(time);
    ///     assert_eq!(jiff.to_string(), "2027-01-15T08:00:00Z");
    ///     assert_eq!(chrono.to_rfc3339(), "2027-01-15T08:00:00+00:00");
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.time("exp")
    }

    /// `iat`: when the session was created, by the server's clock.
    pub fn issued_at(&self) -> Option<SystemTime> {
        self.time("iat")
    }

    /// `consumer_id`: whose session it is.
    pub fn consumer_id(&self) -> Option<&str> {
        self.0.get("consumer_id")?.as_str()
    }

    /// `application_id`: the application that created the session.
    pub fn application_id(&self) -> Option<&str> {
        self.0.get("application_id")?.as_str()
    }

    /// All claims, as JSON: `settings`, `theme`, `consumer_metadata` and any others.
    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    fn time(&self, claim: &str) -> Option<SystemTime> {
        let value = self.0.get(claim)?;
        let since_epoch = match value.as_u64() {
            Some(seconds) => Duration::from_secs(seconds),
            None => Duration::try_from_secs_f64(value.as_f64()?).ok()?,
        };
        SystemTime::UNIX_EPOCH.checked_add(since_epoch)
    }
}

impl fmt::Debug for TokenClaims {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenClaims")?;
        let names = self.0.keys().map(|name| Printable(name));
        formatter.debug_set().entries(names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> SessionToken {
        SessionToken::new(format!("e30.{}.sig", BASE64_URL.encode(payload)))
    }

    #[test]
    fn times_may_have_fractions_and_invalid_ones_are_none() {
        let at = |exp: &str| {
            let claims = token(&format!(r#"{{"exp":{exp}}}"#)).claims().unwrap();
            let since = claims.expires_at()?.duration_since(SystemTime::UNIX_EPOCH);
            Some(since.unwrap().as_millis())
        };
        assert_eq!(at("1620000000"), Some(1_620_000_000_000));
        assert_eq!(at("1.5"), Some(1500));
        for wrong in ["null", "-1", "1e300", "18446744073709551615", r#""1""#] {
            assert_eq!(at(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn each_claim_is_read_by_its_name() {
        let claims = token(r#"{"iat":7,"exp":9,"consumer_id":"c","application_id":"a"}"#);
        let claims = claims.claims().unwrap();
        let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!((claims.issued_at(), claims.expires_at()), (at(7), at(9)));
        assert_eq!(claims.consumer_id(), Some("c"));
        assert_eq!(claims.application_id(), Some("a"));
        let empty = token("{}").claims().unwrap();
        assert_eq!((empty.consumer_id(), empty.application_id()), (None, None));
        let odd = token(r#"{"application_id":7}"#).claims().unwrap();
        assert_eq!(odd.application_id(), None, "a number is no id");
    }

    #[test]
    fn padding_does_not_matter_and_null_values_are_kept() {
        let payload = BASE64_URL.encode(r#"{"logo":null}"#);
        for payload in [payload.trim_end_matches('='), &payload] {
            let claims = SessionToken::new(format!("a.{payload}.b"))
                .claims()
                .unwrap();
            assert_eq!(claims.as_map()["logo"], Value::Null);
            assert_eq!(claims.issued_at(), None);
        }
    }

    #[test]
    fn a_token_that_is_not_a_jwt_says_why_without_showing_it() {
        for (text, error) in [
            ("<session_token>", TokenError::Parts),
            ("a.b.c.d", TokenError::Parts),
            ("a.!!.c", TokenError::Base64),
            ("a.bm9wZQ.c", TokenError::Json),
            ("a.W10.c", TokenError::Json),
            ("a..c", TokenError::Json),
        ] {
            assert_eq!(SessionToken::new(text).claims(), Err(error), "{text}");
        }
    }

    #[test]
    fn debug_shows_neither_the_token_nor_its_values() {
        let token = token(r#"{"consumer_id":"someone"}"#);
        assert_eq!(format!("{token:?}"), "SessionToken([redacted])");
        let claims = token.claims().unwrap();
        assert_eq!(format!("{claims:?}"), r#"TokenClaims{"consumer_id"}"#);
    }

    #[test]
    fn debug_cuts_the_name_of_a_claim() {
        let name = "x".repeat(100_000);
        let claims = token(&format!(r#"{{"{name}":1}}"#)).claims().unwrap();
        assert!(format!("{claims:?}").len() < 400);
    }
}
