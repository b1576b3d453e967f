//! Runs the tests inside the examples.

#![expect(dead_code, reason = "the programs' `main`s are not run here")]

#[path = "../examples/axum_handler.rs"]
mod axum_handler;
#[path = "../examples/behind_a_trait.rs"]
mod behind_a_trait;
#[path = "../examples/corporate_network.rs"]
mod corporate_network;
#[path = "../examples/own_operation.rs"]
mod own_operation;
#[path = "../examples/own_stack.rs"]
mod own_stack;
#[path = "../examples/rotating_key.rs"]
mod rotating_key;
#[path = "../examples/spawn_blocking.rs"]
mod spawn_blocking;
#[path = "../examples/tower_layers.rs"]
mod tower_layers;
