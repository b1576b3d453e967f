use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use apideck_vault_emulator::{Answer, End, Place};
use http::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde::de::{Deserializer, Error};

/// One rule of a script: which requests it applies to, and how it answers them.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Written")]
pub(super) struct Rule {
    written: Written,
    /// When it let requests through, in the last second.
    let_through: VecDeque<Instant>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    method: Option<String>,
    path: Option<String>,
    times: Option<u64>,
    #[serde(default, deserialize_with = "chance")]
    chance: Option<f64>,
    above_per_second: Option<usize>,
    #[serde(default, deserialize_with = "status")]
    status: Option<u16>,
    end: Option<Ending>,
    #[serde(default, deserialize_with = "headers")]
    headers: BTreeMap<String, String>,
    body: Option<String>,
    #[serde(default, deserialize_with = "time")]
    delay: Option<Duration>,
    #[serde(default, deserialize_with = "time")]
    drip: Option<Duration>,
    cut: Option<Cut>,
    #[serde(default)]
    endless: bool,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Ending {
    Close,
    Reset,
    Hang,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Cut {
    InHead,
    AfterHead,
    InBody,
    AfterBody,
}

impl TryFrom<Written> for Rule {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        if written.status.is_some() && written.end.is_some() && written.cut.is_none() {
            return Err("a rule has a status or an end, or a cut as well");
        }
        Ok(Self {
            written,
            let_through: VecDeque::new(),
        })
    }
}

impl Rule {
    /// Whether it answers this request. If so, that counts as one of its times.
    pub(super) fn applies(
        &mut self,
        method: &str,
        path: &str,
        now: Instant,
        random: &mut fastrand::Rng,
    ) -> bool {
        let written = &mut self.written;
        let is_there = match &written.path {
            Some(wanted) => is_below(path, wanted),
            None => is_below(path, "/vault/sessions") || is_below(path, "/vault/connections"),
        };
        let is_method = written.method.as_deref().is_none_or(|one| one == method);
        if !is_there || !is_method || written.times == Some(0) {
            return false;
        }
        if let Some(most) = written.above_per_second {
            let second = Duration::from_secs(1);
            let is_over = |at: &Instant| now.saturating_duration_since(*at) >= second;
            while self.let_through.front().is_some_and(is_over) {
                self.let_through.pop_front();
            }
            if self.let_through.len() < most {
                self.let_through.push_back(now);
                return false;
            }
        }
        if written.chance.is_some_and(|chance| random.f64() >= chance) {
            return false;
        }
        written.times = written.times.map(|times| times.saturating_sub(1));
        true
    }

    /// How it answers.
    pub(super) fn answer(&self, latency: Duration) -> Answer {
        let written = &self.written;
        let end = written.end.map(|end| match end {
            Ending::Close => End::Close,
            Ending::Reset => End::Reset,
            Ending::Hang => End::Hang,
        });
        let mut answer = match (written.status, end) {
            (Some(status), _) => Answer::status(status),
            (None, Some(end)) if written.cut.is_none() => match end {
                End::Reset => Answer::reset(),
                End::Hang => Answer::hang(),
                _ => Answer::close(),
            },
            _ => Answer::normal(),
        };
        for (name, value) in &written.headers {
            answer = answer.header(name, value);
        }
        if let Some(body) = &written.body {
            answer = answer.body(body.clone());
        }
        if let Some(pause) = written.drip {
            answer = answer.drip(pause);
        }
        if let Some(cut) = written.cut {
            let place = match cut {
                Cut::InHead => Place::InHead,
                Cut::AfterHead => Place::AfterHead,
                Cut::InBody => Place::InBody,
                Cut::AfterBody => Place::AfterBody,
            };
            answer = answer.cut(place, end.unwrap_or(End::Close));
        }
        if written.endless {
            answer = answer.endless();
        }
        answer.delay(latency.saturating_add(written.delay.unwrap_or_default()))
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder.trim_end_matches('/'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn chance<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    let chance = f64::deserialize(from)?;
    if (0.0..=1.0).contains(&chance) {
        return Ok(Some(chance));
    }
    Err(D::Error::custom(format!(
        "{chance} is not a chance from 0 to 1"
    )))
}

fn status<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u16>, D::Error> {
    let status = i64::deserialize(from)?;
    match u16::try_from(status) {
        Ok(status @ 100..=599) => Ok(Some(status)),
        _ => Err(D::Error::custom(format!(
            "{status} is not a status from 100 to 599"
        ))),
    }
}

fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(from)?;
    humantime::parse_duration(&text)
        .map(Some)
        .map_err(|_| D::Error::custom(format!("{text:?} is not a time such as \"80ms\"")))
}

fn headers<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, String>, D::Error> {
    let headers = BTreeMap::<String, String>::deserialize(from)?;
    for (name, value) in &headers {
        if HeaderName::from_bytes(name.as_bytes()).is_err() {
            return Err(D::Error::custom(format!("{name:?} is not a header's name")));
        }
        if HeaderValue::from_str(value).is_err() {
            let problem = format!("{value:?} is not a header's value");
            return Err(D::Error::custom(problem));
        }
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::Rule;

    fn rule(text: &str) -> Rule {
        toml::from_str(text).unwrap()
    }

    fn applied(rule: &mut Rule, times: usize) -> usize {
        let mut random = fastrand::Rng::with_seed(7);
        let now = Instant::now();
        (0..times)
            .filter(|_| rule.applies("POST", "/vault/sessions", now, &mut random))
            .count()
    }

    #[test]
    fn a_rule_with_times_applies_that_often() {
        assert_eq!(applied(&mut rule("times = 2\nstatus = 503"), 9), 2);
        assert_eq!(applied(&mut rule("status = 503"), 9), 9);
    }

    #[test]
    fn a_chance_is_about_right_and_the_same_for_the_same_seed() {
        let text = "chance = 0.1\nend = \"reset\"";
        let hit = applied(&mut rule(text), 10_000);
        assert!((900..1100).contains(&hit), "{hit}");
        assert_eq!(applied(&mut rule(text), 10_000), hit);
    }

    #[test]
    fn a_limit_lets_as_many_through_in_any_second() {
        let mut rule = rule("above_per_second = 5\nstatus = 429");
        let mut random = fastrand::Rng::new();
        let start = Instant::now();
        let mut refused = |milliseconds| {
            let now = start + Duration::from_millis(milliseconds);
            rule.applies("POST", "/vault/sessions", now, &mut random)
        };
        for at in [0, 100, 200, 300, 400] {
            assert!(!refused(at), "{at}");
        }
        assert!(refused(500) && refused(999));
        assert!(!refused(1000));
        assert!(refused(1050));
        assert!(!refused(1100));
    }

    #[test]
    fn a_rule_is_for_one_method_and_for_what_is_below_its_path() {
        let mut random = fastrand::Rng::new();
        let mut applies =
            |text, method, path| rule(text).applies(method, path, Instant::now(), &mut random);
        assert!(applies("", "GET", "/vault/connections/crm/acme-crm"));
        assert!(!applies("", "GET", "/session/token"));
        assert!(applies("path = \"/session\"", "GET", "/session/token"));
        assert!(!applies("path = \"/vault/s\"", "POST", "/vault/sessions"));
        assert!(!applies("method = \"GET\"", "POST", "/vault/sessions"));
    }
}
