//! The publisher: reads the data, keeps the ledger, and swaps in an edition whenever a file or the clock asks for it.

use crate::command::Error;
use crate::edition::Edition;
use crate::edition::publish::{self, Before};
use crate::edition::record::VersionRecord;
use crate::edition::resource::Resource;
use crate::feed::{self, Context, Shown, select};
use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::item::Item;
use crate::newsroom::media::MediaFiles;
use crate::newsroom::place::{Place, folder};
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::record::{Records, SETTINGS, Stamps};
use crate::newsroom::site::BaseUrl;
use crate::newsroom::{Clash, Newsroom};
use crate::page::{self, notice, style};
use crate::server::clock;
use crate::source::media::MediaIndex;
use crate::source::{DataDirectory, load, scan};
use crate::store::ledger::Ledger;
use crate::text::causes::joined;
use arc_swap::ArcSwap;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

/// What the data directory and the ledger say together at one instant.
pub struct Gathered {
    /// The open data directory.
    pub directory: DataDirectory,
    /// All valid items; `None` where `site.toml` is unusable.
    pub newsroom: Option<Newsroom>,
    /// The rows that changed.
    pub stamps: Stamps,
    /// Everything that authors should know.
    pub problems: Vec<Problem>,
}

/// Reads a data directory and joins it with what the ledger remembers.
///
/// # Errors
///
/// When the directory cannot be opened.
pub fn gather(
    data: &Path,
    base_url: Option<&BaseUrl>,
    records: &Records,
    now: i64,
) -> Result<Gathered, Error> {
    let directory = DataDirectory::open(data)?;
    let listing = scan::scan(&directory);
    let (loaded, mut problems) = load::load(&directory, &listing, base_url);
    let mut stamps = Stamps::default();
    let newsroom = loaded.map(|loaded| {
        let mut newsroom = Newsroom::new(loaded.site, loaded.sections);
        let refused = stamps.gather(&mut newsroom, records, loaded.entries, now);
        problems.extend(
            refused
                .iter()
                .map(|(entry, clash)| clash_problem(entry, clash)),
        );
        stamps.look_for_missing(&newsroom, records, now);
        stamp_settings(&newsroom, records, &mut stamps, now);
        newsroom
    });
    problems.sort_by(|a, b| place_of(a).cmp(&place_of(b)));
    Ok(Gathered {
        directory,
        newsroom,
        stamps,
        problems,
    })
}

fn place_of(problem: &Problem) -> (&str, Option<(usize, usize)>) {
    (
        &problem.file,
        problem.mark.as_ref().map(|mark| (mark.line, mark.column)),
    )
}

fn clash_problem(entry: &Entry, clash: &Clash) -> Problem {
    match clash {
        Clash::Id { file } => {
            let message = format!("the id `{}` belongs to `{file}`", entry.id);
            let hint = "give this item an `id` of its own; an id is never used twice";
            Problem::of_file(Severity::Error, entry.file.to_string(), message).hint(hint)
        }
        Clash::Uri { file } => {
            let message = format!("the `id_uri` of this item is that of `{file}`");
            let hint = "give one of the two its own; readers would take them for one item";
            Problem::of_file(Severity::Error, entry.file.to_string(), message).hint(hint)
        }
        Clash::Path { path, file } => {
            let message = format!("the page `{path}` belongs to `{file}`");
            Problem::of_file(Severity::Error, entry.file.to_string(), message)
                .hint("give this item a `slug` of its own")
        }
    }
}

/// Stamps the group that all pages share when the settings or the templates are others than before.
fn stamp_settings(newsroom: &Newsroom, records: &Records, stamps: &mut Stamps, now: i64) {
    // The derived text of the settings is the same on every machine: they hold lists and sorted maps alone.
    let settings = format!(
        "{:?} {:?} {}",
        newsroom.site(),
        newsroom.sections(),
        page::fingerprint()
    );
    let hash = Some(crate::source::content_hash(&settings));
    let group = stamps.group(records, SETTINGS);
    if group.hash != hash {
        group.hash = hash;
        stamps.stamp_group(records, SETTINGS, now);
    }
}

/// Makes editions and swaps them in.
pub struct Publisher {
    directory: Arc<DataDirectory>,
    media: Arc<MediaIndex>,
    ledger: Ledger,
    records: Records,
    versions: HashMap<String, VersionRecord>,
    newsroom: Newsroom,
    current: Arc<ArcSwap<Edition>>,
    /// The ids that each place's feeds show.
    windows: HashMap<Place, Vec<Id>>,
    /// The items that some feed shows, with the hash of the file that they were read from.
    live: HashMap<Id, ([u8; 16], Arc<Item>)>,
    made_at: i64,
    unsent: Option<i64>,
    ledger_fails: bool,
}

/// What a round of making feeds gave.
#[derive(Default)]
struct Round {
    resources: Vec<(String, Arc<Resource>)>,
    versions: Vec<(String, VersionRecord)>,
    not_before: i64,
    unsent: Option<i64>,
    windows: Vec<(Place, Vec<Shown>)>,
}

