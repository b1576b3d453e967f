//! Header values made from text.

use http::HeaderValue;

use crate::error::BuildError;

/// Makes a header value from text.
///
/// It is for the ids and other text that an [`Operation`](crate::Operation) sends in headers. `field` is the
/// name used in errors.
///
/// ```
/// use apideck_vault_core::operation::header_value;
///
/// assert_eq!(header_value("consumer_id", "test-consumer")?, "test-consumer");
/// let error = header_value("consumer_id", "a\r\nb").unwrap_err();
/// assert_eq!(error.field(), "consumer_id");
/// # Ok::<(), apideck_vault_core::error::BuildError>(())
/// ```
///
/// # Errors
///
/// If the text is empty, contains a line break or anything else that is not a visible ASCII
/// character, or begins or ends with a space. (HTTP would drop the space, so that a different value
/// would arrive.)
pub fn header_value(field: &'static str, text: &str) -> Result<HeaderValue, BuildError> {
    let has_space_around = text.starts_with(' ') || text.ends_with(' ');
    // Fewer than `HeaderValue` accepts: of the others, the server would read a different value, or none.
    let is_visible = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if !text.is_empty() && is_visible && !has_space_around {
        if let Ok(value) = HeaderValue::from_str(text) {
            return Ok(value);
        }
    }
    let problem = if text.is_empty() {
        "is empty"
    } else if text.bytes().any(|byte| byte.is_ascii_control()) {
        "contains a control character"
    } else if has_space_around {
        "begins or ends with a space"
    } else {
        "contains a non-ASCII character"
    };
    Err(BuildError::new(
        field,
        problem,
        "it must contain only visible ASCII characters",
    ))
}

const BEARER: &str = "Bearer ";

/// The API key without the header's scheme, if it was given with one.
pub(super) fn without_bearer(api_key: &str) -> &str {
    match api_key.split_at_checked(BEARER.len()) {
        Some((scheme, key)) if scheme.eq_ignore_ascii_case(BEARER) => key.trim_start_matches(' '),
        _ => api_key,
    }
}

/// `Bearer` and the key, marked sensitive.
pub(super) fn authorization(api_key: &str) -> Result<HeaderValue, BuildError> {
    header_value("api_key", api_key)?;
    let mut value = header_value("api_key", &format!("{BEARER}{api_key}"))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::Vault;

    #[test]
    fn a_key_that_begins_with_bearer_is_not_prefixed_again() {
        for key in ["key", "Bearer key", "bearer key", "BEARER  key"] {
            assert_eq!(without_bearer(key), "key");
            assert_eq!(authorization(without_bearer(key)).unwrap(), "Bearer key");
        }
        assert_eq!(without_bearer("bearer-key"), "bearer-key");
        assert_eq!(authorization("bearer-key").unwrap(), "Bearer bearer-key");
    }

    #[test]
    fn wrong_values_are_refused_by_name_without_showing_the_value() {
        for (key, app, field, problem) in [
            ("", "app", "api_key", "is empty"),
            ("Bearer ", "app", "api_key", "is empty"),
            ("secret\n", "app", "api_key", "contains a control character"),
            (
                "secret\u{7f}",
                "app",
                "api_key",
                "contains a control character",
            ),
            (
                "secret\tx",
                "app",
                "api_key",
                "contains a control character",
            ),
            ("secret ", "app", "api_key", "begins or ends with a space"),
            ("secrät", "app", "api_key", "contains a non-ASCII character"),
            ("secret", "", "app_id", "is empty"),
            (
                "secret",
                "a\r\nx: y",
                "app_id",
                "contains a control character",
            ),
        ] {
            let error = Vault::new(key, app).unwrap_err();
            assert_eq!((error.field(), error.problem()), (field, problem));
            assert!(!format!("{error} {error:?}").contains("secr"));
        }
    }
}
