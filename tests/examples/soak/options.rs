//! The command line.

use apideck_vault_stacks::{ALL, Stack};
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

pub(crate) const HELP: &str = "\
Calls a server that misbehaves at random for a long time, and fails if a call is lost or late, or if memory
or open files grow. Needs Linux.

  --minutes N            how long (30)
  --stack NAME           only reqwest, ureq or hyper; otherwise all of them at once, each in a process
  --callers N            how many calls at once, at most (64)
  --calls-per-second N   of all callers together, on average (100)
  --seed N               where all randomness comes from (1)
";

/// What the command line asks for.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) stacks: Vec<Stack>,
    pub(crate) time: Duration,
    pub(crate) callers: u64,
    pub(crate) calls_per_second: f64,
    pub(crate) seed: u64,
}

impl Options {
    /// Nothing if help is asked for.
    pub(crate) fn read(
        mut arguments: impl Iterator<Item = String>,
    ) -> Result<Option<Self>, String> {
        let mut options = Self {
            stacks: ALL.to_vec(),
            time: Duration::from_secs(30 * 60),
            callers: 64,
            calls_per_second: 100.0,
            seed: 1,
        };
        while let Some(name) = arguments.next() {
            if name == "--help" || name == "-h" {
                return Ok(None);
            }
            let value = arguments
                .next()
                .ok_or(format!("{name} is unknown or has no value"))?;
            match name.as_str() {
                "--minutes" => {
                    let minutes: f64 = within(&name, &value, 0.05..=100_000.0)?;
                    options.time = Duration::from_secs_f64(minutes * 60.0);
                }
                "--stack" => {
                    let stack = ALL.iter().find(|stack| stack.name() == value);
                    options.stacks = vec![*stack.ok_or(format!("{name} knows no {value}"))?];
                }
                "--callers" => options.callers = within(&name, &value, 1..=10_000)?,
                "--calls-per-second" => {
                    options.calls_per_second = within(&name, &value, 0.1..=100_000.0)?;
                }
                "--seed" => options.seed = within(&name, &value, 0..=u64::MAX)?,
                _ => return Err(format!("{name} is unknown")),
            }
        }
        Ok(Some(options))
    }

    /// What asks for the same on one stack.
    pub(crate) fn arguments(&self, stack: Stack) -> Vec<String> {
        [
            ("--stack", stack.name().to_owned()),
            ("--minutes", (self.time.as_secs_f64() / 60.0).to_string()),
            ("--callers", self.callers.to_string()),
            ("--calls-per-second", self.calls_per_second.to_string()),
            ("--seed", self.seed.to_string()),
        ]
        .into_iter()
        .flat_map(|(name, value)| [name.to_owned(), value])
        .collect()
    }
}

fn within<T: FromStr + PartialOrd + Display>(
    name: &str,
    value: &str,
    range: RangeInclusive<T>,
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
