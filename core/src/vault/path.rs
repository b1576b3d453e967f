//! Text in a path.

use crate::error::BuildError;

/// One segment of a path from text, percent-encoded: for the ids that an
/// [`Operation`](crate::Operation) puts into its path. `field` is the name that an error gives it.
///
/// ```
/// use apideck_vault_core::operation::path_segment;
///
/// assert_eq!(path_segment("consumer_id", "a/b?c d")?, "a%2Fb%3Fc%20d");
/// assert!(path_segment("consumer_id", "..").is_err());
/// # Ok::<(), apideck_vault_core::error::BuildError>(())
/// ```
///
/// Source: [RFC 3986, section 3.3](https://www.rfc-editor.org/rfc/rfc3986#section-3.3).
///
/// # Errors
///
/// If the text is empty, `.` or `..`, which would name another path.
pub fn path_segment(field: &'static str, text: &str) -> Result<String, BuildError> {
    if matches!(text, "" | "." | "..") {
        let expected = "it must be text that names one thing";
        return Err(BuildError::new(field, "is empty or made of dots", expected));
    }
    let mut segment = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                segment.push(char::from(byte));
            }
            _ => segment.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(segment)
}
