//! The publisher: keeps the desk up to date, makes the documents that a change shows in, keeps the ledger, and swaps in
//! an edition whenever a file or the clock asks for it.

pub mod index_keeper;
pub mod keeping;
pub mod making;
pub mod reading;
pub mod recent;
pub mod unwritten;
pub mod window;

use crate::clock::Clock;
use crate::edition::Edition;
use crate::edition::record::{HOLD_SECONDS_MAX, VersionRecord};
use crate::edition::resource::Resource;
use crate::feed::rendered::Kept;
use crate::feed::{Context, Shown};
use crate::newsroom::identity::Id;
use crate::newsroom::place::Place;
use crate::newsroom::problem::Problem;
use crate::newsroom::record::Groups;
use crate::page::{notice, style};
use crate::publishing::Error;
use crate::publishing::desk::board;
use crate::publishing::desk::dirty::Dirty;
use crate::publishing::desk::opening::Opened;
use crate::publishing::desk::{Changes, Desk, Setting};
use crate::publishing::publisher::index_keeper::IndexKeeper;
use crate::publishing::publisher::recent::Recent;
use crate::publishing::publisher::unwritten::Unwritten;
use crate::publishing::publisher::window::Window;
use crate::source::DataDirectory;
use crate::source::media::MediaIndex;
use crate::store::ledger::{Ledger, Removal};
use crate::text::causes::joined;
use arc_swap::ArcSwap;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a step brought, for all who follow it.
#[derive(Debug, Default)]
pub struct News {
    /// The paths below the base URL of feeds that have a new version, or are no more.
    pub paths: Vec<String>,
    /// The items that were read, published or withdrawn.
    pub items: Vec<Id>,
}

/// Makes editions and swaps them in.
pub struct Publisher {
    desk: Desk,
    ledger: Ledger,
    clock: Clock,
    keeper: Option<IndexKeeper>,
    media: Arc<MediaIndex>,
    versions: HashMap<String, VersionRecord>,
    /// The files and hashes of the last good versions that the ledger keeps, by name.
    sources: HashMap<String, (String, [u8; 16])>,
    current: Arc<ArcSwap<Edition>>,
    folder: Arc<ArcSwap<DataDirectory>>,
    windows: HashMap<Place, Window>,
    /// The items that some feed shows, with the entries that they were read for.
    live: imbl::HashMap<Id, Shown>,
    /// The items that changed lately and that no feed shows.
    recent: Recent,
    /// What was made of the items that some feed shows.
    rendered: Kept,
    /// Where to look at the next step.
    dirty: Dirty,
    /// The second in which something was published last.
    published_at: i64,
    /// The second at which a version that went out without a `Last-Modified` gets one.
    unsent: Option<i64>,
    /// When what could not be read for a document is tried again, in milliseconds since 1970.
    retry_at: Option<i64>,
    unwritten: Unwritten,
    others_version: Option<i64>,
    removals: Vec<Removal>,
    /// What was found wrong when the feeds of places were made; several may show one item.
    made_problems: BTreeMap<Place, Vec<Problem>>,
    /// How long the last look at everything took.
    look_took: Duration,
    /// The next one is put off until then, in milliseconds since 1970.
    put_off_until: Option<i64>,
    /// How often it has been.
    put_off_times: u32,
}

/// So often a look at everything may be put off.
const PUT_OFF_MAX: u32 = 5;

/// Where what must survive is kept.
#[derive(Debug)]
pub struct Store {
    /// The ledger.
    pub ledger: Ledger,
    /// The state directory; `None` where nothing can be written.
    pub state: Option<PathBuf>,
}

