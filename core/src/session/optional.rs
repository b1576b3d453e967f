//! What a setter takes.

use std::borrow::Cow;
use std::time::Duration;

use super::{
    AllowAction, ConsumerMetadata, Session, SessionLength, SessionSettings, Theme, UnifiedApiId,
};

/// What the setters of a session take: a value, or an `Option` of it.
///
/// The `Option` is for a value that is optional in your program, too. `None` leaves the field unset.
///
/// ```
/// use apideck_vault_core::Theme;
///
/// let logo: Option<String> = None;
/// let theme = Theme::new().vault_name("Intercom").logo(logo);
/// assert_eq!(serde_json::to_string(&theme)?, r#"{"vault_name":"Intercom"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Texts can be a `String`, `&str`, `&String` or `Cow<str>`, lists a `Vec` or an array, and lengths a
/// `Duration`. Implement it for a type of your own that stands for one of these.
pub trait Optional<T> {
    /// The value, if there is one.
    fn into_option(self) -> Option<T>;
}

impl<T> Optional<T> for Option<T> {
    fn into_option(self) -> Option<T> {
        self
    }
}

// Not for every `T`: rustdoc would show that on the page of each type, whether it is for a session or not.
macro_rules! keep {
    ($($type:ty,)+) => {
        $(
            impl Optional<$type> for $type {
                fn into_option(self) -> Option<$type> {
                    Some(self)
                }
            }
        )+
    };
}

keep! {
    bool, String, ConsumerMetadata, Session, SessionLength, SessionSettings, Theme,
    Vec<AllowAction>, Vec<UnifiedApiId>,
}

impl<T, const N: usize> Optional<Vec<T>> for [T; N] {
    fn into_option(self) -> Option<Vec<T>> {
        Some(self.into())
    }
}

// Not for everything that is `Into<T>`: an `Option<T>` might become that one day.
macro_rules! convert {
    ($($from:ty => $to:ty,)+) => {
        $(
            impl Optional<$to> for $from {
                fn into_option(self) -> Option<$to> {
                    Some(self.into())
                }
            }

            impl Optional<$to> for Option<$from> {
                fn into_option(self) -> Option<$to> {
                    self.map(Into::into)
                }
            }
        )+
    };
}

convert! {
    &str => String,
    &String => String,
    Cow<'_, str> => String,
    Duration => SessionLength,
}
