//! The making of feeds: of the places that a change touches, those whose documents it makes others.

use super::{Publisher, keeping, replaced};
use crate::command::desk::Taken;
use crate::command::desk::board;
use crate::command::desk::reading::is_below;
use crate::edition::Edition;
use crate::edition::publish::{self, Before};
use crate::edition::record::VersionRecord;
use crate::edition::resource::Resource;
use crate::feed::{self, Context, Row, Shown, notice, select};
use crate::newsroom::Newsroom;
use crate::newsroom::entry::{Basis, Entry};
use crate::newsroom::identity::Id;
use crate::newsroom::item::Item;
use crate::newsroom::media::MediaFiles;
use crate::newsroom::place::{Place, folder};
use crate::newsroom::problem::Problem;
use crate::newsroom::site::Format;
use crate::source::load::Whole;
use crate::store::ledger::Source;
use crate::text::causes::joined;
use chrono::{DateTime, Utc};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// So often what changed while documents were made is taken in before they are. After that it is left out and follows.
const AGAIN_MAX: usize = 5;

/// What a place's feeds were made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The folder in which they stand, below the base URL.
    pub folder: String,
    /// The items and notices, in the order of the document.
    pub entries: Vec<Arc<Entry>>,
    /// The pages that its notices name as replacements.
    pub replacements: Vec<Option<String>>,
    /// The feed's own date.
    pub latest: Option<i64>,
    /// What was known of the media files.
    pub media: MediaFiles,
}

/// A place whose feeds may be others.
struct Prepared {
    place: Place,
    rows: Vec<Row>,
    window: Window,
    /// Whether it shows something else than before.
    is_new: bool,
}

/// What a round of making feeds gave.
#[derive(Default)]
pub struct Round {
    /// The resources by path below the base URL. Those whose bytes are the same are the same.
    pub resources: Vec<(String, Arc<Resource>)>,
    /// The version records that are new.
    pub versions: Vec<(String, VersionRecord)>,
    /// The paths at which there is nothing any more.
    pub dropped: Vec<String>,
    /// The second before which no version of these may be sent: none has a `Last-Modified` after `Date`.
    pub not_before: i64,
    /// The texts of items that were read, by id.
    pub texts: BTreeMap<String, Source>,
    /// The items that were read, by id.
    read: HashMap<Id, Shown>,
}

impl Round {
    /// Whether anything that is served may be another. What nobody may see decides on the files that it refers to.
    pub fn has_changed(&self, taken: &Taken) -> bool {
        let served = !self.resources.is_empty() || !self.dropped.is_empty();
        served
            || taken.has_new_settings
            || taken.has_new_items
            || taken.was_set_back
            || !taken.stamps.groups.is_empty()
            || !taken.stamps.items.is_empty()
            || !taken.media.is_empty()
    }
}

impl Publisher {
    pub(super) fn make(&mut self, taken: &mut Taken, now: DateTime<Utc>) -> Round {
        let mut round = Round::default();
        for _ in 0..AGAIN_MAX {
            if self.has_read(taken, &mut round, now.timestamp()) {
                break;
            }
            taken.extend(self.take(now));
        }
        let now = now.timestamp();
        let is_unsent = self.unsent.is_some_and(|at| at <= now);
        let is_forced = self.is_forced(taken, now);
        if is_unsent {
            self.unsent = None;
        }
        let places: BTreeSet<Place> = self.desk.newsroom().places().into_iter().collect();
        self.drop_places(&places, &mut round);
        let mut prepared = Vec::new();
        for place in places {
            if is_forced || self.is_touched(&place, taken) {
                let mut one = self.prepare(place, taken, &mut round, now);
                one.is_new |= is_forced;
                prepared.push(one);
            }
        }
        prepared.retain(|one| one.is_new);
        let previous = self.current.load_full();
        let (newsroom, versions) = (self.desk.newsroom(), &self.versions);
        let make = |one: &Prepared| {
            let context = Context {
                newsroom,
                media: &one.window.media,
                now,
            };
            let before = Before {
                latest: one.window.latest,
                versions: Some(versions),
                edition: Some(&previous),
            };
            publish::feeds(context, &one.place, &one.rows, before)
        };
        let made: Vec<publish::Made> = prepared.par_iter().map(make).collect();
        for (one, made) in prepared.into_iter().zip(made) {
            self.take_made(one, made, &previous, &mut round);
        }
        self.hold_kept(taken, &mut round, now);
        self.forget_unshown();
        round
    }

    /// Whether the feeds of every place are made.
    fn is_forced(&self, taken: &Taken, now: i64) -> bool {
        let is_unsent = self.unsent.is_some_and(|at| at <= now);
        // After the clock was set back a version may lie in the future, which must not be told (http.md R-005).
        is_unsent || taken.has_new_settings || taken.was_set_back
    }

