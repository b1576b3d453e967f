//! The command line.

use super::work::{Stack, Timeouts};

/// The options on the command line.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) quick: bool,
    pub(crate) nginx: bool,
    pub(crate) stacks: Vec<Stack>,
    /// Only these numbers of calls in flight, if given.
    pub(crate) in_flight: Option<Vec<usize>>,
    /// Only with these timeouts, if given.
    pub(crate) timeouts: Option<Timeouts>,
}

impl Options {
    /// `None` if help is requested.
    pub(crate) fn read(
        arguments: impl IntoIterator<Item = String>,
    ) -> Result<Option<Self>, String> {
        let mut options = Self {
            quick: false,
            nginx: false,
            stacks: Stack::ALL.to_vec(),
            in_flight: None,
            timeouts: None,
        };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => options.quick = true,
                "--nginx" => options.nginx = true,
                "--stack" => {
                    let name = arguments.next().ok_or("--stack needs a name")?;
                    let stack = Stack::ALL.into_iter().find(|stack| stack.name() == name);
                    options.stacks = vec![stack.ok_or(format!("--stack does not know {name}"))?];
                }
                "--in-flight" => {
                    let list = arguments.next().ok_or("--in-flight needs numbers")?;
                    options.in_flight = Some(numbers(&list)?);
                }
                "--timeouts" => {
                    let name = arguments.next().unwrap_or_default();
                    let timeouts = Timeouts::ALL.into_iter().find(|it| it.name() == name);
                    options.timeouts = Some(timeouts.ok_or("--timeouts must be on, off or ours")?);
                }
                "--help" | "-h" => return Ok(None),
                _ => return Err(format!("unknown option {argument}")),
            }
        }
        Ok(Some(options))
    }
}

/// `1,64`
fn numbers(list: &str) -> Result<Vec<usize>, String> {
    let numbers = list.split(',').map(|number| match number.parse() {
        Ok(0) | Err(_) => Err(format!(
            "--in-flight takes numbers such as 1,64, not {list}"
        )),
        Ok(number) => Ok(number),
    });
    numbers.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Option<Options>, String> {
        Options::read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_select_a_part() {
        let all = read("").unwrap().unwrap();
        assert_eq!(
            (all.stacks.len(), all.in_flight, all.timeouts),
            (3, None, None)
        );
        let part = read("--stack ureq --in-flight 1,64 --timeouts on")
            .unwrap()
            .unwrap();
        assert_eq!(part.stacks, [Stack::Ureq]);
        assert_eq!(part.in_flight, Some(vec![1, 64]));
        assert_eq!(part.timeouts, Some(Timeouts::On));
        assert!(read("--quick --help").unwrap().is_none());
    }

    #[test]
    fn invalid_options_are_errors() {
        for line in [
            "--fast",
            "--stack curl",
            "--in-flight 1,",
            "--in-flight 0",
            "--timeouts",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
