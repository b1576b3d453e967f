//! Redacts a secret in what a server sent, for servers that repeat what they received.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue};

const REDACTED: &str = "[redacted]";

/// In Base64, the first and the last character of a secret depend on the text around it. What is left of
/// a shorter one could be part of any word.
const SHORTEST_ENCODED: usize = 8;

/// How many more escapes an encoding may put in front of a character: JSON that was escaped four times has
/// fifteen `\`. More would be slow to follow.
const MOST_ESCAPES: usize = 15;

/// How many characters are looked at to see whether an echo can be around them.
const SAMPLED: usize = 6;

/// A secret in all forms in which it is found again.
///
/// Besides the text itself, in any case, these are: percent-encoded and JSON-escaped, each once or several
/// times, in part or as a whole (if the secret has no `%` or `\` of its own); hexadecimal; and Base64, also in
/// the middle of a longer text.
///
/// Every error is searched for them, so what comes first is cheap: of a text without escapes, only six
/// characters in about as many as the shortest form has are looked at.
#[derive(Clone)]
pub(crate) struct Secret {
    forms: Vec<Vec<u8>>,
    shortest: usize,
    pairs: Box<Pairs>,
}

/// The pairs of characters that are next to each other in a form: a bit for each.
type Pairs = [u64; 64];

impl Secret {
    /// `text` is ASCII, and not empty.
    pub(crate) fn new(text: &str) -> Self {
        let mut forms = vec![text.as_bytes().to_vec()];
        if text.len() >= SHORTEST_ENCODED {
            forms.push(text.bytes().flat_map(hexadecimal).collect());
            for before in 0..3 {
                let padded = [&vec![0; before], text.as_bytes()].concat();
                for encoded in [
                    STANDARD_NO_PAD.encode(&padded),
                    URL_SAFE_NO_PAD.encode(&padded),
                ] {
                    forms.push(own_characters(&encoded, before, padded.len()).to_vec());
                }
            }
            forms.dedup();
        }
        let mut pairs = Box::new([0; 64]);
        for form in &forms {
            for pair in form.windows(2) {
                let (row, bit) = place(pair);
                if let Some(row) = pairs.get_mut(row) {
                    *row |= bit;
                }
            }
        }
        let shortest = forms.iter().map(Vec::len).min();
        Self {
            shortest: shortest.unwrap_or_default(),
            forms,
            pairs,
        }
    }

    /// The text with `[redacted]` in place of each echo.
    pub(super) fn redacted(&self, text: String) -> String {
        if text.len() < self.shortest {
            return text;
        }
        let has_escapes = has_escapes(text.as_bytes());
        let find = |from| self.find(text.as_bytes(), from, has_escapes);
        let Some(mut echo) = find(0) else {
            return text;
        };
        let mut redacted = String::with_capacity(text.len());
        let mut end = 0;
        loop {
            redacted.push_str(text.get(end..echo.0).unwrap_or_default());
            redacted.push_str(REDACTED);
            end = echo.1;
            match find(end) {
                Some(next) => echo = next,
                None => break,
            }
        }
        redacted.push_str(text.get(end..).unwrap_or_default());
        redacted
    }

