//! The fields of an error body.

use serde::Deserialize;
use serde_json::Value;

use super::object::Object;

/// The fields that the API documents, as any JSON value, so that a field of an undocumented type
/// does not keep the others from being read.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    pub(super) status_code: Value,
    pub(super) error: Value,
    pub(super) type_name: Value,
    pub(super) message: Value,
    pub(super) detail: Value,
    #[serde(rename = "ref")]
    pub(super) reference: Value,
    pub(super) downstream_errors: Value,
}

impl Fields {
    /// Reads a JSON object; `None` if the body is not one.
    pub(super) fn of(body: &[u8]) -> Option<Self> {
        let object: Result<Object<Self>, _> = serde_json::from_slice(body);
        object.ok().map(|Object(fields)| fields)
    }

    pub(super) fn all_mut(&mut self) -> [&mut Value; 7] {
        [
            &mut self.status_code,
            &mut self.error,
            &mut self.type_name,
            &mut self.message,
            &mut self.detail,
            &mut self.reference,
            &mut self.downstream_errors,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_field_of_another_type_is_kept_and_an_unknown_one_is_ignored() {
        let fields = Fields::of(br#"{"new":1,"ref":null,"error":5,"message":"m"}"#).unwrap();
        assert_eq!(fields.error, json!(5));
        assert_eq!(fields.message, json!("m"));
        assert_eq!(fields.reference, Value::Null);
    }

    #[test]
    fn only_a_json_object_has_fields() {
        assert!(Fields::of(b"{}").is_some());
        for body in ["", "[]", "<html>", r#"{"error":"a"} x"#, r#"{"error""#] {
            assert!(Fields::of(body.as_bytes()).is_none(), "{body}");
        }
    }
}
