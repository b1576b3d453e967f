//! Stands in for TLS when the feature `https` is off, with types that have no values.

#[derive(Clone)]
pub(crate) enum Tls {}

pub(crate) enum Authority {}
