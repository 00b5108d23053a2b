//! The command line: one file a subcommand. Here everything meets.

pub mod arguments;
pub mod check;
pub mod remove;
pub mod report;
pub mod serve;

use crate::command::arguments::{Arguments, Command};

/// Why a command fails.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The data directory cannot be read.
    #[error(transparent)]
    Source(#[from] crate::source::Error),
    /// Nothing can be published.
    #[error(transparent)]
    Publishing(#[from] crate::publishing::Error),
    /// The state directory cannot be used.
    #[error(transparent)]
    Directory(#[from] crate::store::directory::Error),
    /// The ledger cannot be used.
    #[error(transparent)]
    Ledger(#[from] crate::store::ledger::Error),
    /// The sockets fail.
    #[error(transparent)]
    Server(#[from] crate::server::Error),
    /// A preview was to listen where others can reach it.
    #[error(
        "a preview shows what nobody else may see, and listens on this machine alone: `{0}` is no loopback address; \
         use one as in `127.0.0.1:8080`"
    )]
    OpenPreview(std::net::SocketAddr),
    /// The current directory cannot be told.
    #[error("cannot tell the current directory")]
    CurrentDirectory(#[source] std::io::Error),
    /// There is no item to remove.
    #[error("{0}")]
    NothingToRemove(String),
    /// The publisher ended by our own bug.
    #[error("the publisher ended by a panic; nothing new would be published")]
    Panic,
    /// A report cannot be written.
    #[error("cannot write the report")]
    Output(#[source] std::io::Error),
}

/// What a command that did its work says to its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// All is well.
    Clean,
    /// `check` found errors.
    Errors,
}

/// Does what the command line asks.
///
/// # Errors
///
/// [`Error`], for `main` to print with its causes.
pub fn run(arguments: Arguments) -> Result<Outcome, Error> {
    match arguments.command {
        Command::Serve(arguments) => serve::run(&arguments).map(|()| Outcome::Clean),
        Command::Check(arguments) => check::run(&arguments),
        Command::Remove(arguments) => remove::run(&arguments).map(|()| Outcome::Clean),
    }
}
