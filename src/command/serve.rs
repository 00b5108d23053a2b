//! `tidings serve`: the publisher on a thread of its own, and the server answering from its editions.

pub mod state;

use crate::clock;
use crate::command::Error;
use crate::command::arguments::ServeArguments;
use crate::edition::Edition;
use crate::making::maker::Maker;
use crate::newsroom::base_url::BaseUrl;
use crate::publishing::desk::{GONE_AFTER_MILLISECONDS, Setting};
use crate::publishing::publish_loop::{self, PublishLoop, Wake, Watching};
use crate::publishing::publisher::Publisher;
use crate::server::preview;
use crate::server::service::Service;
use crate::server::{self, Config, signal};
use crate::source::DataDirectory;
use crate::source::settings::Overrides;
use crate::store::directory::StateDirectory;
use crate::store::ledger::Ledger;
use arc_swap::ArcSwap;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;
use tokio::sync::watch;

/// A stop waits so long for the publisher, after the answers under way have ended: whatever it does then is done again
/// at the next start.
const PUBLISHER_REST: Duration = Duration::from_millis(1_000);

/// A start looks so often whether it is to stop.
const STOP_LOOK: Duration = Duration::from_millis(20);

/// Serves until a signal says stop.
///
/// # Errors
///
/// When the data, the state directory or an address cannot be used.
pub fn run(arguments: &ServeArguments) -> Result<(), Error> {
    let (wake, wakes) = channel();
    let (stop, _) = watch::channel(false);
    // Before anything else: a start may take a while, and a signal that nobody waits for ends the program.
    let stopping = {
        let wake = wake.clone();
        signal::stop(stop.clone(), move || {
            publish_loop::tell(&wake, Wake::Rescan)
        })?
    };
    // Nothing is made for a directory that is not there.
    DataDirectory::open(&arguments.places.data)?;
    let (held, ledger) = if arguments.preview {
        must_be_local(&arguments.listen)?;
        (None, Ledger::in_memory(clock::now().timestamp())?)
    } else {
        state::open(&arguments.places.state().map_err(Error::CurrentDirectory)?)?
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
    let publishing = Publishing {
        setting,
        held,
        ledger,
        poll: arguments.poll.map(u64::from).map(Duration::from_secs),
        wake: wake.clone(),
    };
    let (started, start_of) = channel();
    let (ended, end_of) = channel::<()>();
    std::thread::spawn(move || {
        // Where the publisher ends by a bug of ours, the whole ends, and whoever watches over it starts it again: to go
        // on without it would be to send out what may have been withdrawn.
        let _stops = StopOnPanic(stop);
        publishing.run(&wakes, &started);
        // Where nobody waits for the end any more it was waited for long enough.
        let _late = ended.send(());
    });
    let Some(served) = wait_for_start(&start_of, &stopping)? else {
        return Ok(());
    };
    let look_again = {
        let wake = wake.clone();
        move |file: &str| publish_loop::tell(&wake, Wake::Look(file.to_owned()))
    };
    let service = Service {
        editions: served.editions,
        maker: Arc::new(served.maker),
        look_again: Arc::new(look_again),
    };
    announce(bound.addresses())?;
    let served = if arguments.preview {
        bound.run(&stopping, move |head| {
            preview::answer(service.clone(), head)
        })
    } else {
        bound.run(&stopping, move |head| service.clone().answer(head))
    };
    publish_loop::tell(&wake, Wake::Stop);
    match end_of.recv_timeout(PUBLISHER_REST) {
        Ok(()) => {}
        Err(RecvTimeoutError::Disconnected) => return Err(Error::Panic),
        Err(RecvTimeoutError::Timeout) => {
            tracing::warn!("a change was being taken in; the next start takes it in again");
        }
    }
    Ok(served?)
}

/// What the thread of the publisher needs.
struct Publishing {
    setting: Setting,
    held: Option<StateDirectory>,
    ledger: Ledger,
    poll: Option<Duration>,
    wake: Sender<Wake>,
}

impl Publishing {
    /// Makes the first edition, says so, and keeps the publication alive until it is told to stop.
    fn run(self, wakes: &Receiver<Wake>, started: &Sender<Result<Served, Error>>) {
        let mut watching = Watching::new(self.wake, self.poll.is_some());
        watching.begin(&self.setting.data);
        match state::start(&self.setting, self.held.as_ref(), self.ledger) {
            Ok(publisher) => {
                // Where nobody waits for the start any more the server was told to stop.
                let _stopped = started.send(Ok(Served::of(&publisher)));
                PublishLoop::new(publisher, watching, self.poll).run(wakes);
            }
            Err(error) => {
                let _stopped = started.send(Err(error));
            }
        }
        // Until now, so that no other server takes the state directory meanwhile.
        drop(self.held);
    }
}

/// What requests are answered from.
struct Served {
    editions: Arc<ArcSwap<Edition>>,
    maker: Maker,
}

impl Served {
    fn of(publisher: &Publisher) -> Self {
        Self {
            editions: publisher.current(),
            maker: Maker::new(publisher.folder(), publisher.media()),
        }
    }
}

/// Waits for the first edition; `None` where a signal came before it.
fn wait_for_start(
    start: &Receiver<Result<Served, Error>>,
    stopping: &watch::Receiver<bool>,
) -> Result<Option<Served>, Error> {
    loop {
        match start.recv_timeout(STOP_LOOK) {
            Ok(started) => return started.map(Some),
            Err(RecvTimeoutError::Disconnected) => return Err(Error::Panic),
            Err(RecvTimeoutError::Timeout) if *stopping.borrow() => return Ok(None),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
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

/// Says on standard output where it listens, a line an address.
fn announce(addresses: &[SocketAddr]) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    for address in addresses {
        writeln!(out, "listening on http://{address}").map_err(Error::Output)?;
    }
    out.flush().map_err(Error::Output)
}
