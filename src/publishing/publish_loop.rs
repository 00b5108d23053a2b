//! What keeps a publication alive: the publisher woken by what the watch sees, by the clock, by signals and by requests
//! that found a file changed.

use crate::clock;
use crate::edition::Edition;
use crate::edition::resource::Resource;
use crate::publishing::advice::Adviser;
use crate::publishing::desk::dirty::Dirty;
use crate::publishing::publisher::{News, Publisher};
use crate::source::DataDirectory;
use crate::source::watch::{Notice, Watch, Writer};
use crate::text::causes::joined;
use arc_swap::ArcSwap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, sync_channel};
use std::time::{Duration, Instant};

/// What is not told is looked at so often: the clock (which may have been set), the path of the data directory (where a
/// link may have been switched), and what `tidings remove` has left.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A burst of changes is published together after so much quiet …
const QUIET: Duration = Duration::from_millis(5);

/// … and after so long in any case.
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
    /// The watch of this number has begun, or the system says why it cannot.
    Watching(u64, Result<Watch, String>),
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

/// Is told what a step brought.
type Follower = dyn Fn(&News);

/// A publisher that is kept up to date.
pub struct PublishLoop {
    publisher: Publisher,
    poll: Option<Duration>,
    watching: Watching,
    polled_at: Instant,
    looked_at: Instant,
    /// Folders that are new, and when to look at them again.
    folders: Vec<(Instant, String)>,
    /// Who is told what each step brought. None of them may hold the loop up.
    followers: Vec<Box<Follower>>,
}

impl PublishLoop {
    /// Keeps a publisher up to date by a watch that was begun before it started, so that nothing is missed; with
    /// `poll`, by looking so often instead.
    pub fn new(publisher: Publisher, watching: Watching, poll: Option<Duration>) -> Self {
        Self {
            publisher,
            poll,
            watching,
            polled_at: Instant::now(),
            looked_at: Instant::now(),
            folders: Vec::new(),
            followers: Vec::new(),
        }
    }

    /// Tells somebody what each step brings from now on. What is told is taken up at once, and done elsewhere.
    pub fn follow(&mut self, follow: impl Fn(&News) + 'static) {
        self.followers.push(Box::new(follow));
    }

