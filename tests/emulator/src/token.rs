use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::check::Accepted;
use crate::random;

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// Signs session tokens, and recognizes its own.
pub(crate) struct Mint {
    mac: Hmac<Sha256>,
}

impl Mint {
    pub(crate) fn new() -> Self {
        // SHA-256's block size: the length at which HMAC uses a key as is.
        let mut secret = [0; 64];
        for chunk in secret.chunks_exact_mut(8) {
            chunk.copy_from_slice(&random::bits().to_ne_bytes());
        }
        Self {
            mac: Hmac::new(&secret.into()),
        }
    }

    /// A token that is valid from now on.
    pub(crate) fn mint(&self, accepted: &Accepted) -> String {
        let issued = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let expires = issued.saturating_add(accepted.session_length.as_secs());
        // What was sent goes in first, so that no field of a session can ever replace a claim.
        let mut claims = accepted.session.clone();
        claims.insert(
            "application_id".to_owned(),
            accepted.application_id.clone().into(),
        );
        claims.insert(
            "consumer_id".to_owned(),
            accepted.consumer_id.clone().into(),
        );
        claims.insert("iat".to_owned(), issued.into());
        claims.insert("exp".to_owned(), expires.into());
        // Without this, two calls within a second would mint the same token.
        claims.insert("jti".to_owned(), random::id().into());
        self.sign(&Value::Object(claims))
    }

    /// The claims of a token that was signed here.
    pub(crate) fn verify(&self, token: &str) -> Option<Value> {
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let mut mac = self.mac.clone();
        mac.update(signed.as_bytes());
        mac.verify_slice(&signature).ok()?;
        let (_, claims) = signed.split_once('.')?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }

    /// A token with these claims.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let mut token = URL_SAFE_NO_PAD.encode(HEADER);
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(claims.to_string(), &mut token);
        let mut mac = self.mac.clone();
        mac.update(token.as_bytes());
        token.push('.');
        URL_SAFE_NO_PAD.encode_string(mac.finalize().into_bytes(), &mut token);
        token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_matches_the_example_in_rfc_7515() {
        // Appendix A.1: the key is 64 bytes long, and the parts are given as signed.
        let key = URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .unwrap();
        let key: [u8; 64] = key.try_into().unwrap();
        let mint = Mint {
            mac: Hmac::new(&key.into()),
        };
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
                     eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
                     dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let claims = mint.verify(token).unwrap();
        assert_eq!(claims["iss"], "joe");
        assert_eq!(mint.verify(&token.replace("dBjf", "dBjg")), None);
    }

    #[test]
    fn only_the_mint_that_signed_a_token_recognizes_it() {
        let mint = Mint::new();
        let token = mint.sign(&serde_json::json!({}));
        assert_eq!(mint.verify(&token), Some(serde_json::json!({})));
        assert_eq!(Mint::new().verify(&token), None);
        for garbage in ["", ".", "..", "a.b.c", "e30.e30."] {
            assert_eq!(mint.verify(garbage), None, "{garbage}");
        }
    }
}
