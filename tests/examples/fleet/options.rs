//! The command line.

use apideck_vault_tests::fleet::{Policy, Scenario, Settings};
use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

pub(crate) const HELP: &str = "\
Simulates a fleet of clients against a service in trouble, and compares retry policies.

  --clients N            how many clients (10000)
  --calls-per-second N   of each client, on average (1)
  --capacity N           of the service, in parts of all calls (1.3)
  --patience N           seconds until a caller gives up (30)
  --refusal-cost N       what a refusal costs the service, in parts of a request (0.1)
  --retry-after N        seconds that a 503 asks to wait (it does not say)
  --seed N               where all randomness comes from (1)
  --threads N            (as many as there are cores)
  --scenario NAME,...    only these: healthy, outage-10s, outage-5m, overload-120, overload-200,
                         rate-limit, slow, rolling-restart
  --policy NAME,...      only these: none, official-typescript, official-go, official-python,
                         default-without-budget, default; and, to be compared with default,
                         remembers-for-retries, remembers-for-all
  --json                 one JSON object instead of a table
  --pictures DIRECTORY   also draw the load over time, one SVG for each scenario
  --front FILE           instead: search the settings of the default, and draw what can be had
";

/// What the command line asks for.
pub(crate) struct Options {
    pub(crate) settings: Settings,
    pub(crate) scenarios: Vec<Scenario>,
    pub(crate) policies: Vec<Policy>,
    pub(crate) json: bool,
    pub(crate) pictures: Option<PathBuf>,
    pub(crate) front: Option<PathBuf>,
}

impl Options {
    /// Nothing if help is asked for.
    pub(crate) fn read(
        mut arguments: impl Iterator<Item = String>,
    ) -> Result<Option<Self>, String> {
        let mut options = Self {
            settings: Settings::default(),
            scenarios: Scenario::ALL.to_vec(),
            policies: Policy::ALL.to_vec(),
            json: false,
            pictures: None,
            front: None,
        };
        while let Some(name) = arguments.next() {
            match name.as_str() {
                "--json" => {
                    options.json = true;
                    continue;
                }
                "--help" | "-h" => return Ok(None),
                _ => {}
            }
            let value = arguments
                .next()
                .ok_or(format!("{name} is unknown or has no value"))?;
            options.set(&name, &value)?;
        }
        Ok(Some(options))
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let settings = &mut self.settings;
        match name {
            "--clients" => settings.clients = within(name, value, 1..=10_000_000)?,
            "--calls-per-second" => {
                settings.calls_per_second = within(name, value, 0.001..=1000.0)?;
            }
            "--capacity" => settings.capacity = within(name, value, 0.01..=1000.0)?,
            "--patience" => settings.patience = within(name, value, 0.001..=900.0)?,
            "--refusal-cost" => settings.refusal_cost = within(name, value, 0.0..=1.0)?,
            "--retry-after" => settings.retry_after = Some(within(name, value, 0..=3600)?),
            "--seed" => settings.seed = within(name, value, 0..=u64::MAX)?,
            "--threads" => settings.threads = within(name, value, 1..=1024)?,
            "--scenario" => self.scenarios = named(name, value, &Scenario::ALL, |it| it.name())?,
            "--policy" => {
                let all = [&Policy::ALL[..], &Policy::EXPERIMENTS].concat();
                self.policies = named(name, value, &all, Policy::name)?;
            }
            "--pictures" => self.pictures = Some(value.into()),
            "--front" => self.front = Some(value.into()),
            _ => return Err(format!("{name} is unknown")),
        }
        Ok(())
    }
}

fn within<T: FromStr + PartialOrd + Display>(
    name: &str,
    value: &str,
    range: std::ops::RangeInclusive<T>,
) -> Result<T, String> {
    match value.parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(format!(
            "{name} takes a number from {} to {}, not {value}",
            range.start(),
            range.end()
        )),
    }
}

fn named<T: Clone>(
    option: &str,
    value: &str,
    all: &[T],
    name: impl Fn(&T) -> &str,
) -> Result<Vec<T>, String> {
    value
        .split(',')
        .map(|asked| {
            let found = all.iter().find(|it| name(it) == asked);
            found.cloned().ok_or(format!("{option} knows no {asked}"))
        })
        .collect()
}
