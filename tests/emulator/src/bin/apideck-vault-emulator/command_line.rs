use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

pub(crate) const AFTER_HELP: &str = "\
Examples:
  Start on port 4010 and paste the printed lines into the shell of your program:
    apideck-vault-emulator --port 4010

  Fail twice, then work; lose one call in a hundred, the same ones each time:
    apideck-vault-emulator --script bad-day.toml

    # bad-day.toml: for each request, the first rule that applies answers it
    seed = 7

    [[rule]]
    path = \"/vault/sessions\"
    times = 2
    status = 503

    [[rule]]
    chance = 0.01
    end = \"reset\"

    [[rule]]
    above_per_second = 5
    status = 429
    headers = { retry-after = \"2\" }

A rule applies to the requests that match all it says of `method`, `path` (and what is
below it), `times`, `chance` and `above_per_second`. It answers with a `status` and its
`headers` and `body`, or ends the connection: `end = \"close\"`, `\"reset\"` or `\"hang\"`.
An answer can come late (`delay = \"80ms\"`), byte by byte (`drip = \"1ms\"`), without end
(`endless = true`), or not whole (`cut = \"in-head\"`, `\"after-head\"`, `\"in-body\"` or
`\"after-body\"`, and then `end`). Without a `path`, a rule applies to sessions and
connections, but not to pages.";

/// An emulator of Apideck Vault's server: create sessions, open them, connect invented services.
///
/// It checks requests as the published contract says, signs real tokens, serves what Apideck's
/// component @apideck/react-vault asks for, and shows a page of its own for each session. It needs no
/// account and no network, and forgets everything when it ends. It is not Apideck's, and not for
/// production.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP, max_term_width = 90)]
pub(crate) struct CommandLine {
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,

    /// The address to listen on; anything but a loopback address lets others in
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) host: IpAddr,

    /// Speak HTTPS, with a new certificate; prints the file of the authority to trust
    #[arg(long)]
    pub(crate) tls: bool,

    /// Print one JSON object per line, and no colors
    #[arg(long)]
    pub(crate) json: bool,

    /// Misbehave as this file says: TOML, or JSON if its name ends in .json (see below)
    #[arg(long, value_name = "FILE")]
    pub(crate) script: Option<PathBuf>,

    /// Wait this long before each answer, such as 80ms
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    pub(crate) latency: Option<Duration>,

    /// The longest session, such as 30s: a longer one is refused, the usual hour shortened
    #[arg(long, value_name = "TIME", value_parser = whole_seconds)]
    pub(crate) session_length_limit: Option<Duration>,

    /// Accept any API key and any app id
    #[arg(long)]
    pub(crate) accept_any_key: bool,
}

fn whole_seconds(text: &str) -> Result<Duration, String> {
    let length = humantime::parse_duration(text).map_err(|error| error.to_string())?;
    if length < Duration::from_secs(1) || length.subsec_nanos() != 0 {
        return Err("it must be whole seconds, at least 1s".to_owned());
    }
    Ok(length)
}
