//! Clients on a stack's own client, as a user builds it.

use apideck_vault_core::ClientSettings;
use apideck_vault_emulator::Emulator;
use apideck_vault_stacks::{Custom, Http, Stack};

use crate::client::Client;
use crate::settings::settings_at;

/// A client on a stack's own client that trusts this emulator's authority, with retries that hardly
/// wait.
pub(crate) fn trusting(stack: Stack, emulator: &Emulator, http: Http) -> Client {
    let authority = emulator.certificate_authority().unwrap();
    let custom = Custom::new().trusting(authority.pem()).http(http);
    custom_client(stack, settings_at(emulator.url()), &custom)
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
