//! An input of twice the size takes twice the instructions, and no byte takes many.

use apideck_vault_benches::cases::Side;
use apideck_vault_benches::cases::growth::{self, SMALLEST};

use crate::figures::Figures;

/// What the instructions of twice the size may be times those of the size. (An error keeps a copy of the first
/// 64 KiB, which only the largest have.)
const MOST_TIMES: f64 = 2.25;

/// The same for a token's claims: in a map of twice as many names, each takes a step more to find its place.
const MOST_TIMES_OF_CLAIMS: f64 = 2.4;

/// For each byte: an input of 1 MiB then takes some tens of milliseconds at most.
const MOST_FOR_A_BYTE: f64 = 250.0;

pub(crate) fn is_growing(case: &str) -> bool {
    growth::cases().any(|names| names.contains(&case))
}

/// Describes each input whose cost grows faster than its size, or costs too much.
pub(crate) fn broken(instructions: &Figures) -> Vec<String> {
    let mut broken = Vec::new();
    for names in growth::cases() {
        let counted = names.map(|name| instructions.of(name, Side::Ours));
        let [Some(one), Some(two), Some(four)] = counted else {
            broken.push(format!("{} was not counted", names[0]));
            continue;
        };
        let most_times = match names[0].starts_with("claims") {
            true => MOST_TIMES_OF_CLAIMS,
            false => MOST_TIMES,
        };
        for (name, times) in [(names[1], two / one), (names[2], four / two)] {
            if times > most_times {
                broken.push(format!("{name}: {times:.2} × the half, limit {most_times}"));
            }
        }
        let for_a_byte = (four - two) / (2 * SMALLEST) as f64;
        if for_a_byte > MOST_FOR_A_BYTE {
            let name = names[2];
            broken.push(format!(
                "{name}: {for_a_byte:.0} instructions for a byte, limit {MOST_FOR_A_BYTE}"
            ));
        }
    }
    broken
}
