//! A token, and what can be read from it.

#![no_main]

use apideck_vault_core::SessionToken;
use apideck_vault_core::serde_json::{Value, from_slice};
use arbitrary::{Arbitrary, Unstructured};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
enum Token {
    Text(String),
    Payload(String),
    Times(f64, i64),
    Ids(String, String),
}

fuzz_target!(|data: &[u8]| {
    // Seeds are payloads as they are.
    let token = match data.first() {
        Some(b'{') => String::from_utf8(data.to_vec()).ok().map(Token::Payload),
        _ => Token::arbitrary_take_rest(Unstructured::new(data)).ok(),
    };
    let Some(token) = token else {
        return;
    };
    let payload = match token {
        Token::Text(text) => {
            let token = SessionToken::new(text.clone());
            assert_eq!(token.as_str(), text);
            assert_eq!(format!("{token:?}"), "SessionToken([redacted])");
            let _ = token.claims();
            return;
        }
        Token::Payload(payload) => payload.into_bytes(),
        Token::Times(exp, iat) => format!(r#"{{"exp":{exp},"iat":{iat}}}"#).into_bytes(),
        Token::Ids(consumer, app) => {
            let (consumer, app) = (Value::from(consumer), Value::from(app));
            format!(r#"{{"consumer_id":{consumer},"application_id":{app}}}"#).into_bytes()
        }
    };
    let token = SessionToken::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(&payload)));
    let expected = from_slice::<Value>(&payload).ok();
    let expected = expected.as_ref().and_then(Value::as_object);
    let claims = token.claims().ok();
    assert_eq!(claims.as_ref().map(|claims| claims.as_map()), expected);
    if let Some(claims) = claims {
        let _ = (claims.expires_at(), claims.issued_at());
        let id = claims.as_map().get("consumer_id").and_then(Value::as_str);
        assert_eq!(claims.consumer_id(), id);
        let _ = (claims.application_id(), format!("{claims:?}"));
    }
});