impl Publisher {
    /// Reads everything and makes the first edition.
    ///
    /// # Errors
    ///
    /// When the data directory or the ledger cannot be read, or `site.toml` is unusable.
    pub fn start(setting: Setting, store: Store, clock: Clock) -> Result<Self, Error> {
        let Store { ledger, state } = store;
        let media = Arc::new(MediaIndex::new(ledger.media()?));
        let opened = Desk::open(setting, &ledger, state.as_deref(), &clock);
        let Opened { desk, taken, index } = opened.map_err(|(problems, error)| {
            problems.iter().for_each(board::log);
            error
        })?;
        let now = clock.now();
        let edition = Edition::new(
            desk.newsroom().clone(),
            now.timestamp(),
            Groups::default(),
            Arc::new([]),
        );
        let mut publisher = Self {
            keeper: index.map(|index| IndexKeeper::start(index, state.as_deref())),
            versions: ledger.versions()?,
            sources: ledger.kept_sources()?,
            others_version: None,
            current: Arc::new(ArcSwap::from_pointee(edition)),
            folder: Arc::new(ArcSwap::from(Arc::clone(desk.directory()))),
            windows: HashMap::new(),
            live: imbl::HashMap::new(),
            recent: Recent::default(),
            rendered: Kept::new(),
            dirty: Dirty::default(),
            published_at: 0,
            unsent: None,
            retry_at: None,
            unwritten: Unwritten::default(),
            removals: Vec::new(),
            made_problems: BTreeMap::new(),
            look_took: Duration::ZERO,
            put_off_until: None,
            put_off_times: 0,
            desk,
            ledger,
            clock,
            media,
        };
        publisher.look_for_removals();
        let mut taken = taken;
        if !publisher.removals.is_empty() {
            taken.extend(publisher.take(now));
        }
        publisher.publish(taken, now)?;
        if let Err(error) = publisher.ledger.shorten_log() {
            tracing::debug!("{}", joined(&error));
        }
        publisher.ledger.wait_at_most(unwritten::WAIT_MAX)?;
        publisher.desk.log_news();
        Ok(publisher)
    }

    /// The edition that is served, as it changes.
    pub fn current(&self) -> Arc<ArcSwap<Edition>> {
        Arc::clone(&self.current)
    }

    /// The data directory, as it changes.
    pub fn folder(&self) -> Arc<ArcSwap<DataDirectory>> {
        Arc::clone(&self.folder)
    }

    /// What is known of the media folder.
    pub fn media(&self) -> Arc<MediaIndex> {
        Arc::clone(&self.media)
    }

    /// What authors should know.
    pub fn problems(&mut self) -> Vec<Problem> {
        let mut all = self.desk.board().all();
        for problem in self.made_problems.values().flatten() {
            if !all.contains(problem) {
                all.push(problem.clone());
            }
        }
        all
    }

    /// Takes up where to look at the next step.
    pub fn note(&mut self, dirty: Dirty) {
        self.dirty.extend(dirty);
    }

    /// Reads large files on a thread of their own from now on. `tell` is told each file that has been read, which is then
    /// to be noted.
    pub fn read_aside(&mut self, tell: impl Fn(&str) + Send + Sync + 'static) {
        self.desk.read_aside(Arc::new(tell));
    }

    /// Takes up that somebody writes to a file, which is not looked at before they have closed it.
    pub fn note_open(&mut self, path: &str) {
        self.dirty.reopen(path);
        self.desk.note_open(path, self.clock.now());
    }

    /// Takes up that whoever wrote to a file has closed it, or has put a whole one into its place.
    pub fn note_closed(&mut self, path: &str) {
        self.desk.note_closed(path);
    }

    /// The data directory as it is named.
    pub fn data(&self) -> &Path {
        self.desk.data()
    }

    /// Whether a path relative to the data directory is a folder now.
    pub fn is_folder(&self, path: &str) -> bool {
        self.desk.directory().path().join(path).is_dir()
    }

    /// Whether the path of the data directory leads elsewhere than when it was opened.
    pub fn is_elsewhere(&self) -> bool {
        self.desk.is_elsewhere()
    }

    /// Whether something waits for a data directory with settings.
    pub fn is_waiting(&self) -> bool {
        self.desk.is_waiting()
    }

    /// Looks for what other processes have left in the ledger: items that are to be removed.
    pub fn look_for_removals(&mut self) {
        let version = self.ledger.others_version().ok();
        if version != self.others_version {
            match self.ledger.removals() {
                Ok(removals) => {
                    self.removals = removals;
                    self.others_version = version;
                }
                // Asked again at the next look.
                Err(error) => tracing::warn!("{}", joined(&error)),
            }
        }
    }

