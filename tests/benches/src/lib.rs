//! What the benchmarks share: the input and the responses of a call, the same call by hand, and the
//! report.

pub mod by_hand;
pub mod cases;
pub mod example;
#[cfg(all(feature = "stacks", target_os = "linux"))]
pub mod loopback;
#[cfg(all(feature = "network", target_os = "linux"))]
pub mod network;
pub mod report;
