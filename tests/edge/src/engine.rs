//! The engine's clock, randomness and timers.

use js_sys::{Function, Math, Promise};
use std::time::Duration;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn milliseconds() -> f64;
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: f64);
}

/// The time since the engine started.
pub(crate) fn now() -> Duration {
    Duration::try_from_secs_f64(milliseconds() / 1000.0).unwrap_or_default()
}

/// A random number for one call.
pub(crate) fn seed() -> u64 {
    Math::random().to_bits()
}

pub(crate) async fn sleep(delay: Duration) {
    let milliseconds = delay.as_secs_f64() * 1000.0;
    let promise = Promise::new(&mut |resolve, _| set_timeout(&resolve, milliseconds));
    // Nothing rejects it.
    let _ = JsFuture::from(promise).await;
}
