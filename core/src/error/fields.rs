//! The fields of an error body.

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

use super::DownstreamError;
use super::object::Object;
use super::redact::Secret;

/// How many downstream errors are read: a list of empty objects would take 24 times its size.
const READ_DOWNSTREAM_ERRORS: usize = 100;

/// The fields that the API documents. A field of an undocumented type is missing, and does not keep the
/// others from being read.
///
/// They take no more memory than their part of the body, whatever the body is: nothing is read into a tree
/// of JSON values.
#[derive(Clone, Default)]
pub(super) struct Fields {
    pub(super) status_code: Option<u64>,
    pub(super) error: Option<String>,
    pub(super) type_name: Option<String>,
    pub(super) message: Option<String>,
    pub(super) detail: Option<Detail>,
    pub(super) reference: Option<String>,
    pub(super) downstream_errors: Vec<DownstreamError>,
}

/// Why it happened.
#[derive(Clone)]
pub(super) enum Detail {
    Text(String),
    /// Anything but a string, as JSON.
    Json(String),
}

/// The fields in the body, with `T` for a text.
#[derive(Default, Deserialize)]
#[serde(default, bound(deserialize = "T: Default + Deserialize<'de>"))]
struct Documented<'a, T> {
    #[serde(borrow)]
    status_code: Option<&'a RawValue>,
    error: T,
    type_name: T,
    message: T,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
    #[serde(rename = "ref")]
    reference: T,
    #[serde(borrow)]
    downstream_errors: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Downstream<'a> {
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    detail: Option<&'a RawValue>,
    code: Option<&'a RawValue>,
}

impl Fields {
    /// Reads a JSON object and redacts `secret`; `None` if the body is not one.
    pub(super) fn of(body: &[u8], secret: &Secret) -> Option<Self> {
        if !body.trim_ascii_start().starts_with(b"{") {
            return None;
        }
        // Usually, the types are those that are documented, and reading them takes half as long.
        match serde_json::from_slice::<Object<Documented<'_, Option<String>>>>(body) {
            Ok(Object(found)) => return Some(found.redacted(secret, |text| text)),
            Err(error) if error.is_eof() => return None,
            Err(_) => {}
        }
        let Object(found): Object<Documented<'_, Option<&RawValue>>> =
            serde_json::from_slice(body).ok()?;
        Some(found.redacted(secret, |value| text_of(value?)))
    }
}

impl<T> Documented<'_, T> {
    fn redacted(self, secret: &Secret, text_of_field: impl Fn(T) -> Option<String>) -> Fields {
        let redacted = |text| secret.redacted(text);
        let text = |field| text_of_field(field).map(redacted);
        let detail = self.detail.map(|detail| match text_of(detail) {
            Some(text) => Detail::Text(redacted(text)),
            None => Detail::Json(redacted(detail.get().to_owned())),
        });
        let list = self.downstream_errors;
        let List(list) = list
            .and_then(|list| serde_json::from_str(list.get()).ok())
            .unwrap_or_default();
        let downstream = |field: Option<&RawValue>| text_of(field?).map(redacted);
        let list = list.into_iter().map(|error| DownstreamError {
            message: downstream(error.message),
            detail: downstream(error.detail),
            code: downstream(error.code),
        });
        Fields {
            status_code: self.status_code.and_then(|code| code.get().parse().ok()),
            error: text(self.error),
            type_name: text(self.type_name),
            message: text(self.message),
            detail,
            reference: text(self.reference),
            downstream_errors: list.collect(),
        }
    }
}

fn text_of(value: &RawValue) -> Option<String> {
    value.get().starts_with('"').then_some(())?;
    serde_json::from_str(value.get()).ok()
}

/// The objects among the first [`READ_DOWNSTREAM_ERRORS`] of an array.
#[derive(Default)]
struct List<'a>(Vec<Downstream<'a>>);

impl<'de> Deserialize<'de> for List<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor)
    }
}

struct ListVisitor;

impl<'de> Visitor<'de> for ListVisitor {
    type Value = List<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<List<'de>, A::Error> {
        let mut list = Vec::new();
        let mut read = 0..READ_DOWNSTREAM_ERRORS;
        while let Some(element) = sequence.next_element::<&'de RawValue>()? {
            if read.next().is_none() {
                continue;
            }
            if let Ok(Object(error)) = serde_json::from_str(element.get()) {
                list.push(error);
            }
        }
        Ok(List(list))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(body: &str) -> Option<Fields> {
        Fields::of(body.as_bytes(), &Secret::new("secret"))
    }

    #[test]
    fn a_field_of_another_type_is_missing_and_an_unknown_one_is_ignored() {
        for other in ["5", "-1.5", "1e999", "true", "null", "[[1]]", r#"{"a":{}}"#] {
            let body = format!(r#"{{"new":{other},"ref":{other},"error":{other},"message":"m"}}"#);
            let found = fields(&body).unwrap();
            assert_eq!(found.message.as_deref(), Some("m"), "{other}");
            assert_eq!((found.error, found.reference), (None, None), "{other}");
        }
    }

    #[test]
    fn only_a_json_object_has_fields() {
        assert!(fields("{}").is_some());
        for body in ["", "[]", "<html>", r#"{"error":"a"} x"#, r#"{"error""#] {
            assert!(fields(body).is_none(), "{body}");
        }
    }
}
