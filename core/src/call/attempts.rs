//! How many attempts an answer took.

use http::Response;

/// How many attempts an answer took.
///
/// ```
/// use apideck_vault_core::{Attempts, CreatedSession, http};
///
/// /// Takes what a client's `send` returns.
/// fn log(answer: &http::Response<CreatedSession>) {
///     println!("a session after {} attempts", Attempts::of(answer));
/// }
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
