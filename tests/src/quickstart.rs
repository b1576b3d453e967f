//! What the quickstarts share: where to send the request, and how to print the result.

use apideck_vault_core::error::BuildError;
use apideck_vault_core::http::Response;
use apideck_vault_core::operation::header_value;
use apideck_vault_core::{Attempts, CreatedSession, Vault};
use apideck_vault_emulator::Emulator;
use serde_json::json;
use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::thread;
use std::time::UNIX_EPOCH;

const CONSUMER_ID: &str = "APIDECK_CONSUMER_ID";

/// Where a quickstart sends its request, and for whom.
#[derive(Debug)]
#[non_exhaustive]
pub struct Quickstart {
    /// The server and the key, from the environment or the embedded emulator.
    pub vault: Vault,
    /// Whose session it is.
    pub consumer_id: String,
    json: bool,
    /// Runs for as long as this lives.
    emulator: Option<Emulator>,
    /// Whether the emulator is to run until the program is stopped.
    serve: bool,
}

impl Quickstart {
    /// Reads the command line and the environment, and starts the embedded emulator if
    /// `APIDECK_API_KEY` is not set.
    ///
    /// # Errors
    ///
    /// The program's exit code, after printing the reason: 2 if the command line or the environment
    /// is wrong, 1 if the emulator does not start.
    pub fn begin() -> Result<Self, ExitCode> {
        let (mut json, mut serve) = (false, false);
        for argument in env::args().skip(1) {
            match argument.as_str() {
                "--json" => json = true,
                "--serve" => serve = true,
                _ => {
                    return Err(failed(
                        2,
                        "the only supported arguments are --json and --serve",
                    ));
                }
            }
        }
        if env::var_os("APIDECK_API_KEY").is_some() {
            if serve {
                let why = "--serve is for the embedded emulator, but APIDECK_API_KEY is set";
                return Err(failed(2, why));
            }
            let (vault, consumer_id) = from_environment().map_err(|error| failed(2, error))?;
            return Ok(Self {
                vault,
                consumer_id,
                json,
                emulator: None,
                serve,
            });
        }
        let emulator = match serve {
            true => Emulator::builder().hosted().start(),
            false => Emulator::start(),
        };
        let emulator = emulator.map_err(|error| failed(1, error))?;
        let url = emulator.url();
        eprintln!("APIDECK_API_KEY is not set: using the embedded emulator at {url}");
        let vault = Vault::new(Emulator::API_KEY, Emulator::APP_ID)
            .and_then(|vault| vault.with_server_url(url))
            .map_err(|error| failed(1, error))?;
        Ok(Self {
            vault,
            consumer_id: Emulator::CONSUMER_ID.to_owned(),
            json,
            emulator: Some(emulator),
            serve,
        })
    }

    /// Prints the result: the session's URI, or one JSON object with `--json`. An error is printed
    /// as one line on standard error.
    ///
    /// With `--serve`, the embedded emulator then goes on until the program is stopped, so that the
    /// URI can be opened.
    pub fn end<E: Error>(self, result: Result<Response<CreatedSession>, E>) -> ExitCode {
        let answer = match result {
            Ok(answer) => answer,
            Err(error) => return failed(1, error),
        };
        let attempts = Attempts::of(&answer);
        let created = answer.body();
        let claims = created.session_token().claims();
        let expires_at = claims.ok().and_then(|claims| claims.expires_at());
        if self.json {
            let seconds = expires_at.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
            let line = json!({
                "session_uri": created.session_uri(),
                "session_token": created.session_token().as_str(),
                "expires_at": seconds.map(|seconds| seconds.as_secs()),
                "attempts": attempts,
            });
            println!("{line}");
        } else {
            println!("{}", created.session_uri());
            if let Some(time) = expires_at {
                let time = httpdate::fmt_http_date(time);
                eprintln!("Send the consumer there before {time}.");
            }
        }
        match (self.emulator, self.serve) {
            (Some(_running), true) => {
                eprintln!("Open it in a browser. Press Ctrl-C to stop.");
                loop {
                    thread::park();
                }
            }
            (Some(_), false) if !self.json => {
                eprintln!(
                    "The emulator has ended. To open its page in a browser, add `-- --serve`."
                );
            }
            _ => {}
        }
        ExitCode::SUCCESS
    }
}

fn from_environment() -> Result<(Vault, String), BuildError> {
    let vault = Vault::from_env()?;
    let consumer_id = env::var(CONSUMER_ID).map_err(|error| {
        let problem = match error {
            env::VarError::NotPresent => "is not set",
            env::VarError::NotUnicode(_) => "is not Unicode text",
        };
        let expected = "it must be the id of one of your customers, such as test-consumer";
        BuildError::new(CONSUMER_ID, problem, expected)
    })?;
    let consumer_id = consumer_id.trim_end_matches(['\r', '\n']).to_owned();
    header_value(CONSUMER_ID, &consumer_id)?;
    Ok((vault, consumer_id))
}

fn failed(code: u8, why: impl std::fmt::Display) -> ExitCode {
    eprintln!("error: {why}");
    ExitCode::from(code)
}
