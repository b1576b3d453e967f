//! The command line.

use std::env;

use crate::Anything;
use crate::programs::{STACKS, Stack};

pub(crate) const HELP: &str = "\
Measures the smallest program that creates a session, compared with the same program by hand: crates,
build time, bytes, and time from its start to the first session.

  --no-build-time  do not measure the build time, the slowest figure
  --starts N       start each program N times (default: 200)
  NAME...          only these stacks: hyper_without_tls, hyper, ureq, reqwest
";

pub(crate) struct Options {
    pub(crate) stacks: Vec<&'static Stack>,
    pub(crate) build_time: bool,
    pub(crate) starts: usize,
}

impl Options {
    /// `None` if help is requested.
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
                    options
                        .stacks
                        .push(stack.ok_or_else(|| format!("unknown option or stack: {name}"))?);
                }
            }
        }
        if options.stacks.is_empty() {
            options.stacks.extend(STACKS);
        }
        Ok(Some(options))
    }
}
