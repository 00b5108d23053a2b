//! The command line as it is written.

use crate::newsroom::base_url::BaseUrl;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// A feed publisher for newsrooms: files in, RSS, Atom and JSON feeds out.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, max_term_width = 100)]
#[command(
    after_help = "A first minute:\n  tidings serve data\n  curl -i http://127.0.0.1:8080/rss.xml\n\n\
    `tidings help COMMAND` tells more of each."
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
        SIGTERM and SIGINT stop it within 10 seconds, SIGHUP makes it look at every file again.\n\nWhat is saved in the data \
        directory is published at once. Problems in the data are logged and never stop the service; only a first start \
        needs a usable `site.toml`."
    )]
    Serve(ServeArguments),
    /// Reports every problem in a data directory.
    #[command(
        long_about = "Reports every problem in a data directory: file, line, column, what is wrong and what to \
        write instead.\n\nExit status: 0 when there are no errors (warnings may be there), 1 when there are errors, \
        2 when the command line is wrong. Nothing is written anywhere, but by `--fix`."
    )]
    Check(CheckArguments),
    /// Takes a published item off the wire for good.
    #[command(
        long_about = "Takes a published item off the wire for good: its page answers 410 with the note, feeds carry a \
        notice with the same id, and the id is never used again.\n\nIt is meant for an item whose file is gone, or that \
        nobody wants any more; an item whose file is there is better withdrawn in it, by `status = \"canceled\"`. A \
        running server does it within a second, else the next start."
    )]
    Remove(RemoveArguments),
}

/// Where the data and the state are.
#[derive(Debug, Clone, Args)]
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
    /// Looks at every file so often, in seconds, instead of waiting for the system to say what changed: for network file
    /// systems, which do not.
    #[arg(long, value_name = "SECONDS", env = "TIDINGS_POLL", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub poll: Option<u32>,
    /// Shows drafts and what is scheduled or under embargo as it will look, each marked as such, on loopback addresses
    /// alone.
    ///
    /// Links lead to the preview itself. No state is used or kept, so that it may run beside the real server.
    #[arg(long)]
    pub preview: bool,
    /// Takes the place of `base_url` in `site.toml`.
    #[arg(long, value_name = "URL", env = "TIDINGS_BASE_URL", value_parser = BaseUrl::new)]
    pub base_url: Option<BaseUrl>,
}

/// `tidings remove`.
#[derive(Debug, Args)]
pub struct RemoveArguments {
    /// The item's id, as its file or the log says it.
    #[arg(value_name = "ID", required_unless_present = "missing")]
    pub id: Option<String>,
    /// Withdraws the items whose files went together, which waits for this word; ID is left out.
    #[arg(long)]
    pub missing: bool,
    /// Data and state.
    #[command(flatten)]
    pub places: Places,
    /// The public reason: readers see it.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// `tidings check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Data and state.
    #[command(flatten)]
    pub places: Places,
    /// Writes missing ids into the item files, and changes nothing else in them.
    #[arg(long)]
    pub fix: bool,
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

impl RemoveArguments {
    /// Where data and state are: with `--missing` the first name is that of the data directory.
    pub fn places(&self) -> Places {
        let mut places = self.places.clone();
        if let (true, Some(data)) = (self.missing, &self.id) {
            places.data = PathBuf::from(data);
        }
        places
    }
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
