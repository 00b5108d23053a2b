//! `tidings serve`: the publisher on a thread of its own, and the server answering from its editions.

pub mod alive;

use crate::command::Error;
use crate::command::arguments::ServeArguments;
use crate::command::desk::Setting;
use crate::command::publisher::{Publisher, Store};
use crate::command::serve::alive::{Alive, Wake};
use crate::newsroom::base_url::BaseUrl;
use crate::server::clock::{self, Clock};
use crate::server::maker::Maker;
use crate::server::preview;
use crate::server::service::Service;
use crate::server::{self, Config, signal};
use crate::source::DataDirectory;
use crate::source::settings::Overrides;
use crate::store::directory::{self, StateDirectory};
use crate::store::ledger::{self, Ledger};
use crate::text::causes::joined;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;
use tokio::sync::watch;

/// A file must be gone for so long before that is believed, in milliseconds: programs that save a file, and those that
/// copy a tree, take files away for a moment.
const GONE_AFTER_MILLISECONDS: i64 = 2_000;

/// Serves until a signal says stop.
///
/// # Errors
///
/// When the data, the state directory or an address cannot be used.
pub fn run(arguments: &ServeArguments) -> Result<(), Error> {
    // Nothing is made for a directory that is not there.
    DataDirectory::open(&arguments.places.data)?;
    let (held, ledger) = if arguments.preview {
        must_be_local(&arguments.listen)?;
        (None, Ledger::in_memory(clock::now().timestamp())?)
    } else {
        open_ledger(&arguments.places.state().map_err(Error::CurrentDirectory)?)?
    };
    let mut config = Config::new(arguments.listen.clone());
    config
        .limits
        .trusted_proxies
        .clone_from(&arguments.trusted_proxy);
    let bound = server::bind(&config)?;
    let setting = Setting {
        data: arguments.places.data.clone(),
        overrides: overrides(arguments, bound.addresses()),
        gone_after_milliseconds: GONE_AFTER_MILLISECONDS,
    };
    let publisher = start(&setting, held.as_ref(), ledger)?;
    let (wake, wakes) = channel();
    let look_again = {
        let wake = wake.clone();
        move |file: &str| alive::tell(&wake, Wake::Look(file.to_owned()))
    };
    let service = Service {
        editions: publisher.current(),
        maker: Arc::new(Maker::new(publisher.folder(), publisher.media())),
        look_again: Arc::new(look_again),
    };
    let (stop, _) = watch::channel(false);
    let stopping = {
        let wake = wake.clone();
        signal::stop(stop.clone(), move || alive::tell(&wake, Wake::Rescan))?
    };
    announce(bound.addresses())?;
    let poll = arguments.poll.map(u64::from).map(Duration::from_secs);
    let publishing = {
        let wake = wake.clone();
        std::thread::spawn(move || {
            // Where the publisher ends by a bug of ours, the whole ends, and whoever watches over it starts it again:
            // to go on without it would be to send out what may have been withdrawn.
            let _stops = StopOnPanic(stop);
            Alive::new(publisher, wake, poll).run(&wakes);
        })
    };
    let served = if arguments.preview {
        bound.run(&stopping, move |head| {
            preview::answer(service.clone(), head)
        })
    } else {
        bound.run(&stopping, move |head| service.clone().answer(head))
    };
    alive::tell(&wake, Wake::Stop);
    let published = publishing.join().map_err(|_| Error::Panic);
    drop(held);
    served?;
    published
}

/// Nobody else may reach a preview.
fn must_be_local(addresses: &[SocketAddr]) -> Result<(), Error> {
    let mut addresses = addresses.iter();
    let open = addresses.find(|address| !preview::is_loopback(address.ip()));
    open.map_or(Ok(()), |address| Err(Error::OpenPreview(*address)))
}

/// What counts more than `site.toml`. The links of a preview lead to itself.
fn overrides(arguments: &ServeArguments, addresses: &[SocketAddr]) -> Overrides {
    let here = || {
        let address = addresses.first().filter(|_| arguments.preview)?;
        BaseUrl::new(&format!("http://{address}")).ok()
    };
    Overrides {
        base_url: arguments.base_url.clone().or_else(here),
        is_preview: arguments.preview,
    }
}

struct StopOnPanic(watch::Sender<bool>);

impl Drop for StopOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.send_replace(true);
        }
    }
}

/// Holds the state directory and opens its ledger. Where nothing can be written the ledger lives in memory, and where
/// the ledger is damaged it is kept aside and a new one begun: the service goes on.
fn open_ledger(state: &Path) -> Result<(Option<StateDirectory>, Ledger), Error> {
    let now = clock::now().timestamp();
    let held = match StateDirectory::hold(state) {
        Ok(held) => held,
        Err(error @ directory::Error::InUse { .. }) => return Err(error.into()),
        Err(error @ directory::Error::Unwritable { .. }) => {
            let error = joined(&error);
            tracing::warn!(
                "{error}; ids and versions are kept in memory and lost at the next stop"
            );
            return Ok((None, Ledger::in_memory(now)?));
        }
    };
    let ledger = match Ledger::open(held.path(), now) {
        Err(error) if error.is_damage() => begin_anew(held.path(), &error, now)?,
        other => other?,
    };
    Ok((Some(held), ledger))
}

/// Starts the publisher. A ledger that turns out to be damaged when it is read is kept aside, too.
fn start(
    setting: &Setting,
    held: Option<&StateDirectory>,
    ledger: Ledger,
) -> Result<Publisher, Error> {
    let state = held.map(|held| held.path().to_owned());
    let start = |ledger| {
        let state = state.clone();
        Publisher::start(setting.clone(), Store { ledger, state }, Clock::system())
    };
    match (start(ledger), &state) {
        (Err(Error::Ledger(error)), Some(state)) if error.is_damage() => {
            start(begin_anew(state, &error, clock::now().timestamp())?)
        }
        (started, _) => started,
    }
}

fn begin_anew(state: &Path, error: &ledger::Error, now: i64) -> Result<Ledger, Error> {
    let aside = Ledger::set_aside(state, now);
    let error = joined(error);
    match aside {
        Ok(aside) => {
            tracing::error!(
                "{error}; it is kept as `{}` and a new ledger is begun",
                aside.display()
            );
            Ok(Ledger::open(state, now)?)
        }
        Err(_) => {
            tracing::error!(
                "{error}; ids and versions are kept in memory and lost at the next stop"
            );
            Ok(Ledger::in_memory(now)?)
        }
    }
}

/// Says on standard output where it listens, a line an address.
fn announce(addresses: &[SocketAddr]) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    for address in addresses {
        writeln!(out, "listening on http://{address}").map_err(Error::Output)?;
    }
    out.flush().map_err(Error::Output)
}
