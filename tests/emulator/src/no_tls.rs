//! What stands for TLS when the feature `https` is off: nothing that could exist.

#[derive(Clone)]
pub(crate) enum Tls {}

pub(crate) enum Authority {}
