//! Clients on a stack's own client, as a user builds it.

use apideck_vault_core::ClientSettings;
use apideck_vault_emulator::Emulator;
use apideck_vault_stacks::{Custom, Stack};

use crate::client::{Client, client};
use crate::roots;
use crate::settings::settings_at;

/// A client that trusts this emulator's authority, with retries that hardly wait.
pub(crate) fn trusting(stack: Stack, emulator: &Emulator) -> Client {
    let authority = emulator.certificate_authority().unwrap();
    trusting_authority(stack, settings_at(emulator.url()), authority.pem())
}

/// A client that trusts this authority, given as PEM: the default client, if it trusts the system's root
/// certificates, and one on the stack's own client otherwise.
pub(crate) fn trusting_authority(
    stack: Stack,
    settings: impl Into<ClientSettings>,
    authority: &str,
) -> Client {
    if roots::ARE_TRUSTED {
        roots::trust(authority);
        return client(stack, settings);
    }
    custom_client(stack, settings, &Custom::new().trusting(authority))
}

/// A client on a stack's own client.
pub(crate) fn custom_client(
    stack: Stack,
    settings: impl Into<ClientSettings>,
    custom: &Custom<'_>,
) -> Client {
    Client::new(stack, stack.custom(settings.into(), custom).unwrap())
}

/// A client on the stack's own client as it comes.
pub(crate) fn unchanged(stack: Stack, settings: impl Into<ClientSettings>) -> Client {
    Client::new(stack, stack.unchanged(settings.into()))
}
