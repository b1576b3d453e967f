//! Path segments made from text.

use crate::error::BuildError;

/// Percent-encodes text as one segment of a path.
///
/// It is for the ids that an [`Operation`](crate::Operation) puts in its path. `field` is the name used in
/// errors.
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
/// If the text is empty, `.` or `..`, which would change the path.
pub fn path_segment(field: &'static str, text: &str) -> Result<String, BuildError> {
    if matches!(text, "" | "." | "..") {
        let expected = "it must be text that can be one segment of a path";
        return Err(BuildError::new(field, "is empty, `.` or `..`", expected));
    }
    Ok(percent_encoded(text))
}

/// Percent-encodes all but what never has a meaning in a URL
/// ([RFC 3986, section 2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3)).
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::path_segment;

    #[test]
    fn everything_that_could_end_a_segment_is_encoded_and_nothing_else() {
        let segment = |text| path_segment("id", text).unwrap();
        assert_eq!(segment("AZaz09-._~"), "AZaz09-._~");
        assert_eq!(segment("a/b?c#d%e f;ä"), "a%2Fb%3Fc%23d%25e%20f%3B%C3%A4");
        assert_eq!(segment("..."), "...");
        for wrong in ["", ".", ".."] {
            assert_eq!(path_segment("id", wrong).unwrap_err().field(), "id");
        }
    }
}
