//! The fields of an error's body.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// All fields of a JSON object. Those that the API documents have a place of their own, which
/// spares the usual error a map and its keys.
#[derive(Clone, Default)]
pub(super) struct Fields {
    documented: [Option<Value>; Fields::DOCUMENTED.len()],
    other: Map<String, Value>,
}

impl Fields {
    const DOCUMENTED: [&str; 7] = [
        "status_code",
        "error",
        "type_name",
        "message",
        "detail",
        "ref",
        "downstream_errors",
    ];

    /// Reads a JSON object; anything else has no fields.
    pub(super) fn of(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// A documented field.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        let place = Self::DOCUMENTED.iter().position(|known| *known == name)?;
        self.documented.get(place)?.as_ref()
    }

    /// The texts among the documented fields.
    pub(super) fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.documented.iter_mut().filter_map(|field| match field {
            Some(Value::String(text)) => Some(text),
            _ => None,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.documented.iter().all(Option::is_none) && self.other.is_empty()
    }

    /// All of them in one map.
    pub(super) fn to_map(&self) -> Map<String, Value> {
        let documented = Self::DOCUMENTED.iter().zip(&self.documented);
        let documented = documented
            .filter_map(|(name, field)| Some(((*name).to_owned(), field.as_ref()?.clone())));
        documented.chain(self.other.clone()).collect()
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectVisitor;

        impl<'de> Visitor<'de> for ObjectVisitor {
            type Value = Fields;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields::default();
                while let Some(name) = map.next_key()? {
                    let value = map.next_value()?;
                    match name {
                        Name::Documented(place) => {
                            if let Some(field) = fields.documented.get_mut(place) {
                                *field = Some(value);
                            }
                        }
                        Name::Other(name) => {
                            fields.other.insert(name, value);
                        }
                    }
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(ObjectVisitor)
    }
}

enum Name {
    /// The position among [`Fields::DOCUMENTED`].
    Documented(usize),
    Other(String),
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl Visitor<'_> for NameVisitor {
            type Value = Name;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a name")
            }

            fn visit_str<E>(self, name: &str) -> Result<Name, E> {
                let place = Fields::DOCUMENTED.iter().position(|known| *known == name);
                Ok(place.map_or_else(|| Name::Other(name.to_owned()), Name::Documented))
            }
        }

        deserializer.deserialize_str(NameVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_field_is_kept_and_the_last_of_two_counts() {
        let fields = Fields::of(br#"{"new":1,"ref":null,"error":"a","new":[2],"error":"b"}"#);
        let map = Value::Object(fields.to_map());
        assert_eq!(map, json!({"error": "b", "new": [2], "ref": null}));
        assert_eq!(fields.get("error"), Some(&json!("b")));
        assert_eq!(fields.get("ref"), Some(&Value::Null));
        assert_eq!(fields.get("new"), None);
        assert!(!fields.is_empty());
    }

    #[test]
    fn what_is_no_object_has_no_fields() {
        for body in [
            "",
            "[]",
            "<html>",
            "{}",
            r#"{"error":"a"} x"#,
            r#"{"error""#,
        ] {
            assert!(Fields::of(body.as_bytes()).is_empty(), "{body}");
        }
    }
}
