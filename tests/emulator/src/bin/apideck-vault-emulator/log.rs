use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Mutex;

use anstyle::{AnsiColor, Style};
use apideck_vault_emulator::Exchange;
use serde_json::json;

/// How many different calls of unknown paths are kept for the list at the end.
const MOST_UNKNOWN: usize = 50;

/// Prints a line per request, and at the end what was asked for that is not there.
pub(crate) struct Log {
    as_json: bool,
    unknown: Mutex<BTreeMap<String, u64>>,
}

impl Log {
    pub(crate) fn new(as_json: bool) -> Self {
        Self {
            as_json,
            unknown: Mutex::default(),
        }
    }

    pub(crate) fn write(&self, exchange: &Exchange) {
        if exchange.is_unknown {
            self.note(exchange);
        }
        let status = exchange.status.map(|status| status.as_u16());
        // Whoever reads the log may have gone, and that stops nobody's request.
        let mut out = anstream::stdout();
        let _ = if self.as_json {
            let line = json!({
                "event": "request",
                "method": exchange.method.as_str(),
                "path": exchange.path,
                "status": status,
                "problem": exchange.problem,
                "milliseconds": u64::try_from(exchange.took.as_millis()).unwrap_or(u64::MAX),
            });
            writeln!(out, "{line}")
        } else {
            line(&mut out, exchange, status)
        };
    }

    fn note(&self, exchange: &Exchange) {
        let call = printable(&format!("{} {}", exchange.method, exchange.path));
        let Ok(mut unknown) = self.unknown.lock() else {
            return;
        };
        if unknown.len() < MOST_UNKNOWN || unknown.contains_key(&call) {
            let times = unknown.entry(call).or_insert(0);
            *times = times.saturating_add(1);
        }
    }

    /// Lists the calls of unknown paths.
    pub(crate) fn end(&self) {
        let Ok(unknown) = self.unknown.lock() else {
            return;
        };
        let mut out = anstream::stdout();
        if self.as_json {
            let _ = writeln!(out, "{}", json!({"event": "stopped", "unknown": *unknown}));
        } else if !unknown.is_empty() {
            let _ = writeln!(out, "\nAsked for, and not there:");
            for (call, times) in unknown.iter() {
                let _ = writeln!(out, "  {} ({times}x)", call);
            }
        }
    }
}

fn line(out: &mut impl Write, exchange: &Exchange, status: Option<u16>) -> io::Result<()> {
    let color = match status {
        Some(..300) => AnsiColor::Green,
        Some(300..400) => AnsiColor::Cyan,
        Some(400..500) => AnsiColor::Yellow,
        Some(500..) | None => AnsiColor::Red,
    };
    let style = Style::new().fg_color(Some(color.into()));
    let status = status.map_or_else(|| "---".to_owned(), |status| status.to_string());
    write!(
        out,
        "{style}{status}{style:#} {:6} ",
        exchange.method.as_str()
    )?;
    write!(out, "{}", printable(&exchange.path))?;
    if let Some(problem) = &exchange.problem {
        let style = Style::new().dimmed();
        write!(out, "  {style}{}{style:#}", printable(problem))?;
    }
    writeln!(out)
}

/// Text from a request without what would move a terminal's cursor, and not endless.
fn printable(text: &str) -> String {
    const MOST: usize = 200;
    let mut shown: String = text
        .chars()
        .take(MOST)
        .map(|one| if one.is_control() { '\u{fffd}' } else { one })
        .collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}
