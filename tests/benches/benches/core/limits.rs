//! What the core may cost compared with the same work by hand.

use apideck_vault_benches::cases::Side;

use crate::figures::Figures;
use crate::growth;

/// What a case may cost on our side. Both sides are counted in the same run, and counts are exact: noise
/// cannot break a limit.
struct Limit {
    case: &'static str,
    /// At most this many times the floor's instructions.
    instructions: f64,
    /// At most this many allocations more than the floor.
    allocations: f64,
}

const LIMITS: [Limit; 12] = [
    limit("encode", 1.25, 0.0),
    limit("decode-200", 1.25, 0.0),
    // Our errors keep more: every field, the headers, the body. They are boxed to keep results small.
    limit("decode-400", 1.6, 1.0),
    limit("decode-401", 1.6, 1.0),
    limit("decode-402", 1.6, 1.0),
    limit("decode-404", 1.6, 1.0),
    limit("decode-422", 1.6, 1.0),
    limit("decode-429", 1.6, 1.0),
    limit("decode-503", 1.6, 1.0),
    limit("decode-502-page", 1.6, 0.0),
    // The steps of a call share their state in a box.
    limit("begin", 1.25, 1.0),
    // Ours also checks a policy, a budget and a deadline. The allocations are the box of the steps, the
    // box of the 503's error, and three that attach the number of attempts to the response.
    // And the history, which only a call with a failed attempt has.
    limit("call-of-3-attempts", 1.5, 6.0),
];

const fn limit(case: &'static str, instructions: f64, allocations: f64) -> Limit {
    Limit {
        case,
        instructions,
        allocations,
    }
}

/// Describes each case that is over its limit.
pub(crate) fn broken(instructions: &Figures, allocations: &Figures) -> Vec<String> {
    let limits = LIMITS.iter();
    let mut broken: Vec<String> = limits
        .flat_map(|limit| limit.broken(instructions, allocations))
        .collect();
    for case in instructions.cases() {
        let is_growing = growth::is_growing(case);
        if !is_growing && LIMITS.iter().all(|limit| limit.case != case) {
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
