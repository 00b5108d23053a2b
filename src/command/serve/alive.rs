//! What keeps a publication alive: the publisher woken by what the watch sees, by the clock, by signals and by requests
//! that found a file changed.

use crate::command::desk::reading::Dirty;
use crate::command::publisher::Publisher;
use crate::edition::resource::Resource;
use crate::server::clock;
use crate::source::watch::{Notice, Watch};
use crate::text::causes::joined;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// What is not told is looked at so often: the clock (which may have been set), the path of the data directory (where a
/// link may have been switched), and what `tidings remove` has left.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A burst of changes is published together after so much quiet …
const QUIET: Duration = Duration::from_millis(5);

/// … and after so long in any case, even if a file is still open for writing.
const BURST_MAX: Duration = Duration::from_millis(50);

/// Where the system cannot watch the directory, every file is looked at so often.
const POLL_UNWATCHED: Duration = Duration::from_secs(10);

/// A new folder may have been filled before the watch knew of it: it is looked at once more after so long.
const FOLDER_AGAIN: Duration = Duration::from_millis(200);

/// What wakes the publisher.
#[derive(Debug)]
pub enum Wake {
    /// The watch has seen something.
    Seen(Notice),
    /// The watch has begun, or the system says why it cannot.
    Watching(Result<Watch, String>),
    /// A request found this file, relative to the data directory, changed.
    Look(String),
    /// Everything is to be looked at.
    Rescan,
    /// The end.
    Stop,
}

/// Tells the publisher. Where it has ended there is nobody to tell.
pub fn tell(sender: &Sender<Wake>, wake: Wake) {
    let _ended = sender.send(wake);
}

/// A publisher that is kept up to date.
pub struct Alive {
    publisher: Publisher,
    sender: Sender<Wake>,
    poll: Option<Duration>,
    watch: Option<Watch>,
    polled_at: Instant,
    looked_at: Instant,
    /// Folders that are new, and when to look at them again.
    folders: Vec<(Instant, String)>,
}

impl Alive {
    /// Keeps a publisher up to date; with `poll`, by looking so often instead of watching.
    pub fn new(publisher: Publisher, sender: Sender<Wake>, poll: Option<Duration>) -> Self {
        Self {
            publisher,
            sender,
            poll,
            watch: None,
            polled_at: Instant::now(),
            looked_at: Instant::now(),
            folders: Vec::new(),
        }
    }

