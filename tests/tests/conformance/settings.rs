//! The settings that the cases begin with.

use apideck_vault_core::retry::ExponentialBackoff;
use apideck_vault_core::{ClientSettings, Vault};
use apideck_vault_emulator::Emulator;
use std::ops::Range;
use std::time::Duration;

/// Far beyond what anything takes: it is there so that a failure does not hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// When a default client gives up connecting, which is after 5 s: not much sooner, nor as late as an
/// attempt would be given up.
pub(crate) const TO_CONNECT: Range<Duration> = Duration::from_secs(4)..Duration::from_secs(30);

/// The key and the app id that the emulator knows, for a server anywhere.
pub(crate) fn vault_at(url: impl AsRef<str>) -> Vault {
    let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID).unwrap();
    vault.with_server_url(url).unwrap()
}

/// The emulator's URL, key and app id.
pub(crate) fn vault(emulator: &Emulator) -> Vault {
    vault_at(emulator.url())
}

/// Retries that take no time, however many calls fail.
pub(crate) fn settings_at(url: impl AsRef<str>) -> ClientSettings {
    let settings = ClientSettings::from(vault_at(url));
    settings.retry(impatient()).budget(None)
}

/// The default policy with four attempts and waits of a millisecond.
pub(crate) fn impatient() -> ExponentialBackoff {
    ExponentialBackoff::new()
        .max_attempts(4)
        .initial_backoff(Duration::from_millis(1))
}

/// No retries.
pub(crate) fn once() -> ExponentialBackoff {
    ExponentialBackoff::none()
}

/// As much time as a failure may take, so that nothing but the case ends a call.
pub(crate) fn patient(settings: ClientSettings) -> ClientSettings {
    settings.attempt_timeout(PATIENCE).deadline(PATIENCE)
}
