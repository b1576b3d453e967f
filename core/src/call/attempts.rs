//! How many attempts an answer took.

use http::Response;

/// How many attempts an answer took.
///
/// ```
/// # use apideck_vault_core::{Attempts, http};
/// let answer = http::Response::new("made by hand, not by a call");
/// assert_eq!(Attempts::of(&answer), 1);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts(pub(super) u32);

impl Attempts {
    /// How many attempts the call took to get this answer: at least 1.
    pub fn of<T>(answer: &Response<T>) -> u32 {
        answer
            .extensions()
            .get()
            .map_or(1, |Self(attempts)| *attempts)
    }
}
