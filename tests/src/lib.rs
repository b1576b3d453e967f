//! What the tests and examples of apideck-vault share. Not published.

pub mod fleet;
pub mod quickstart;

/// The README's programs are compiled, and run where they need no account.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub mod readme {}
