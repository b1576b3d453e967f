//! The command line.

use super::work::Stack;

/// What the command line asks for.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) quick: bool,
    pub(crate) nginx: bool,
    pub(crate) stacks: Vec<Stack>,
}

impl Options {
    /// Nothing if help is asked for.
    pub(crate) fn read(
        arguments: impl IntoIterator<Item = String>,
    ) -> Result<Option<Self>, String> {
        let mut options = Self {
            quick: false,
            nginx: false,
            stacks: Stack::ALL.to_vec(),
        };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--nginx" => options.nginx = true,
                "--stack" => {
                    let name = arguments.next().ok_or("--stack has no name")?;
                    let stack = Stack::ALL.into_iter().find(|stack| stack.name() == name);
                    options.stacks = vec![stack.ok_or(format!("--stack knows no {name}"))?];
                }
                "--help" | "-h" => return Ok(None),
                _ => return Err(format!("{argument} is unknown")),
            }
        }
        Ok(Some(options))
    }
}
