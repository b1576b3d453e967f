use std::hash::{BuildHasher, RandomState};

/// 64 bits that differ on each call and in each process.
///
/// The standard library seeds its hash maps from the system's randomness. That is enough for ids
/// and for a key that protects nothing, and it saves a dependency.
pub(crate) fn bits() -> u64 {
    RandomState::new().hash_one(())
}

/// An id that looks like a UUID.
pub(crate) fn id() -> String {
    let hex = format!("{:016x}{:016x}", bits(), bits());
    let mut id = String::new();
    for (position, digit) in hex.chars().enumerate() {
        if [8, 12, 16, 20].contains(&position) {
            id.push('-');
        }
        id.push(digit);
    }
    id
}
