//! The command line as it is written.

use crate::newsroom::site::BaseUrl;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// A feed publisher for newsrooms: files in, RSS, Atom and JSON feeds out.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, max_term_width = 100)]
#[command(
    after_help = "A first minute:\n  tidings serve data\n  curl -i http://127.0.0.1:8080/rss.xml\n\n\
    `tidings help serve` and `tidings help check` tell more of each."
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serves the feeds and pages of a data directory over HTTP.
    #[command(
        long_about = "Serves the feeds and pages of a data directory over HTTP.\n\nOnce it answers it prints \
        `listening on http://HOST:PORT` to standard output, a line an address; everything else goes to standard error. \
        SIGTERM and SIGINT stop it within 10 seconds.\n\nProblems in the data are logged and never stop the service; \
        an unusable `site.toml` does. Edits take a restart."
    )]
    Serve(ServeArguments),
    /// Reports every problem in a data directory.
    #[command(
        long_about = "Reports every problem in a data directory: file, line, column, what is wrong and what to \
        write instead.\n\nExit status: 0 when there are no errors (warnings may be there), 1 when there are errors, \
        2 when the command line is wrong. Nothing is written anywhere."
    )]
    Check(CheckArguments),
}

/// Where the data and the state are.
#[derive(Debug, Args)]
pub struct Places {
    /// The data directory: `site.toml`, a folder a section, `media`.
    #[arg(value_name = "DATA", default_value = "data", env = "TIDINGS_DATA")]
    pub data: PathBuf,
    /// The state directory: what must survive a restart.
    ///
    /// Without it: systemd's STATE_DIRECTORY, else the data directory's path with `.state` added.
    #[arg(long, value_name = "DIR", env = "TIDINGS_STATE")]
    pub state: Option<PathBuf>,
}

/// `tidings serve`.
#[derive(Debug, Args)]
pub struct ServeArguments {
    /// Data and state.
    #[command(flatten)]
    pub places: Places,
    /// An address to listen on, as in `0.0.0.0:8080` or `[::]:8080`; may be repeated. Port 0 takes a free one.
    #[arg(
        long,
        value_name = "ADDR",
        env = "TIDINGS_LISTEN",
        value_delimiter = ',',
        default_value = "127.0.0.1:8080"
    )]
    pub listen: Vec<SocketAddr>,
    /// An address of a proxy in front, which may have any number of connections; may be repeated. Others may have 64.
    #[arg(
        long,
        value_name = "ADDR",
        env = "TIDINGS_TRUSTED_PROXY",
        value_delimiter = ','
    )]
    pub trusted_proxy: Vec<IpAddr>,
    /// Takes the place of `base_url` in `site.toml`.
    #[arg(long, value_name = "URL", env = "TIDINGS_BASE_URL", value_parser = BaseUrl::new)]
    pub base_url: Option<BaseUrl>,
}

/// `tidings check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Data and state.
    #[command(flatten)]
    pub places: Places,
    /// How to report.
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    pub format: ReportFormat,
}

/// How `check` reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    /// For people: the line, with the place marked.
    Human,
    /// For programs: one JSON object a line.
    Json,
}

impl Places {
    /// The state directory: the option, else systemd's, else the one beside the data.
    ///
    /// # Errors
    ///
    /// When the current directory cannot be told.
    pub fn state(&self) -> std::io::Result<PathBuf> {
        // systemd may name several, separated by colons; ours is the first.
        let of_systemd = || {
            let named = std::env::var_os("STATE_DIRECTORY")?.into_string().ok()?;
            named
                .split(':')
                .find(|path| !path.is_empty())
                .map(PathBuf::from)
        };
        self.state
            .clone()
            .or_else(of_systemd)
            .map_or_else(|| crate::store::directory::beside(&self.data), Ok)
    }
}
