//! What the command line chooses.

use std::env;

use crate::Anything;
use crate::programs::{STACKS, Stack};

pub(crate) const HELP: &str = "\
Measures the smallest program that creates a session, beside the same by hand: crates, time to build,
bytes, and time from its start to the first session.

  --no-build-time  leaves out the slowest figure
  --starts N       how often each program is started (200)
  NAME...          only these stacks: hyper_without_tls, hyper, ureq, reqwest
";

pub(crate) struct Options {
    pub(crate) stacks: Vec<&'static Stack>,
    pub(crate) build_time: bool,
    pub(crate) starts: usize,
}

impl Options {
    /// Nothing if help is asked for.
    pub(crate) fn read() -> Result<Option<Self>, Anything> {
        let mut options = Self {
            stacks: Vec::new(),
            build_time: true,
            starts: 200,
        };
        let mut arguments = env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--help" | "-h" => return Ok(None),
                "--no-build-time" => options.build_time = false,
                "--starts" => options.starts = arguments.next().unwrap_or_default().parse()?,
                name => {
                    let stack = STACKS.iter().find(|stack| stack.name == name);
                    options.stacks.push(
                        stack.ok_or_else(|| format!("neither an option nor a stack: {name}"))?,
                    );
                }
            }
        }
        if options.stacks.is_empty() {
            options.stacks.extend(STACKS);
        }
        Ok(Some(options))
    }
}
