//! `HEAD /`: make a connection.

use bytes::Bytes;
use http::{Method, Request, Response, header};

use crate::error::{BuildError, ResponseError};
use crate::operation::Operation;
use crate::vault::{APP_ID, Vault};

/// Makes a connection before the first call needs one.
///
/// It is `HEAD` of the server's URL, without the API key and the application id. It creates nothing, and any
/// answer will do: whatever the status, the server was reached, and the connection stays open for the next
/// call.
///
/// ```
/// use apideck_vault_core::{Connect, Operation, Vault};
///
/// let request = Connect.encode(&Vault::new("sk_live_1", "app")?)?;
/// assert_eq!(request.method(), "HEAD");
/// assert_eq!(request.uri(), "https://unify.apideck.com/");
/// assert!(!request.headers().contains_key("authorization"));
/// # Ok::<(), apideck_vault_core::error::BuildError>(())
/// ```
///
/// Source: [RFC 9110, section 9.3.2](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2).
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has no input")]
pub struct Connect;

impl Operation for Connect {
    type Output = ();

    fn encode(&self, vault: &Vault) -> Result<Request<Bytes>, BuildError> {
        let mut request = vault.request(Method::HEAD, "/", Bytes::new())?;
        request.headers_mut().remove(header::AUTHORIZATION);
        request.headers_mut().remove(APP_ID);
        Ok(request)
    }

    fn decode(&self, _: &Vault, answer: Response<Bytes>) -> Result<Response<()>, ResponseError> {
        Ok(answer.map(|_| ()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_made_without_credentials_and_any_answer_will_do() {
        let vault = Vault::new("key", "app").unwrap();
        let request = Connect.encode(&vault).unwrap();
        assert_eq!(request.method(), Method::HEAD);
        assert_eq!(request.uri(), "https://unify.apideck.com/");
        assert!(!request.headers().contains_key(header::AUTHORIZATION));
        assert!(!request.headers().contains_key(APP_ID));

        let answer = Response::builder().status(404).header("x-a", "1");
        let answer = Connect.decode(&vault, answer.body(Bytes::new()).unwrap());
        let answer = answer.unwrap();
        assert_eq!(answer.status(), 404);
        assert_eq!(answer.headers()["x-a"], "1");
    }
}