    /// Reads what the documents to be made will show. Returns whether all of that could be read as it was taken in: a
    /// file may be another in the meantime, and is then to be taken in again.
    fn has_read(&mut self, taken: &mut Taken, round: &mut Round, now: i64) -> bool {
        if taken.has_new_settings {
            self.live.clear();
            round.read.clear();
        }
        let newsroom = self.desk.newsroom().clone();
        let is_forced = self.is_forced(taken, now);
        for place in newsroom.places() {
            if is_forced || self.is_touched(&place, taken) {
                let entries = select::window(&newsroom, &place, now);
                self.rows(&entries, taken, round, now);
            }
        }
        self.dirty.is_empty()
    }

    fn is_touched(&self, place: &Place, taken: &Taken) -> bool {
        let Some(window) = self.windows.get(place) else {
            return true;
        };
        let name = folder(self.desk.newsroom().site(), place);
        let has_media = || {
            taken.media.contains("")
                || taken.media.iter().any(|path| shows_media(window, path))
                || self.shows_site_pictures(taken)
        };
        taken.groups.contains(&name) || has_media() || replaced(window, &taken.stamps.items)
    }

    fn shows_site_pictures(&self, taken: &Taken) -> bool {
        let mut pictures = self.desk.newsroom().site().pictures();
        pictures.any(|path| taken.media.contains(path))
    }

    /// Drops what was made for places that are no longer, or stand in another folder now.
    fn drop_places(&mut self, places: &BTreeSet<Place>, round: &mut Round) {
        let site = self.desk.newsroom().site();
        let folders: HashSet<String> = places.iter().map(|place| folder(site, place)).collect();
        self.windows.retain(|place, window| {
            if !folders.contains(&window.folder) {
                let paths =
                    Format::ALL.map(|format| format!("{}{}", window.folder, format.file_name()));
                round.dropped.extend(paths);
            }
            places.contains(place) && folder(site, place) == window.folder
        });
    }

    /// Finds what a place's feeds are to show.
    fn prepare(
        &mut self,
        place: Place,
        taken: &mut Taken,
        round: &mut Round,
        now: i64,
    ) -> Prepared {
        let newsroom = self.desk.newsroom().clone();
        let entries = select::window(&newsroom, &place, now);
        let media = self.media_of(&entries, now);
        let rows = self.rows(&entries, taken, round, now);
        let replacements = replacements(&newsroom, &entries, now);
        let name = folder(newsroom.site(), &place);
        let group = self.desk.records_mut().group(&name);
        if let Some(at) = feed::latest(&rows, now)
            && group.take_date(at, now)
        {
            taken.stamps.groups.insert(name.clone());
        }
        let window = Window {
            folder: name,
            // What could not be read is looked for again.
            entries: rows.iter().map(|row| Arc::clone(row.entry())).collect(),
            latest: group.latest,
            replacements,
            media,
        };
        Prepared {
            is_new: self.windows.get(&place) != Some(&window),
            place,
            rows,
            window,
        }
    }

    fn take_made(
        &mut self,
        one: Prepared,
        made: publish::Made,
        previous: &Edition,
        round: &mut Round,
    ) {
        let Prepared {
            place,
            rows,
            window,
            ..
        } = one;
        made.problems.iter().for_each(board::log);
        let is_of_window = |problem: &Problem| {
            let mut files = window.entries.iter().map(|entry| &entry.file);
            files.any(|file| **file == *problem.file)
        };
        self.made_problems.retain(|problem| !is_of_window(problem));
        self.made_problems.extend(made.problems);
        self.unsent = self.unsent.into_iter().chain(made.unsent).min();
        round.not_before = round.not_before.max(made.not_before);
        let name = folder(self.desk.newsroom().site(), &place);
        for format in Format::ALL {
            let path = format!("{name}{}", format.file_name());
            let is_offered = made.resources.iter().any(|(offered, _)| *offered == path);
            if !is_offered && previous.resource(&path).is_some() {
                round.dropped.push(path);
            }
        }
        let is_new = |(path, resource): &(String, Arc<Resource>)| {
            let before = previous.resource(path);
            before.is_none_or(|before| !Arc::ptr_eq(before, resource))
        };
        round
            .resources
            .extend(made.resources.into_iter().filter(is_new));
        self.versions.extend(made.versions.iter().cloned());
        round.versions.extend(made.versions);
        for row in rows {
            if let Row::Item(shown) = row {
                self.live.insert(shown.entry.id.clone(), shown);
            }
        }
        self.windows.insert(place, window);
    }