    /// Publishes what changes until it is told to stop.
    pub fn run(mut self, wakes: &Receiver<Wake>) {
        self.follow(coder(self.publisher.current()));
        let adviser = Adviser::start(&self.publisher);
        self.follow(move |news| adviser.tell(&news.items));
        let sender = self.watching.sender.clone();
        self.publisher
            .read_aside(move |file| tell(&sender, Wake::Look(file.to_owned())));
        loop {
            let wait = self.wait();
            match wakes.recv_timeout(wait) {
                Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(wake) => {
                    if !self.burst(wake, wakes) {
                        break;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.look();
            match self.publisher.step() {
                Ok(news) => self.followers.iter().for_each(|follow| follow(&news)),
                Err(error) => tracing::error!("{}", joined(&error)),
            }
        }
        self.publisher.write_at_last();
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
        let mut is_moved = false;
        let mut next = Some(first);
        loop {
            match next.take() {
                Some(Wake::Stop) => return false,
                Some(Wake::Rescan | Wake::Seen(Notice::Rescan)) => {
                    dirty.extend(Dirty::everything());
                }
                Some(Wake::Seen(Notice::Moved)) => is_moved = true,
                Some(Wake::Watching(number, watch)) => {
                    let is_last = self.watching.take(number, watch, self.publisher.data());
                    // What changed before it began is found now.
                    dirty.extend(is_last.then(Dirty::everything).unwrap_or_default());
                }
                Some(Wake::Look(path)) => dirty.add(&path),
                Some(Wake::Seen(Notice::Changed { path, writer })) => match writer {
                    Writer::IsWriting => {
                        dirty.reopen(&path);
                        self.publisher.note_open(&path);
                    }
                    Writer::HasClosed => {
                        dirty.add_closed(&path);
                        self.publisher.note_closed(&path);
                    }
                    Writer::Unknown => dirty.add(&path),
                },
                None => {}
            }
            let left = end.saturating_duration_since(Instant::now());
            match wakes.recv_timeout(left.min(QUIET)) {
                Ok(wake) => next = Some(wake),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
            if Instant::now() >= end {
                // What was received must not be lost.
                if let Some(wake) = next.take() {
                    tell(&self.watching.sender, wake);
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
        // The link may have been switched while a watch over where it led before was about to begin.
        let is_watched = self.watching.is_over(&self.publisher.folder().load());
        if self.publisher.is_elsewhere() || !is_watched {
            self.watch_anew();
        } else if self.publisher.is_waiting() {
            self.publisher.note(Dirty::everything());
        }
        let poll = self
            .poll
            .or(self.watching.watch.is_none().then_some(POLL_UNWATCHED));
        if poll.is_some_and(|every| self.polled_at.elapsed() >= every) {
            self.polled_at = now;
            self.publisher.note(Dirty::everything());
        }
    }

    /// Watches the directory that the path leads to now, and looks at everything that changed before.
    fn watch_anew(&mut self) {
        self.publisher.note(Dirty::everything());
        self.watching.begin(self.publisher.data());
    }
}

/// A thread that makes further codings when there are new versions, and at its start. Returns what tells it.
fn coder(editions: Arc<ArcSwap<Edition>>) -> impl Fn(&News) {
    let (sender, told) = sync_channel(1);
    let _first = sender.try_send(());
    // Ends by itself when the sender is dropped; nothing waits for what it makes.
    std::thread::spawn(move || told.into_iter().for_each(|()| code(&editions)));
    move |news| {
        if !news.paths.is_empty() {
            // Where it has been told and has not yet begun, it looks at this edition.
            let _told = sender.try_send(());
        }
    }
}

/// Makes the codings that the resources of an edition went live without. What is replaced in the meantime is left.
fn code(editions: &ArcSwap<Edition>) {
    let edition = editions.load_full();
    for (path, resource) in edition.resources() {
        let is_current = |now: &Arc<Resource>| Arc::ptr_eq(now, resource);
        if !editions.load().resource(path).is_some_and(is_current) {
            continue;
        }
        let coded = catch_unwind(AssertUnwindSafe(|| resource.complete()));
        if coded.is_err() {
            tracing::error!("cannot compress `{path}`: it goes out in the codings that it has");
        }
    }
}

/// The watch over the data directory, and those that are about to take its place.
pub struct Watching {
    sender: Sender<Wake>,
    watch: Option<Watch>,
    /// How often a watch was begun: of several that begin at once the last one counts, however long it takes.
    begun: u64,
    /// Whether every file is looked at now and then instead.
    is_polling: bool,
}

impl Watching {
    /// A watch that has not begun; none ever begins where every file is looked at now and then instead.
    pub fn new(sender: Sender<Wake>, is_polling: bool) -> Self {
        Self {
            sender,
            watch: None,
            begun: 0,
            is_polling,
        }
    }

    /// Begins to watch the directory that a path leads to now, on a thread of its own: over a million files that takes
    /// seconds, in which an embargo may end.
    pub fn begin(&mut self, named: &Path) {
        self.watch = None;
        if self.is_polling {
            return;
        }
        self.begun += 1;
        let (number, named) = (self.begun, named.to_owned());
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
            tell(&sender, Wake::Watching(number, begun));
        });
    }

    /// Whether the watch, where there is one, is over a directory.
    fn is_over(&self, directory: &DataDirectory) -> bool {
        let watch = self.watch.as_ref();
        watch.is_none_or(|watch| watch.is_over(directory))
    }

    /// Takes the watch that has begun, unless another was begun since. Returns whether it is the one.
    fn take(&mut self, number: u64, watch: Result<Watch, String>, data: &Path) -> bool {
        if number != self.begun {
            return false;
        }
        match watch {
            Ok(watch) => self.watch = Some(watch),
            Err(error) => tracing::warn!(
                "cannot watch `{}`: {error}; every file is looked at each {} seconds",
                data.display(),
                POLL_UNWATCHED.as_secs()
            ),
        }
        true
    }
}
