//! What the command line chooses.

use std::env;

use crate::Anything;
use crate::programs::{STACKS, Stack};

pub(crate) struct Options {
    pub(crate) stacks: Vec<&'static Stack>,
    pub(crate) build_time: bool,
    pub(crate) starts: usize,
}

impl Options {
    pub(crate) fn read() -> Result<Self, Anything> {
        let mut options = Self {
            stacks: Vec::new(),
            build_time: true,
            starts: 200,
        };
        let mut arguments = env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
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
        Ok(options)
    }
}
