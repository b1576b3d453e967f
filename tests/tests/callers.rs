//! What docs/retries.md says of the callers of one client, on a small run whose figures the seed repeats.

use apideck_vault_tests::fleet::{Caller, CallerRow, Policy, Settings, Trouble, behind, play};
use std::sync::LazyLock;

/// The share of calls that succeed, and of those that are held; attempts per call; the time to success, p50
/// and p99, and to failure, p50, in milliseconds.
const FIGURES: &str = "\
1-per-minute   5%-fail    none                    95.0 %  0.0 % 1.00    80    80    20
1-per-minute   5%-fail    official-typescript    100.0 %  0.0 % 1.05    80   958     -
1-per-minute   5%-fail    official-go            100.0 %  0.0 % 1.05    80   689     -
1-per-minute   5%-fail    official-python        100.0 %  0.0 % 1.05    80  1458     -
1-per-minute   5%-fail    aws                    100.0 %  0.0 % 1.05    80   958  1573
1-per-minute   5%-fail    aws-2026               100.0 %  0.0 % 1.05    80   143   136
1-per-minute   5%-fail    grpc                    99.8 %  0.0 % 1.05    80   214    20
1-per-minute   5%-fail    finagle                100.0 %  0.0 % 1.05    80   958     -
1-per-minute   5%-fail    default-without-budget 100.0 %  0.0 % 1.05    80   958     -
1-per-minute   5%-fail    default                100.0 %  0.1 % 1.05    80   958     -
1-per-minute   20%-fail   default                100.0 %  0.9 % 1.24    80  2379     -
1-per-minute   30%-fail   default                100.0 %  3.0 % 1.41    80  7399     -
1-per-minute   outage-10s none                     0.0 %  0.0 % 1.00     -     -    20
1-per-minute   outage-10s official-typescript    100.0 %  0.0 % 4.76  6313 12064     -
1-per-minute   outage-10s official-go            100.0 %  0.0 % 4.39  7261 14679     -
1-per-minute   outage-10s official-python        100.0 %  0.0 % 4.69  5563 13272     -
1-per-minute   outage-10s aws                     13.9 %  0.0 % 2.97  1429  2789  1402
1-per-minute   outage-10s aws-2026                 1.0 %  0.0 % 3.00   217   226   127
1-per-minute   outage-10s grpc                     5.0 %  0.0 % 3.79   788   908   768
1-per-minute   outage-10s finagle                100.0 %  0.0 % 4.86  7689 14923     -
1-per-minute   outage-10s default-without-budget 100.0 %  0.0 % 4.86  7689 14923     -
1-per-minute   outage-10s default                100.0 % 89.1 % 4.23  7444 17287     -
100-per-second 20%-fail   default                100.0 %  0.8 % 1.24    80  2644     -
100-per-second 30%-fail   default                100.0 %  8.5 % 1.41    80 19667 29953
4-workers      outage-1s  default                100.0 %  0.1 % 1.00    80    80     -
64-at-once     outage-1s  default                100.0 % 100.0 % 2.03 10685 18623     -
64-at-once     reset-once default                100.0 %  0.0 % 2.00   109   135     -
";

static ROWS: LazyLock<Vec<CallerRow>> = LazyLock::new(|| {
    let settings = Settings::default();
    play(&settings, 200, &Caller::ALL, &Policy::ALL, |_| ())
});

#[test]
fn callers_get_what_the_page_says_with_each_policy() {
    let shown = |row: &&CallerRow| match (row.caller, row.trouble) {
        (Caller::OncePerMinute, Trouble::Failing(5) | Trouble::Outage(10)) => true,
        (Caller::OncePerMinute, Trouble::Failing(20 | 30)) => row.policy == "default",
        (Caller::HundredPerSecond, Trouble::Failing(20 | 30)) => row.policy == "default",
        (Caller::FourWorkers, _) | (Caller::SixtyFourAtOnce, _) => row.policy == "default",
        _ => false,
    };
    let figures: String = ROWS.iter().filter(shown).map(figures).collect();
    assert_eq!(figures, FIGURES, "the figures are now:\n{figures}");
}

#[test]
fn no_policy_of_about_the_same_load_rescues_more_unless_many_calls_fail_at_random() {
    let more = behind(&ROWS).into_iter().filter(|it| it.what == "success");
    let more: Vec<_> = more
        .filter(|it| it.trouble != Trouble::Failing(30))
        .collect();
    assert!(more.is_empty(), "{more:#?}");
    let compared = ROWS.iter().filter(|row| row.policy == "default").count();
    assert_eq!(compared, 43);
}

fn figures(row: &CallerRow) -> String {
    let time = |time: Option<f64>| time.map_or("-".to_owned(), |time| format!("{time:.0}"));
    format!(
        "{:<14} {:<10} {:<22} {:>5.1} % {:>4.1} % {:.2} {:>5} {:>5} {:>5}\n",
        row.caller.name(),
        row.trouble.name(),
        row.policy,
        100.0 * row.success_rate,
        100.0 * row.held_rate,
        row.attempts_per_call,
        time(row.time_to_success(0.5)),
        time(row.time_to_success(0.99)),
        time(row.time_to_failure(0.5)),
    )
}
