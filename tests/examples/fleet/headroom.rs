//! From which headroom on a service comes back, with each policy.

use apideck_vault_tests::fleet::{Load, Policy, Row, Scenario, Settings};
use serde_json::json;

use crate::options::Options;

/// Capacities that are tried, in parts of all calls.
const CAPACITIES: [f64; 14] = [
    1.02, 1.05, 1.1, 1.15, 1.2, 1.3, 1.4, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0,
];

/// Tries each capacity until the service comes back, and prints it.
pub(crate) fn search(
    options: &Options,
    simulate: impl Fn(&Settings, &[Scenario], &[Policy]) -> Vec<(Row, Load)>,
) {
    let mut rows = Vec::new();
    for settings in &options.settings {
        for scenario in &options.scenarios {
            for (policy, capacity) in least(settings, *scenario, &options.policies, &simulate) {
                rows.push((settings, scenario.name(), policy, capacity));
            }
        }
    }
    if options.json {
        let row = |(settings, scenario, policy, capacity): &(&Settings, _, _, _)| {
            json!({
                "calls_per_second": settings.calls_per_second,
                "refusal_cost": settings.refusal_cost,
                "patience": settings.patience,
                "scenario": scenario,
                "policy": policy,
                "least_capacity": capacity,
            })
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        println!("{}", json!({ "rows": rows }));
        return;
    }
    let mut last = None;
    for (settings, scenario, policy, capacity) in rows {
        if last != Some(std::ptr::from_ref(settings)) {
            println!("{settings}, but for the capacity");
            last = Some(settings);
        }
        let capacity = capacity.map_or("never".to_owned(), |it: f64| it.to_string());
        println!("{scenario:<16} {policy:<23} comes back from {capacity}");
    }
}

/// For each policy, the least capacity with which the service recovers.
fn least(
    settings: &Settings,
    scenario: Scenario,
    policies: &[Policy],
    simulate: impl Fn(&Settings, &[Scenario], &[Policy]) -> Vec<(Row, Load)>,
) -> Vec<(String, Option<f64>)> {
    let mut found = vec![None; policies.len()];
    for capacity in CAPACITIES {
        let mut settings = settings.clone();
        settings.capacity = capacity;
        let open = (0..policies.len()).filter(|policy| found[*policy].is_none());
        let open: Vec<usize> = open.collect();
        let tried: Vec<_> = open
            .iter()
            .map(|policy| policies[*policy].clone())
            .collect();
        for (policy, (row, _)) in open
            .into_iter()
            .zip(simulate(&settings, &[scenario], &tried))
        {
            found[policy] = row.seconds_to_recover.map(|_| capacity);
        }
    }
    policies.iter().map(Policy::name).zip(found).collect()
}
