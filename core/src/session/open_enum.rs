//! Enums over strings that also let unknown values through.

use std::fmt;

/// An enum value that this version does not know, exactly as it is sent.
///
/// It is only ever made from a string that is not a known value, and it cannot be matched on: a
/// later version that knows the value gives it its own variant. Compare strings instead:
/// `id.as_str() == "brand-new"`.
///
/// ```
/// use apideck_vault_core::UnifiedApiId;
///
/// let id = UnifiedApiId::from("brand-new");
/// match &id {
///     UnifiedApiId::Crm => println!("a CRM"),
///     UnifiedApiId::Other(value) => println!("something newer than this library: {value}"),
///     known => println!("{known}"),
/// }
/// assert_eq!(id.as_str(), "brand-new");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    pub(super) fn new(text: &str) -> Self {
        Self(text.into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Defines an enum whose variants stand for strings, with `Other` for every other string.
macro_rules! open_enum {
    ($(#[$attribute:meta])* pub enum $name:ident { $($variant:ident = $text:literal,)+ }) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant,)+
            /// A value that this version does not know.
            Other($crate::session::UnknownValue),
        }

        impl $name {
            /// All values that this version knows.
            pub const KNOWN: &[Self] = &[$(Self::$variant,)+];

            /// The value, as it is sent.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Other(value) => value.as_str(),
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    _ => Self::Other($crate::session::UnknownValue::new(text)),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <std::borrow::Cow<'de, str>>::deserialize(deserializer).map(|text| Self::from(&*text))
            }
        }
    };
}
pub(super) use open_enum;

#[cfg(test)]
mod tests {
    use crate::session::{AllowAction, UnifiedApiId};

    #[test]
    fn every_known_value_survives_a_round_trip() {
        assert_eq!(UnifiedApiId::KNOWN.len(), 28);
        for id in UnifiedApiId::KNOWN {
            let json = serde_json::to_string(id).unwrap();
            let back: UnifiedApiId = serde_json::from_str(&json).unwrap();
            assert_eq!(&back, id);
            assert!(!matches!(back, UnifiedApiId::Other(_)), "{json}");
        }
    }

    #[test]
    fn an_unknown_value_passes_through_both_ways() {
        let action: AllowAction = serde_json::from_str(r#""rena\u006de""#).unwrap();
        let AllowAction::Other(value) = &action else {
            panic!("{action:?}")
        };
        assert_eq!(value.to_string(), "rename");
        assert_eq!(action.to_string(), "rename");
        assert_eq!(action.as_str(), "rename");
        assert_eq!(action, AllowAction::from("rename"));
        assert_eq!(serde_json::to_string(&action).unwrap(), r#""rename""#);
    }

    #[test]
    fn a_known_string_becomes_its_variant() {
        assert_eq!(UnifiedApiId::from("crm"), UnifiedApiId::Crm);
        assert_eq!(UnifiedApiId::from("crm".to_owned()), UnifiedApiId::Crm);
    }
}