    /// Publishes what changes until it is told to stop.
    pub fn run(mut self, wakes: &Receiver<Wake>) {
        let (coder, resources) = channel::<Vec<Arc<Resource>>>();
        // Ends by itself when the sender is dropped; nothing waits for what it makes.
        std::thread::spawn(move || {
            for resource in resources.into_iter().flatten() {
                resource.complete();
            }
        });
        let first = self.publisher.current().load_full();
        let ready = first.resources().map(|(_, resource)| Arc::clone(resource));
        let _ended = coder.send(ready.collect());
        self.watch_anew();
        loop {
            let wait = self.wait();
            match wakes.recv_timeout(wait) {
                Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(wake) => {
                    if !self.burst(wake, wakes) {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.look();
            match self.publisher.step() {
                Ok(new) if new.is_empty() => {}
                Ok(new) => {
                    let _ended = coder.send(new);
                }
                Err(error) => tracing::error!("{}", joined(&error)),
            }
        }
    }

    fn wait(&self) -> Duration {
        let step = self.publisher.next_step();
        let folders = self
            .folders
            .iter()
            .map(|(at, _)| at.saturating_duration_since(Instant::now()));
        let look = LOOK_EVERY.saturating_sub(self.looked_at.elapsed());
        step.map(clock::until)
            .into_iter()
            .chain(folders)
            .fold(look, Duration::min)
    }

    /// Takes up a wake and those that follow closely. Returns whether to go on.
    fn burst(&mut self, first: Wake, wakes: &Receiver<Wake>) -> bool {
        let end = Instant::now() + BURST_MAX;
        let mut dirty = Dirty::default();
        let mut open = HashSet::new();
        let mut is_moved = false;
        let mut next = Some(first);
        loop {
            match next.take() {
                Some(Wake::Stop) => return false,
                Some(Wake::Rescan | Wake::Seen(Notice::Rescan)) => {
                    dirty.extend(Dirty::everything());
                }
                Some(Wake::Seen(Notice::Moved)) => is_moved = true,
                Some(Wake::Watching(watch)) => {
                    self.take_watch(watch);
                    // What changed before it began is found now.
                    dirty.extend(Dirty::everything());
                }
                Some(Wake::Look(path)) => dirty.add(&path),
                Some(Wake::Seen(Notice::Changed { path, is_open })) => {
                    dirty.add(&path);
                    if is_open {
                        open.insert(path);
                    } else {
                        open.remove(&path);
                    }
                }
                None => {}
            }
            let left = end.saturating_duration_since(Instant::now());
            let wait = if open.is_empty() {
                left.min(QUIET)
            } else {
                left
            };
            match wakes.recv_timeout(wait) {
                Ok(wake) => next = Some(wake),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
            if Instant::now() >= end {
                // What was received must not be lost.
                if let Some(wake) = next.take() {
                    tell(&self.sender, wake);
                }
                break;
            }
        }
        let again = Instant::now() + FOLDER_AGAIN;
        let folders = dirty
            .items
            .iter()
            .filter(|path| self.publisher.is_folder(path));
        self.folders
            .extend(folders.map(|path| (again, path.clone())));
        self.publisher.note(dirty);
        if is_moved {
            self.look_where_it_is();
        }
        true
    }

    /// After the directory was moved: watches it where it is now. While it is nowhere the watch over its parent tells
    /// when it is back.
    fn look_where_it_is(&mut self) {
        if self.publisher.data().exists() {
            self.watch_anew();
        } else {
            self.publisher.note(Dirty::everything());
        }
    }

    /// Looks at what nobody tells.
    fn look(&mut self) {
        let now = Instant::now();
        let (again, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.folders)
            .into_iter()
            .partition(|(at, _)| *at <= now);
        self.folders = later;
        for (_, path) in again {
            let mut dirty = Dirty::default();
            dirty.add(&path);
            self.publisher.note(dirty);
        }
        if self.looked_at.elapsed() < LOOK_EVERY {
            return;
        }
        self.looked_at = now;
        self.publisher.look_for_removals();
        if self.publisher.is_elsewhere() {
            self.watch_anew();
        } else if self.publisher.is_waiting() {
            self.publisher.note(Dirty::everything());
        }
        let poll = self.poll.or(self.watch.is_none().then_some(POLL_UNWATCHED));
        if poll.is_some_and(|every| self.polled_at.elapsed() >= every) {
            self.polled_at = now;
            self.publisher.note(Dirty::everything());
        }
    }

    /// Watches the directory that the path leads to now, and looks at everything that changed before. The watch begins
    /// on a thread of its own: over a million files that takes seconds, in which an embargo may end.
    fn watch_anew(&mut self) {
        self.watch = None;
        self.publisher.note(Dirty::everything());
        if self.poll.is_some() {
            return;
        }
        let named = self.publisher.data().to_owned();
        let sender = self.sender.clone();
        std::thread::spawn(move || {
            let seen = {
                let sender = sender.clone();
                move |notice| tell(&sender, Wake::Seen(notice))
            };
            let root = std::fs::canonicalize(&named).map_err(|error| error.to_string());
            let begun = root.and_then(|root| {
                Watch::start(&named, &root, seen).map_err(|error| error.to_string())
            });
            tell(&sender, Wake::Watching(begun));
        });
    }

    fn take_watch(&mut self, begun: Result<Watch, String>) {
        match begun {
            Ok(watch) => self.watch = Some(watch),
            Err(error) => tracing::warn!(
                "cannot watch `{}`: {error}; every file is looked at each {} seconds",
                self.publisher.data().display(),
                POLL_UNWATCHED.as_secs()
            ),
        }
    }
}
