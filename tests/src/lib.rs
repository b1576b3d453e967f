//! What the tests and examples of apideck-vault share. Not published.

pub mod quickstart;