    /// The instant of the next step that is known of, in milliseconds since 1970.
    pub fn next_step(&self) -> Option<i64> {
        let change = self.desk.next_change();
        let seconds = change.into_iter().chain(self.unsent).map(|at| at * 1000);
        let waiting = (!self.dirty.is_empty() || !self.removals.is_empty()).then_some(0);
        let known = [self.desk.next_look(), self.put_off_until, self.retry_at];
        let known = known.into_iter().flatten();
        let next = seconds.chain(known).chain(waiting).min()?;
        let now = self.clock.now().timestamp();
        Some(if self.must_wait(now) {
            next.max((self.published_at + 1) * 1000)
        } else {
            next
        })
    }

    /// A resource has one version a second at most (docs/http.md, “Versions”): what comes in the second in which
    /// something was published waits for the next. A clock that was set back by more than a moment holds nothing back.
    fn must_wait(&self, now: i64) -> bool {
        now <= self.published_at && self.published_at - now <= HOLD_SECONDS_MAX
    }

    /// Takes in what has come since, and publishes it.
    ///
    /// # Errors
    ///
    /// When a page cannot be written.
    pub fn step(&mut self) -> Result<News, Error> {
        self.write();
        let now = self.clock.now();
        let seconds = now.timestamp();
        let looks = [self.desk.next_look(), self.put_off_until, self.retry_at];
        let mut looks = looks.into_iter().flatten();
        let is_due = self.desk.next_change().is_some_and(|at| at <= seconds)
            || seconds < self.desk.newsroom().now()
            || self.unsent.is_some_and(|at| at <= seconds)
            || !self.dirty.is_empty()
            || !self.removals.is_empty()
            || looks.any(|at| at <= now.timestamp_millis());
        if !is_due || self.must_wait(seconds) {
            return Ok(News::default());
        }
        let began = Instant::now();
        self.put_off(now);
        let mut taken = self.take(now);
        if taken.looked_everywhere {
            self.look_took = began.elapsed();
            self.put_off_times = 0;
        }
        tracing::debug!("changes taken in in {:?}", began.elapsed());
        let mut items = std::mem::take(&mut taken.read);
        items.extend(taken.stamps.items.iter().cloned());
        let paths = self.publish(taken, now)?;
        self.desk.log_news();
        Ok(News { paths, items })
    }

    /// Puts a look at everything off where the clock has something to change before it would be over: over many files it
    /// takes its time, and an embargo ends on its second. What the clock changes all the time holds it up for some
    /// seconds, not for ever.
    fn put_off(&mut self, now: DateTime<Utc>) {
        let milliseconds = now.timestamp_millis();
        let took = i64::try_from(self.look_took.as_millis()).unwrap_or(i64::MAX);
        // It was put off by less than a look takes: if it is more, the clock was set back.
        let has_come = |at: i64| at <= milliseconds || at - 1 - milliseconds > took;
        if self.put_off_until.is_some_and(has_come) {
            self.put_off_until = None;
            self.dirty.extend(Dirty::everything());
        }
        let next = self.desk.next_change().map(|at| at * 1000);
        let near = next.filter(|at| at - milliseconds < took);
        let (Some(at), true) = (near, self.dirty.everything) else {
            return;
        };
        if self.put_off_times < PUT_OFF_MAX {
            self.put_off_times += 1;
            self.put_off_until = Some(at + 1);
            self.dirty.only_named();
        }
    }

    fn take(&mut self, now: DateTime<Utc>) -> Changes {
        let dirty = std::mem::take(&mut self.dirty);
        let removals = std::mem::take(&mut self.removals);
        let (ledger, unwritten) = (&self.ledger, &self.unwritten);
        let last_good = |name: &str| unwritten::last_good(ledger, unwritten, name);
        let taken = self.desk.take(&dirty, &removals, now, &last_good);
        if !Arc::ptr_eq(&self.folder.load(), self.desk.directory()) {
            self.folder.store(Arc::clone(self.desk.directory()));
        }
        taken
    }