    /// What a document shows of a window. What cannot be read as it was taken in is left out, and its file is looked at
    /// again.
    fn rows(
        &mut self,
        entries: &[Arc<Entry>],
        taken: &mut Taken,
        round: &mut Round,
        now: i64,
    ) -> Vec<Row> {
        let mut rows = Vec::with_capacity(entries.len());
        for entry in entries {
            if select::is_notice(entry, now) {
                rows.push(Row::Notice(Arc::clone(entry)));
                continue;
            }
            let read = round.read.get(&entry.id);
            let read = read.filter(|shown| shown.is_of(entry));
            let item = match read.map(|shown| Arc::clone(&shown.item)) {
                Some(item) => Some(item),
                None => self.item(entry, taken, round),
            };
            if let Some(item) = item {
                let entry = Arc::clone(entry);
                let shown = Shown { entry, item };
                round.read.insert(shown.entry.id.clone(), shown.clone());
                rows.push(Row::Item(shown));
            }
        }
        rows
    }

    fn item(
        &mut self,
        entry: &Arc<Entry>,
        taken: &mut Taken,
        round: &mut Round,
    ) -> Option<Arc<Item>> {
        let live = self.live.get(&entry.id);
        if let Some(shown) = live.filter(|shown| shown.is_of(entry)) {
            return Some(Arc::clone(&shown.item));
        }
        let at_hand = taken.wholes.remove(&entry.id);
        let is_it =
            |whole: &Whole| whole.entry.hash == entry.hash && whole.entry.file == entry.file;
        let whole = match at_hand.filter(is_it) {
            Some(Whole { item, text, .. }) => Ok((item, text)),
            None => {
                let (ledger, unwritten) = (&self.ledger, &self.unwritten);
                let last_good = |name: &str| keeping::last_good(ledger, unwritten, name);
                self.desk.whole(entry, &last_good)
            }
        };
        match whole {
            Ok((item, text)) => {
                let source = Source {
                    file: entry.file.to_string(),
                    hash: entry.hash,
                    text,
                };
                round.texts.insert(entry.id.to_string(), source);
                Some(Arc::new(item))
            }
            Err(error) => {
                tracing::info!("{}; it is looked at again", joined(&error));
                self.dirty.add(&entry.file);
                None
            }
        }
    }

    fn media_of(&self, entries: &[Arc<Entry>], now: i64) -> MediaFiles {
        let site = self.desk.newsroom().site();
        let own = entries
            .iter()
            .filter(|entry| !select::is_notice(entry, now))
            .flat_map(|entry| entry.media.iter().map(|path| &**path));
        let measured = self
            .media
            .measure(self.desk.directory(), own.chain(site.pictures()), now);
        measured.files
    }

    /// Holds the whole items that stand on the last good versions of their files, whether a feed shows them or not:
    /// there is no file to make their pages from.
    fn hold_kept(&mut self, taken: &mut Taken, round: &mut Round, now: i64) {
        let kept = self.desk.kept().filter(|entry| is_held(entry, now));
        let kept: Vec<Arc<Entry>> = kept.cloned().collect();
        for entry in kept {
            if let Some(item) = self.item(&entry, taken, round) {
                self.live.insert(entry.id.clone(), Shown { entry, item });
            }
        }
    }

    /// Forgets the whole items that no feed shows and that have files.
    fn forget_unshown(&mut self) {
        let now = self.desk.newsroom().now();
        let windows = self.windows.values();
        let mut shown: HashSet<&Id> = windows
            .flat_map(|window| window.entries.iter())
            .filter(|entry| !select::is_notice(entry, now))
            .map(|entry| &entry.id)
            .collect();
        let kept = self.desk.kept().filter(|entry| is_held(entry, now));
        shown.extend(kept.map(|entry| &entry.id));
        let unshown = self.live.keys().filter(|id| !shown.contains(id));
        for id in unshown.cloned().collect::<Vec<_>>() {
            self.live.remove(&id);
        }
    }
}

fn is_held(entry: &Entry, now: i64) -> bool {
    entry.basis == Basis::LastGood && entry.state(now).has_page()
}

/// What the notices among these name as their replacements, where that can be read.
fn replacements(newsroom: &Newsroom, entries: &[Arc<Entry>], now: i64) -> Vec<Option<String>> {
    let media = MediaFiles::new();
    let context = Context {
        newsroom,
        media: &media,
        now,
    };
    let notices = entries.iter().filter(|entry| select::is_notice(entry, now));
    notices
        .map(|entry| notice::replacement(context, entry))
        .collect()
}

fn shows_media(window: &Window, path: &str) -> bool {
    let mut entries = window.entries.iter();
    entries.any(|entry| entry.media.iter().any(|media| is_below(media, path)))
}