impl Publisher {
    /// Reads everything and makes the first edition.
    ///
    /// # Errors
    ///
    /// When the data directory or the ledger cannot be read, or `site.toml` is unusable.
    pub fn start(data: &Path, base_url: Option<&BaseUrl>, ledger: Ledger) -> Result<Self, Error> {
        let now = clock::now().timestamp();
        let records = ledger.records()?;
        let versions = ledger.versions()?;
        let media = Arc::new(MediaIndex::new(ledger.media()?));
        let Gathered {
            directory,
            newsroom,
            stamps,
            problems,
        } = gather(data, base_url, &records, now)?;
        log(&problems);
        let newsroom = newsroom.ok_or(Error::Site)?;
        let groups = |name: &str| group_stamp(&stamps, &records, name);
        let empty = empty_edition(&newsroom, now, &groups)?;
        let mut publisher = Self {
            directory: Arc::new(directory),
            media,
            ledger,
            records,
            versions,
            current: Arc::new(ArcSwap::from_pointee(empty)),
            windows: HashMap::new(),
            live: HashMap::new(),
            made_at: now,
            unsent: None,
            ledger_fails: false,
            newsroom,
        };
        let places = publisher.newsroom.places();
        publisher.publish(&places, stamps, now)?;
        Ok(publisher)
    }

    /// The edition that is served, as it changes.
    pub fn current(&self) -> Arc<ArcSwap<Edition>> {
        Arc::clone(&self.current)
    }

    /// The data directory.
    pub fn directory(&self) -> Arc<DataDirectory> {
        Arc::clone(&self.directory)
    }

    /// What is known of the media folder.
    pub fn media(&self) -> Arc<MediaIndex> {
        Arc::clone(&self.media)
    }

    /// The next instant at which something changes by the clock alone.
    pub fn next_change(&self) -> Option<i64> {
        self.newsroom
            .next_change(self.made_at)
            .into_iter()
            .chain(self.unsent)
            .min()
    }

    /// Takes in what the clock has changed up to now. After the clock was set back everything is looked at again.
    ///
    /// # Errors
    ///
    /// When a page cannot be written.
    pub fn tick(&mut self) -> Result<(), Error> {
        self.save_media();
        let now = clock::now().timestamp();
        let is_back = now < self.made_at;
        let has_unsent = self.unsent.is_some_and(|at| at <= now);
        if !is_back
            && !has_unsent
            && self
                .newsroom
                .next_change(self.made_at)
                .is_none_or(|at| at > now)
        {
            return Ok(());
        }
        let due: Vec<Arc<Entry>> = if is_back {
            self.newsroom.entries().cloned().collect()
        } else {
            self.newsroom
                .due_between(self.made_at, now)
                .cloned()
                .collect()
        };
        let mut stamps = Stamps::default();
        let mut places: BTreeSet<Place> = BTreeSet::new();
        for entry in due {
            places.extend(self.newsroom.places_of(&entry));
            if let Some(seen) = stamps.look(&self.newsroom, &self.records, &entry, now) {
                self.newsroom.insert(seen);
            }
        }
        if has_unsent || is_back {
            places.extend(self.newsroom.places());
        }
        self.publish(&places.into_iter().collect::<Vec<_>>(), stamps, now)
    }

    /// Makes the feeds of some places, shares all others, writes the ledger and swaps.
    fn publish(&mut self, places: &[Place], mut stamps: Stamps, now: i64) -> Result<(), Error> {
        let round = self.make(places, &mut stamps, now);
        self.write(&stamps, &round);
        stamps.settle(&mut self.records);
        let groups = |name: &str| group_stamp(&stamps, &self.records, name);
        let previous = self.current.load_full();
        let edition = empty_edition(&self.newsroom, now, &groups)?
            .sharing(&previous)
            .with(round.resources);
        self.versions.extend(round.versions);
        self.unsent = round.unsent;
        self.keep_live(round.windows);
        clock::wait_until(round.not_before);
        self.current.store(Arc::new(edition));
        self.made_at = now;
        Ok(())
    }

    /// Makes the codings that a new version goes live without; they follow into it, off the request path. Asks between
    /// any two resources whether to go on.
    pub fn complete(&self, may_go_on: &dyn Fn() -> bool) {
        let edition = self.current.load_full();
        let mut resources = edition.resources();
        while let Some((_, resource)) = resources.next().filter(|_| may_go_on()) {
            resource.complete();
        }
    }

