//! What can be had: the settings of the default's budget, tried out.

use apideck_vault_tests::fleet::{Load, Policy, Row, Scenario, Settings};

/// What one choice of settings gives.
pub(crate) struct Point {
    /// Attempts per call, mean of the scenarios with trouble.
    pub(crate) attempts: f64,
    /// Success rate, mean of the same.
    pub(crate) success: f64,
    /// Whether it meets all the goals that any choice meets.
    pub(crate) keeps_the_goals: bool,
    pub(crate) is_default: bool,
}

// Around the default: 2, 1, 0.2.
const CAPACITIES: [f64; 3] = [1.0, 2.0, 4.0];
const PER_SUCCESS: [f64; 3] = [0.2, 0.5, 1.0];
const PER_SLOW_SUCCESS: [f64; 3] = [0.1, 0.2, 0.4];
/// What all held calls of a client earn in a second: as the default.
const PER_HELD_SECOND: f64 = 2.0 / 3.0;

/// Each choice of settings in each scenario with trouble.
pub(crate) fn search(
    settings: &Settings,
    simulate: impl Fn(&Settings, &[Scenario], &[Policy]) -> Vec<(Row, Load)>,
) -> Vec<Point> {
    let mut policies = Policy::ALL.to_vec();
    for capacity in CAPACITIES {
        for per_success in PER_SUCCESS {
            for slow_success in PER_SLOW_SUCCESS {
                let values = [capacity, per_success, slow_success, PER_HELD_SECOND];
                policies.push(Policy::Candidate(values));
            }
        }
    }
    let scenarios: Vec<_> = Scenario::ALL
        .into_iter()
        .filter(|scenario| *scenario != Scenario::Healthy)
        .collect();
    let rows: Vec<Row> = simulate(settings, &scenarios, &policies)
        .into_iter()
        .map(|(row, _)| row)
        .collect();
    let scenarios: Vec<&[Row]> = rows.chunks(policies.len()).collect();
    (0..policies.len())
        .filter(|policy| matches!(policies[*policy], Policy::Default | Policy::Candidate(..)))
        .map(|policy| point(policy, &policies[policy], &scenarios))
        .collect()
}

fn point(index: usize, policy: &Policy, scenarios: &[&[Row]]) -> Point {
    let mean = |value: fn(&Row) -> f64| {
        let values = scenarios.iter().map(|rows| value(&rows[index]));
        values.sum::<f64>() / scenarios.len() as f64
    };
    Point {
        attempts: mean(|row| row.attempts_per_call),
        success: mean(|row| row.rescued_rate),
        keeps_the_goals: scenarios.iter().all(|rows| meets(rows, &rows[index])),
        is_default: matches!(policy, Policy::Default),
    }
}

/// The goals: few attempts, no peak, users no worse off than with the best official policy or with
/// none, and a service that is well again in half the time.
fn meets(rows: &[Row], row: &Row) -> bool {
    let official = || rows.iter().filter(|row| row.policy.starts_with("official"));
    let best_success = official().map(|row| row.rescued_rate).fold(0.0, f64::max);
    let recovers = official()
        .filter_map(|row| row.seconds_to_recover)
        .fold(f64::INFINITY, f64::min);
    let none = rows.iter().find(|row| row.policy == "none");
    let attempts = match row.scenario {
        "outage-5m" => 1.25,
        "overload-120" | "overload-200" => 1.45,
        _ => f64::INFINITY,
    };
    row.attempts_per_call <= attempts
        && row.attempts_per_call_worst_second <= 3.0
        && row.rescued_rate >= best_success - 0.005
        && none.is_none_or(|none| row.rescued_rate >= none.rescued_rate)
        && row
            .seconds_to_recover
            .is_some_and(|it| it <= recovers / 2.0 + 2.0)
}
