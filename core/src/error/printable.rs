//! Text from a server, made safe to print on a log line.

use std::fmt::{self, Write as _};

/// How much of a server's text is printed at most, in characters.
pub(crate) const MAX_CHARACTERS: usize = 300;

/// Prints text from a server on one line: escapes control characters and cuts the text after 300
/// characters. `Debug` prints it in quotes.
pub(crate) struct Printable<'a>(pub(crate) &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = self.0.chars();
        for character in characters.by_ref().take(MAX_CHARACTERS) {
            if is_unprintable(character) {
                write!(formatter, "{}", character.escape_default())?;
            } else {
                formatter.write_char(character)?;
            }
        }
        if characters.next().is_some() {
            formatter.write_char('…')?;
        }
        Ok(())
    }
}

impl fmt::Debug for Printable<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Escapes more than `Display`: also quotes, so that a text cannot look like a further field.
        let cut = self.0.char_indices().nth(MAX_CHARACTERS);
        match cut.and_then(|(end, _)| self.0.get(..end)) {
            Some(start) => write!(formatter, "{start:?}…"),
            None => fmt::Debug::fmt(self.0, formatter),
        }
    }
}

/// Control characters, line separators, and marks that change the direction of text. Each of them could
/// make a log line look like something else.
pub(crate) fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{61c}' | '\u{200e}' | '\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_and_direction_marks_are_escaped() {
        let text = "a\r\nb\u{202e}c\u{61c} ä";
        let escaped = "a\\r\\nb\\u{202e}c\\u{61c} ä";
        assert_eq!(Printable(text).to_string(), escaped);
        assert_eq!(format!("{:?}", Printable(text)), format!("\"{escaped}\""));
    }

    #[test]
    fn a_text_cannot_look_like_several_fields_of_debug() {
        let text = r#"no", request_id: Some("other"), x: "\"#;
        assert_eq!(format!("{:?}", Printable(text)), format!("{text:?}"));
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        let printed = Printable(&"ä".repeat(1000)).to_string();
        assert_eq!(printed.chars().count(), MAX_CHARACTERS + 1);
        assert!(printed.ends_with('…'));
        let debug = format!("{:?}", Printable(&"ä".repeat(1000)));
        assert_eq!(debug, format!("\"{}\"…", "ä".repeat(MAX_CHARACTERS)));
    }
}