    /// Makes what changed, writes the ledger and swaps. Returns the paths that [`News`] names. What is not another is shared with the edition before.
    fn publish(&mut self, taken: Changes, now: DateTime<Utc>) -> Result<Vec<String>, Error> {
        let seconds = now.timestamp();
        let mut taken = taken;
        let is_first = self.windows.is_empty();
        let began = Instant::now();
        let round = self.make(&mut taken, now);
        let has_changed = round.has_changed(&taken);
        let made = began.elapsed();
        self.keep(&mut taken, &round);
        tracing::debug!(
            "{} feeds made in {made:?}, kept in {:?}",
            round.resources.len(),
            began.elapsed() - made
        );
        if !has_changed && !is_first {
            return Ok(Vec::new());
        }
        let new = round.resources.iter().map(|(path, _)| path);
        let paths = new.chain(&round.dropped).cloned().collect();
        let previous = self.current.load_full();
        let missing_pages = if is_first || self.has_other_frame(&previous, &taken) {
            self.missing_pages(seconds)?
        } else {
            previous.missing_pages()
        };
        let groups = self.desk.records().groups.clone();
        let newsroom = self.desk.newsroom().clone();
        let bare = Edition::new(newsroom, seconds, groups, missing_pages);
        let edition = if is_first || taken.has_new_settings {
            with_stylesheets(bare).sharing_feeds(&previous)
        } else {
            previous.next(bare)
        };
        let edition = if taken.media.is_empty() {
            edition
        } else {
            edition.with_other_media()
        };
        let edition = edition
            .without(&round.dropped)
            .with(round.resources.iter().cloned())
            .showing(self.live.clone(), self.recent.items().clone());
        // Only a start can be in the second in which something was published last: steps wait for the next.
        self.clock.wait_until(round.not_before);
        self.media.begin();
        self.current.store(Arc::new(edition));
        self.published_at = seconds.max(round.not_before);
        Ok(paths)
    }

    /// Whether what surrounds every page may be another than in an edition: settings, sections or pictures.
    fn has_other_frame(&self, edition: &Edition, taken: &Changes) -> bool {
        let (now, before) = (self.desk.newsroom(), &edition.newsroom);
        !Arc::ptr_eq(now.site(), before.site())
            || !Arc::ptr_eq(now.sections(), before.sections())
            || !taken.media.is_empty()
    }

    /// The pages that say that there is nothing, in each tree.
    fn missing_pages(&self, now: i64) -> Result<Arc<[Bytes]>, Error> {
        let newsroom = self.desk.newsroom();
        let site = newsroom.site();
        let pictures = site.pictures();
        let measured = self.media.measure(self.desk.directory(), pictures, now);
        let context = Context {
            newsroom,
            media: &measured.files,
            now,
        };
        let missing = site.trees().map(|tree| notice::missing(context, tree));
        let missing: Result<Vec<Bytes>, _> = missing
            .map(|page| page.map(|page| page.html.into()))
            .collect();
        Ok(missing?.into())
    }
}

/// The same edition with the stylesheets, which are as old as the settings.
fn with_stylesheets(edition: Edition) -> Edition {
    let changed_at = edition.settings_changed_at;
    let sheet = |path: &str, text: Bytes, named_by_hash: bool| {
        let sheet = Resource::stylesheet(text, named_by_hash, changed_at);
        (path.to_owned(), Arc::new(sheet))
    };
    let page = sheet(style::page_path(), style::PAGE.into(), true);
    let site = Arc::clone(edition.newsroom.site());
    let feeds = site.trees().map(|tree| {
        let language = site.language(tree);
        let text = style::feed(language).into();
        sheet(&style::feed_path(language), text, false)
    });
    let theme = site.theme.as_ref();
    let theme = theme.map(|theme| sheet(&theme.path(), theme.text().to_owned().into(), true));
    edition.with(std::iter::once(page).chain(feeds).chain(theme))
}
