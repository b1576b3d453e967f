//! Misbehavior from a file.

mod rule;

use std::fs;
use std::ops::Range;
use std::path::Path;
use std::time::{Duration, Instant};

use apideck_vault_emulator::{Answer, RecordedRequest};
use serde::Deserialize;

use rule::Rule;

/// What a script file holds.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    rule: Vec<Rule>,
}

/// Answers requests as a script says.
pub(crate) struct Player {
    rules: Vec<Rule>,
    random: fastrand::Rng,
    latency: Duration,
}

impl Player {
    /// Reads a script. The error is one line that says where in the file the mistake is.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let name = path.display();
        let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
        let is_json = path
            .extension()
            .is_some_and(|extension| extension == "json");
        let script = if is_json {
            from_json(&text)
        } else {
            from_toml(&text)
        };
        let script = script.map_err(|problem| format!("{name}:{problem}"))?;
        Ok(Self::new(script))
    }

    /// Answers every request as usual.
    pub(crate) fn silent() -> Self {
        Self::new(Script::default())
    }

    fn new(script: Script) -> Self {
        Self {
            rules: script.rule,
            random: fastrand::Rng::with_seed(script.seed),
            latency: Duration::ZERO,
        }
    }

    /// Waits this long before each answer.
    pub(crate) fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// The answer of the first rule that applies, or the usual one.
    pub(crate) fn play(&mut self, request: &RecordedRequest, now: Instant) -> Answer {
        let method = request.method.as_str();
        let path = request.uri.path();
        let random = &mut self.random;
        let rule = self
            .rules
            .iter_mut()
            .find_map(|rule| rule.applies(method, path, now, random).then_some(rule));
        match rule {
            Some(rule) => rule.answer(self.latency),
            None => Answer::normal().delay(self.latency),
        }
    }
}

fn from_json(text: &str) -> Result<Script, String> {
    serde_json::from_str(text).map_err(|error| {
        let whole = error.to_string();
        // The place is at the end of the message as well.
        let message = whole.split(" at line ").next().unwrap_or_default();
        format!("{}:{}: {message}", error.line(), error.column())
    })
}

fn from_toml(text: &str) -> Result<Script, String> {
    toml::from_str(text).map_err(|error| {
        let (line, column) = place(text, error.span());
        let message = error.message().replace('\n', ", ");
        format!("{line}:{column}: {message}")
    })
}

/// The line and the column where a span begins, both counted from 1.
fn place(text: &str, span: Option<Range<usize>>) -> (usize, usize) {
    let start = span.map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let last = before.rsplit('\n').next().unwrap_or_default();
    (line, last.chars().count().saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::{from_json, from_toml};

    #[test]
    fn a_mistake_is_reported_with_its_line_and_column() {
        for (text, wanted) in [
            (
                "seed = 1\n[[rule]]\nstatus = 42\n",
                "3:10: 42 is not a status from 100 to 599",
            ),
            ("[[rule]]\nstatsu = 503\n", "2:1: unknown field `statsu`"),
            (
                "[[rule]]\ndelay = \"soon\"\n",
                "2:9: \"soon\" is not a time such as \"80ms\"",
            ),
            (
                "[[rule]]\nchance = 1.5\n",
                "2:10: 1.5 is not a chance from 0 to 1",
            ),
            (
                "[[rule]]\nheaders = { \"a b\" = \"1\" }\n",
                "2:11: \"a b\" is not a header's name",
            ),
            (
                "[[rule]]\nstatus = 503\nend = \"reset\"\n",
                "1:1: a rule has a status or an end",
            ),
            ("[[rule]\n", "1:8: "),
        ] {
            let error = from_toml(text).unwrap_err();
            assert!(error.starts_with(wanted), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
        let error = from_json("{\"rule\": [\n  {\"status\": 42}]}").unwrap_err();
        assert!(error.starts_with("2:"), "{error}");
        assert!(
            error.ends_with("42 is not a status from 100 to 599"),
            "{error}"
        );
    }

    #[test]
    fn the_example_of_the_help_is_a_script() {
        let example = crate::command_line::AFTER_HELP;
        let (_, example) = example.split_once("answers it\n").unwrap();
        let (example, _) = example.split_once("\n\nA rule").unwrap();
        assert_eq!(from_toml(example).unwrap().rule.len(), 3);
    }
}
