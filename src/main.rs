//! Parses the command line, runs the command, reports its error and maps it to an exit status: 0 for success, 1 for
//! failure or errors found, 2 (by clap) for a wrong command line.

use clap::Parser;
use std::io::IsTerminal;
use std::process::ExitCode;
use tidings::command::{self, Outcome, arguments::Arguments};
use tidings::text::causes::joined;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("TIDINGS_LOG")
        .unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_target(false)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
    match command::run(arguments) {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Errors) => ExitCode::FAILURE,
        Err(error) => {
            tracing::error!("{}", joined(&error));
            ExitCode::FAILURE
        }
    }
}