    fn make(&self, places: &[Place], stamps: &mut Stamps, now: i64) -> Round {
        let mut round = Round::default();
        let mut read = HashMap::new();
        let previous = self.current.load_full();
        for place in places {
            let window = select::window(&self.newsroom, place, now);
            let window = self.shown(&window, &mut read);
            let media = self.media_of(&window, now);
            let group = stamps.group(&self.records, &folder(self.newsroom.site(), place));
            feed::latest(&window, now)
                .into_iter()
                .for_each(|at| group.take_date(at, now));
            let latest = group.latest;
            let context = Context {
                newsroom: &self.newsroom,
                media: &media,
                now,
            };
            let before = Before {
                latest,
                versions: Some(&self.versions),
                edition: Some(&previous),
            };
            let made = publish::feeds(context, place, &window, before);
            log(&made.problems);
            round.not_before = round.not_before.max(made.not_before);
            round.unsent = round.unsent.into_iter().chain(made.unsent).min();
            round.resources.extend(made.resources);
            round.versions.extend(made.versions);
            round.windows.push((place.clone(), window));
        }
        round
    }

    /// The whole items of a window. Those that a feed shows already stay as they are, whatever has become of their
    /// files; what else cannot be read as it was loaded is left out and reported.
    fn shown(
        &self,
        window: &[Arc<Entry>],
        read: &mut HashMap<Id, Option<Arc<Item>>>,
    ) -> Vec<Shown> {
        let mut one = |entry: &Arc<Entry>| {
            let item = read
                .entry(entry.id.clone())
                .or_insert_with(|| self.item(entry))
                .clone()?;
            Some(Shown {
                entry: Arc::clone(entry),
                item,
            })
        };
        window.iter().filter_map(&mut one).collect()
    }

    fn item(&self, entry: &Entry) -> Option<Arc<Item>> {
        if let Some((_, item)) = self
            .live
            .get(&entry.id)
            .filter(|(hash, _)| *hash == entry.hash)
        {
            return Some(Arc::clone(item));
        }
        let item = self
            .directory
            .item(entry, self.newsroom.site(), self.newsroom.sections());
        item.map(Arc::new)
            .map_err(|error| tracing::warn!("{}", joined(&error)))
            .ok()
    }

    /// Keeps the items that some feed shows, and forgets all others.
    fn keep_live(&mut self, windows: Vec<(Place, Vec<Shown>)>) {
        for (place, window) in windows {
            let ids = window.iter().map(|shown| shown.entry.id.clone()).collect();
            self.windows.insert(place, ids);
            self.live.extend(
                window
                    .into_iter()
                    .map(|shown| (shown.entry.id.clone(), (shown.entry.hash, shown.item))),
            );
        }
        let shown: HashSet<&Id> = self.windows.values().flatten().collect();
        self.live.retain(|id, _| shown.contains(id));
    }

    fn media_of(&self, shown: &[Shown], now: i64) -> MediaFiles {
        let site = self.newsroom.site();
        let own = shown
            .iter()
            .flat_map(|shown| shown.entry.media.iter().map(|path| &**path));
        let pictures = [&site.logo, &site.icon]
            .into_iter()
            .filter_map(Option::as_deref);
        self.media
            .measure(&self.directory, own.chain(pictures), now)
            .files
    }

    /// Writes the ledger. Where that fails the service goes on, and one warning says what is not kept.
    fn write(&mut self, stamps: &Stamps, round: &Round) {
        let versions = round.versions.iter().map(|(path, version)| (path, version));
        let written = self
            .ledger
            .write_stamps(stamps)
            .and_then(|()| self.ledger.write_versions(versions));
        self.note(written);
        self.save_media();
    }

    fn save_media(&mut self) {
        let unsaved = self.media.take_unsaved();
        if !unsaved.is_empty() {
            let written = self.ledger.write_media(unsaved.iter());
            self.note(written);
        }
    }

    fn note(&mut self, written: Result<(), crate::store::ledger::Error>) {
        let Err(error) = written else {
            self.ledger_fails = false;
            return;
        };
        if !self.ledger_fails {
            let error = joined(&error);
            tracing::warn!("{error}; what is published now is not remembered across a restart");
        }
        self.ledger_fails = true;
    }
}

fn empty_edition(
    newsroom: &Newsroom,
    now: i64,
    groups: &dyn Fn(&str) -> i64,
) -> Result<Edition, Error> {
    let missing = notice::missing(newsroom)?;
    let settings_changed_at = groups(SETTINGS);
    let edition = Edition::new(newsroom.clone(), now, groups, missing.html.into());
    let page = Resource::stylesheet(style::PAGE, true, settings_changed_at);
    let feed = Resource::stylesheet(style::FEED, false, settings_changed_at);
    Ok(edition.with([
        (style::page_path(), Arc::new(page)),
        (style::FEED_PATH.to_owned(), Arc::new(feed)),
    ]))
}

fn group_stamp(stamps: &Stamps, records: &Records, name: &str) -> i64 {
    let group = stamps.groups.get(name).or_else(|| records.groups.get(name));
    group.map_or(0, |group| group.changed_at)
}

fn log(problems: &[Problem]) {
    for problem in problems {
        match problem.severity {
            Severity::Error => tracing::error!("{problem}"),
            Severity::Warning => tracing::warn!("{problem}"),
            Severity::Hint => tracing::info!("{problem}"),
        }
    }
}
