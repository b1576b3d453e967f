//! What the core may cost beside the same by hand.

use apideck_vault_benches::cases::Side;

use crate::figures::Figures;

/// What a case of ours may cost. Both sides are counted in the same run, and counts are exact: noise
/// cannot break a limit.
struct Limit {
    case: &'static str,
    /// How many times the instructions of the floor.
    instructions: f64,
    /// How many allocations above the floor.
    allocations: f64,
}

const LIMITS: [Limit; 13] = [
    limit("encode", 1.10, 0.0),
    limit("decode-200", 1.10, 0.0),
    // They keep more: every field, the headers, the body.
    limit("decode-400", 1.50, 1.0),
    limit("decode-401", 1.50, 1.0),
    limit("decode-402", 1.50, 1.0),
    limit("decode-404", 1.50, 1.0),
    limit("decode-422", 1.50, 1.0),
    limit("decode-429", 1.50, 1.0),
    limit("decode-503", 1.50, 1.0),
    limit("decode-502-page", 1.50, 0.0),
    limit("begin", 1.10, 0.0),
    // By hand it is a clone, which every call pays for that may be retried; ours is built anew around
    // the same body, by those that are retried.
    limit("second-request", 2.50, 2.0),
    // Where the floor looks at no deadline, policy or budget.
    limit("call-of-3-attempts", 1.25, 6.0),
];

const fn limit(case: &'static str, instructions: f64, allocations: f64) -> Limit {
    Limit {
        case,
        instructions,
        allocations,
    }
}

/// The cases that are over their limit, in words.
pub(crate) fn broken(instructions: &Figures, allocations: &Figures) -> Vec<String> {
    let limits = LIMITS.iter();
    let mut broken: Vec<String> = limits
        .flat_map(|limit| limit.broken(instructions, allocations))
        .collect();
    for case in instructions.cases() {
        if LIMITS.iter().all(|limit| limit.case != case) {
            broken.push(format!("{case} has no limit"));
        }
    }
    broken
}

impl Limit {
    fn broken(&self, instructions: &Figures, allocations: &Figures) -> Vec<String> {
        let case = self.case;
        let both = |figures: &Figures| {
            let ours = figures.of(case, Side::Ours)?;
            Some((ours, figures.of(case, Side::ByHand)?))
        };
        let (Some(instructions), Some(allocations)) = (both(instructions), both(allocations))
        else {
            return vec![format!("{case} was not counted")];
        };
        let ratio = instructions.0 / instructions.1;
        let more = allocations.0 - allocations.1;
        let mut broken = Vec::new();
        if ratio > self.instructions {
            let limit = self.instructions;
            broken.push(format!(
                "{case}: {ratio:.3} × the instructions, limit {limit}"
            ));
        }
        if more > self.allocations {
            let limit = self.allocations;
            broken.push(format!("{case}: {more} more allocations, limit {limit}"));
        }
        broken
    }
}