    /// Redacts the whole value of each header that repeats the secret. A header that is named after it is
    /// removed.
    pub(super) fn redact_headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            if self.is_in(value.as_bytes()) {
                *value = HeaderValue::from_static(REDACTED);
            }
        }
        let names = headers.keys();
        let named_after_it: Vec<_> = names
            .filter(|name| self.is_in(name.as_str().as_bytes()))
            .cloned()
            .collect();
        for name in named_after_it {
            headers.remove(name);
        }
    }

    /// The value of a header, or what stands for one that repeats the secret.
    pub(super) fn redacted_value<'a>(&self, value: &'a str) -> &'a str {
        if self.is_in(value.as_bytes()) {
            REDACTED
        } else {
            value
        }
    }

    fn is_in(&self, text: &[u8]) -> bool {
        text.len() >= self.shortest && self.find(text, 0, has_escapes(text)).is_some()
    }

    /// Where the text next repeats the secret. Both ends are next to ASCII.
    fn find(&self, text: &[u8], from: usize, has_escapes: bool) -> Option<(usize, usize)> {
        let step = self.shortest.saturating_sub(SAMPLED.saturating_sub(1));
        if step == 0 || has_escapes {
            return self.begins_in(text, from..text.len());
        }
        // An echo has at least as many samples as the step is long, so one of them is looked at.
        let samples = text.get(from..)?.windows(SAMPLED).enumerate();
        let samples = samples.skip(step.saturating_sub(1)).step_by(step);
        samples
            .filter(|(_, sample)| sample.chunks_exact(2).all(|pair| self.has_pair(pair)))
            .find_map(|(index, _)| {
                let end = from.saturating_add(index).saturating_add(1);
                let begins = end.saturating_sub(step)..end;
                let begins = begins.filter(|begin| {
                    let pair = text.get(*begin..).and_then(|rest| rest.get(..2));
                    pair.is_some_and(|pair| self.has_pair(pair))
                });
                self.begins_in(text, begins)
            })
    }

    fn has_pair(&self, pair: &[u8]) -> bool {
        let (row, bit) = place(pair);
        self.pairs.get(row).is_some_and(|row| row & bit != 0)
    }

    /// The first echo that begins at one of these places.
    fn begins_in(
        &self,
        text: &[u8],
        mut begins: impl Iterator<Item = usize>,
    ) -> Option<(usize, usize)> {
        begins.find_map(|begin| {
            let rest = text.get(begin..)?;
            // Once for all forms: most text ends here.
            let (first, _) = unescaped(rest)?;
            let mut forms = self.forms.iter().filter(|form| {
                let expected = form.first();
                expected.is_some_and(|expected| expected.eq_ignore_ascii_case(&first))
            });
            let rest =
                forms.find_map(|form| exactly_after(rest, form).or_else(|| after(rest, form)))?;
            Some((begin, text.len().saturating_sub(rest.len())))
        })
    }
}

fn has_escapes(text: &[u8]) -> bool {
    text.iter()
        .fold(false, |has, byte| has | matches!(byte, b'%' | b'\\'))
}

/// Where a pair has its bit, in any case.
fn place(pair: &[u8]) -> (usize, u64) {
    let without_case = |byte: &u8| (byte & 0x1f) | ((byte & 0x40) >> 1);
    let (first, second) = match pair {
        [first, second] => (without_case(first), without_case(second)),
        _ => (0, 0),
    };
    (first.into(), 1 << second)
}

/// The first character without the escapes around it, and the rest of the text.
fn unescaped(text: &[u8]) -> Option<(u8, &[u8])> {
    let (first, rest) = text.split_first()?;
    match first {
        b'%' => {
            // `%` itself becomes `%25`.
            let rest = without_repeated(rest, b"25");
            let (code, rest) = rest.split_at_checked(2)?;
            Some((from_hexadecimal(code)?, rest))
        }
        b'\\' => {
            let rest = without_repeated(rest, b"\\");
            let unicode = rest.strip_prefix(b"u00");
            let unicode = unicode.and_then(|rest| rest.split_at_checked(2));
            let unicode = unicode.and_then(|(code, rest)| Some((from_hexadecimal(code)?, rest)));
            unicode.or_else(|| rest.split_first().map(|(first, rest)| (*first, rest)))
        }
        first => Some((*first, rest)),
    }
}

fn without_repeated<'a>(text: &'a [u8], escape: &[u8]) -> &'a [u8] {
    let mut rest = text;
    for _ in 0..MOST_ESCAPES {
        match rest.strip_prefix(escape) {
            Some(inner) => rest = inner,
            None => break,
        }
    }
    rest
}

fn exactly_after<'a>(text: &'a [u8], form: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = text.split_at_checked(form.len())?;
    start.eq_ignore_ascii_case(form).then_some(rest)
}

/// What comes after the form, if the text begins with it in some encoding.
fn after<'a>(text: &'a [u8], form: &[u8]) -> Option<&'a [u8]> {
    let mut rest = text;
    for expected in form {
        let (found, next) = unescaped(rest)?;
        if !found.eq_ignore_ascii_case(expected) {
            return None;
        }
        rest = next;
    }
    Some(rest)
}

fn hexadecimal(byte: u8) -> [u8; 2] {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0') as u8;
    [digit(byte >> 4), digit(byte & 15)]
}

fn from_hexadecimal(code: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(code).ok()?;
    u8::from_str_radix(text, 16).ok()
}

/// The characters that depend on nothing but the secret, if `before` other bytes come before it.
fn own_characters(encoded: &str, before: usize, bytes: usize) -> &[u8] {
    let begin = before.saturating_mul(8).div_ceil(6);
    let end = bytes.saturating_mul(8) / 6;
    encoded.as_bytes().get(begin..end).unwrap_or_default()
}
