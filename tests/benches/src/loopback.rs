//! Calls over a loopback socket, ours and by hand. The server and its clients are separate processes, so
//! that a client's time and memory can be measured alone.

mod adapters;
mod asynchronous;
mod blocking;
mod certificate;
mod child;
mod client;
mod compare;
mod growth;
mod idle;
mod nginx;
mod options;
mod picture;
mod process;
mod server;
mod stacks;
mod work;

use std::error::Error;
use std::process::ExitCode;

use options::Options;

type Anything = Box<dyn Error + Send + Sync>;

/// Runs something and returns the most bytes of heap that it held.
pub(crate) type Measure = fn(&mut dyn FnMut()) -> u64;

/// Compares each adapter with the same stack by hand: the whole program `adapters`.
pub fn adapters() -> ExitCode {
    start(adapters::HELP, None, adapters::run)
}

/// Shows how cost grows with the work: the whole program `growth`. `measure` measures the heap.
pub fn growth(measure: fn(&mut dyn FnMut()) -> u64) -> ExitCode {
    start(growth::HELP, Some(measure), growth::run)
}

/// Shows how long a call takes if its idle connection is closed: the whole program `idle`.
pub fn idle() -> ExitCode {
    if std::env::args().len() > 1 {
        print!("{}", idle::HELP);
        return ExitCode::SUCCESS;
    }
    end(idle::run())
}

/// The beginning of a program, which also runs as its own child processes.
fn start(
    help: &str,
    measure: Option<Measure>,
    run: fn(&Options) -> Result<(), Anything>,
) -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [child::SERVER, settings] => server::run(settings),
        [child::CLIENT, work] => client::run(work, measure),
        _ => match Options::read(arguments) {
            Ok(Some(options)) => run(&options),
            Ok(None) => {
                print!("{help}");
                return ExitCode::SUCCESS;
            }
            Err(problem) => {
                eprintln!("error: {problem} (--help lists the options)");
                return ExitCode::from(2);
            }
        },
    };
    end(outcome)
}

fn end(outcome: Result<(), Anything>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}
