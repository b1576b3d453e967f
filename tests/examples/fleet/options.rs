//! The command line.

use apideck_vault_tests::fleet::{Caller, Policy, Scenario, Settings};
use std::fmt::Display;
use std::path::PathBuf;
use std::str::FromStr;

pub(crate) const HELP: &str = "\
Simulates a fleet of clients against a service in trouble, and compares retry policies.

  --clients N            how many clients (10000)
  --calls-per-second N,...  of each client, on average (1)
  --capacity N,...       of the service, in parts of all calls (1.3)
  --patience N,...       seconds until a caller gives up (30)
  --refusal-cost N,...   what a refusal costs the service, in parts of a request (0.1)
  --retry-after N        seconds that a 503 asks to wait (it does not say)
  --seed N               where all randomness comes from (1)
  --threads N            (as many as there are cores)
  --scenario NAME,...    only these: healthy, outage-10s, outage-5m, overload-120, overload-200,
                         rate-limit, slow, rolling-restart
  --policy NAME,...      only these: none, official-typescript, official-go, official-python,
                         aws, aws-2026, grpc, finagle, default-without-budget, default; and, to
                         be compared with default, remembers-for-retries, remembers-for-all
  --budget N,N,N,N       and the default with another budget: its capacity, and what a success, one
                         while retries of held calls fail, and a second of held calls add
                         (2,1,0.2,0.66667); after --policy, can be repeated
  --json                 one JSON object instead of a table
  --pictures DIRECTORY   also draw the load over time, one SVG for each scenario

Instead of the comparison:
  --callers              what the callers of one client get, from a service that has room for all
    --caller NAME,...    only these: alone, 1-per-10-minutes, 1-per-minute, 1-per-second,
                         100-per-second, 4-workers, 64-at-once
    --calls N            how many of each, at least (2000)
  --headroom             the least capacity with which the service comes back
  --front FILE           search the settings of the default, and draw what can be had
";

/// What the command line asks for.
pub(crate) struct Options {
    /// Each combination of what varies.
    pub(crate) settings: Vec<Settings>,
    pub(crate) scenarios: Vec<Scenario>,
    pub(crate) policies: Vec<Policy>,
    pub(crate) json: bool,
    pub(crate) pictures: Option<PathBuf>,
    pub(crate) what: What,
    pub(crate) callers: Vec<Caller>,
    pub(crate) calls: usize,
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Comparison,
    Callers,
    Headroom,
    Front(PathBuf),
}

impl Options {
    /// Nothing if help is asked for.
    pub(crate) fn read(
        mut arguments: impl Iterator<Item = String>,
    ) -> Result<Option<Self>, String> {
        let mut options = Self {
            settings: vec![Settings::default()],
            scenarios: Scenario::ALL.to_vec(),
            policies: Policy::ALL.to_vec(),
            json: false,
            pictures: None,
            what: What::Comparison,
            callers: Caller::ALL.to_vec(),
            calls: 2000,
        };
        while let Some(name) = arguments.next() {
            match name.as_str() {
                "--json" => {
                    options.json = true;
                    continue;
                }
                "--callers" => {
                    options.what = What::Callers;
                    continue;
                }
                "--headroom" => {
                    options.what = What::Headroom;
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
        match name {
            "--clients" => {
                self.for_each(within(name, value, 1..=10_000_000)?, |it| &mut it.clients)
            }
            "--calls-per-second" => {
                self.vary(name, value, 0.001..=1000.0, |it| &mut it.calls_per_second)?;
            }
            "--capacity" => self.vary(name, value, 0.01..=1000.0, |it| &mut it.capacity)?,
            "--patience" => self.vary(name, value, 0.001..=900.0, |it| &mut it.patience)?,
            "--refusal-cost" => self.vary(name, value, 0.0..=1.0, |it| &mut it.refusal_cost)?,
            "--retry-after" => {
                let seconds = within(name, value, 0..=3600)?;
                self.for_each(Some(seconds), |it| &mut it.retry_after);
            }
            "--seed" => self.for_each(within(name, value, 0..=u64::MAX)?, |it| &mut it.seed),
            "--threads" => self.for_each(within(name, value, 1..=1024)?, |it| &mut it.threads),
            "--scenario" => self.scenarios = named(name, value, &Scenario::ALL, |it| it.name())?,
            "--policy" => {
                let all = [&Policy::ALL[..], &Policy::EXPERIMENTS].concat();
                self.policies = named(name, value, &all, Policy::name)?;
            }
            "--budget" => {
                let values = value.split(',').map(|it| within(name, it, 0.0..=1000.0));
                let values: Vec<_> = values.collect::<Result<_, _>>()?;
                let budget = values.try_into();
                let budget = budget.map_err(|_| format!("{name} takes four numbers"))?;
                self.policies.push(Policy::Candidate(budget));
            }
            "--caller" => self.callers = named(name, value, &Caller::ALL, |it| it.name())?,
            "--calls" => self.calls = within(name, value, 1..=1_000_000)?,
            "--pictures" => self.pictures = Some(value.into()),
            "--front" => self.what = What::Front(value.into()),
            _ => return Err(format!("{name} is unknown")),
        }
        Ok(())
    }

    fn for_each<T: Clone>(&mut self, value: T, field: fn(&mut Settings) -> &mut T) {
        for settings in &mut self.settings {
            *field(settings) = value.clone();
        }
    }

    /// All settings so far, with each of these values.
    fn vary(
        &mut self,
        name: &str,
        values: &str,
        range: std::ops::RangeInclusive<f64>,
        field: fn(&mut Settings) -> &mut f64,
    ) -> Result<(), String> {
        let values = values
            .split(',')
            .map(|value| within(name, value, range.clone()));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        let all = self.settings.iter().flat_map(|settings| {
            values.iter().map(|value| {
                let mut settings = settings.clone();
                *field(&mut settings) = *value;
                settings
            })
        });
        self.settings = all.collect();
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

fn named<T: Clone, N: AsRef<str>>(
    option: &str,
    value: &str,
    all: &[T],
    name: impl Fn(&T) -> N,
) -> Result<Vec<T>, String> {
    value
        .split(',')
        .map(|asked| {
            let found = all.iter().find(|it| name(it).as_ref() == asked);
            found.cloned().ok_or(format!("{option} knows no {asked}"))
        })
        .collect()
}
