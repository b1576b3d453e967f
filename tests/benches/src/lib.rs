//! What the benchmarks share: one call's input and answers, the same call by hand, and the report.

pub mod by_hand;
pub mod cases;
pub mod example;
pub mod report;
