//! `tidings serve`: the publisher on a thread of its own, and the server answering from its editions.

use crate::command::Error;
use crate::command::arguments::ServeArguments;
use crate::command::publisher::Publisher;
use crate::server::maker::Maker;
use crate::server::{self, Config, clock, service, signal};
use crate::source::DataDirectory;
use crate::store::directory::{self, StateDirectory};
use crate::store::ledger::{self, Ledger};
use crate::text::causes::joined;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::time::Duration;

/// The publisher looks at the clock at least this often, so that a clock that is set cannot make it oversleep.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Serves until a signal says stop.
///
/// # Errors
///
/// When the data, the state directory or an address cannot be used.
pub fn run(arguments: &ServeArguments) -> Result<(), Error> {
    // Nothing is made for a directory that is not there.
    DataDirectory::open(&arguments.places.data)?;
    let state = arguments.places.state().map_err(Error::CurrentDirectory)?;
    let (held, ledger) = open_ledger(&state)?;
    let mut config = Config::new(arguments.listen.clone());
    config
        .limits
        .trusted_proxies
        .clone_from(&arguments.trusted_proxy);
    let bound = server::bind(&config)?;
    let publisher = Publisher::start(&arguments.places.data, arguments.base_url.as_ref(), ledger)?;
    let maker = Arc::new(Maker::new(publisher.directory(), publisher.media()));
    let edition = publisher.current();
    let stopping = signal::stop()?;
    announce(bound.addresses())?;
    let (stop, stopped) = channel();
    let publishing = std::thread::spawn(move || keep_publishing(publisher, &stopped));
    let served = bound.run(&stopping, move |request| {
        service::answer(request, Arc::clone(&edition), Arc::clone(&maker))
    });
    finish(stop, publishing);
    drop(held);
    served.map_err(Error::from)
}

/// Holds the state directory and opens its ledger. Where nothing can be written the ledger lives in memory, and where
/// the ledger is damaged it is kept aside and a new one begun: the service goes on.
fn open_ledger(state: &Path) -> Result<(Option<StateDirectory>, Ledger), Error> {
    let held = match StateDirectory::hold(state) {
        Ok(held) => held,
        Err(error @ directory::Error::InUse { .. }) => return Err(error.into()),
        Err(error @ directory::Error::Unwritable { .. }) => {
            let error = joined(&error);
            tracing::warn!(
                "{error}; ids and versions are kept in memory and lost at the next stop"
            );
            return Ok((None, Ledger::in_memory()?));
        }
    };
    let ledger = match Ledger::open(held.path()) {
        Err(error @ ledger::Error::Open { .. }) => begin_anew(held.path(), &error)?,
        other => other?,
    };
    Ok((Some(held), ledger))
}

fn begin_anew(state: &Path, error: &ledger::Error) -> Result<Ledger, Error> {
    let aside = Ledger::set_aside(state, clock::now().timestamp());
    let error = joined(error);
    match aside {
        Ok(aside) => {
            tracing::error!(
                "{error}; it is kept as `{}` and a new ledger is begun",
                aside.display()
            );
            Ok(Ledger::open(state)?)
        }
        Err(_) => {
            tracing::error!(
                "{error}; ids and versions are kept in memory and lost at the next stop"
            );
            Ok(Ledger::in_memory()?)
        }
    }
}

/// Says on standard output where it listens, a line an address.
fn announce(addresses: &[std::net::SocketAddr]) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    for address in addresses {
        writeln!(out, "listening on http://{address}").map_err(Error::Output)?;
    }
    out.flush().map_err(Error::Output)
}

/// Completes the present edition, then wakes whenever the clock changes something, until told to stop.
fn keep_publishing(mut publisher: Publisher, stopped: &Receiver<()>) {
    loop {
        publisher.complete(&|| stopped.try_recv() == Err(TryRecvError::Empty));
        let until = publisher
            .next_change()
            .map_or(LOOK_EVERY, |at| clock::until(at).min(LOOK_EVERY));
        match stopped.recv_timeout(until) {
            Err(RecvTimeoutError::Timeout) => {}
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
        }
        if let Err(error) = publisher.tick() {
            tracing::error!("{}", joined(&error));
        }
    }
}

fn finish(stop: Sender<()>, publishing: std::thread::JoinHandle<()>) {
    drop(stop);
    if publishing.join().is_err() {
        tracing::error!("the publisher ended by a panic");
    }
}
