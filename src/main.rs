//! Parses the command line, runs the command, reports its error and maps it to an exit status: 0 for success, 1 for
//! failure or errors found, 2 (by clap) for a wrong command line.

use clap::Parser;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use tidings::command::arguments::{Arguments, Command};
use tidings::command::{self, Outcome};
use tidings::text::causes::joined;
use tracing::Level;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(filter())
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    let is_service = matches!(arguments.command, Command::Serve(_));
    match command::run(arguments) {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Errors) => ExitCode::FAILURE,
        Err(error) => {
            if is_service {
                tracing::error!("{}", joined(&error));
            } else {
                // Where nobody reads it there is nobody to tell.
                let _unread = writeln!(std::io::stderr(), "error: {}", joined(&error));
            }
            ExitCode::FAILURE
        }
    }
}

/// What is logged: by a level alone what this program says, with what others warn of; or as the filter's language says.
fn filter() -> EnvFilter {
    let asked = std::env::var("TIDINGS_LOG").unwrap_or_default();
    let level = asked
        .parse::<Level>()
        .map(|level| format!("warn,notify=error,tidings={level}"));
    EnvFilter::try_new(level.as_ref().unwrap_or(&asked))
        .ok()
        .filter(|_| !asked.is_empty())
        .unwrap_or_else(|| "warn,notify=error,tidings=info".into())
}
