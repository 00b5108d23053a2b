//! Which files changed, and what is in them now. The directory is the truth: what the watch says only tells where to
//! look.

use super::board::Found as Where;
use super::{Desk, Known};
use crate::newsroom::Newsroom;
use crate::newsroom::entry::{Basis, Entry};
use crate::newsroom::identity::Id;
use crate::newsroom::parse::salvage::Salvage;
use crate::newsroom::problem::Problem;
use crate::newsroom::record::{ItemRecord, groups_of, version_of};
use crate::source::load::{self, Loaded, Whole};
use crate::source::scan::{self, Listing, Purpose};
use crate::source::settings::Settings;
use crate::source::stamp::Stamp;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::path::PathBuf;
use std::sync::Arc;

/// Of so many files read at once the whole items are kept at hand for the documents that show them.
const WHOLES_MAX: usize = 256;

/// So many files are read at once when all are.
pub(super) const READ_AT_ONCE: usize = 16_384;

/// Where to look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dirty {
    /// Everywhere, by the files' stamps.
    pub everything: bool,
    /// At `site.toml`, the sections and their settings.
    pub settings: bool,
    /// At and below these paths.
    pub items: BTreeSet<String>,
    /// At these files of the media folder; the empty path stands for all.
    pub media: BTreeSet<String>,
    /// At what leads to these, which are nothing themselves.
    hidden: BTreeSet<String>,
    /// At these files, whatever their stamps say.
    parse: BTreeSet<Arc<str>>,
}

/// A file that changed.
#[derive(Debug, Clone)]
pub struct Changed {
    /// The file.
    pub file: Arc<str>,
    /// Its stamp.
    pub stamp: Stamp,
    /// Whether it was parsed, rather than found in the index.
    pub is_parsed: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The entries of the files that changed and hold an item.
    pub entries: Vec<Arc<Entry>>,
    /// The whole items of these, where they are few.
    pub wholes: Vec<Whole>,
    /// The files that changed, with their stamps, and whether they were parsed rather than found in the index.
    pub changed: Vec<Changed>,
    /// What can be read of broken ones.
    pub broken: Vec<(Arc<str>, Salvage)>,
    /// The files that are there no longer.
    pub gone: Vec<Arc<str>>,
}

impl Dirty {
    /// Everything.
    pub fn everything() -> Self {
        Self {
            everything: true,
            settings: true,
            media: BTreeSet::from([String::new()]),
            ..Self::default()
        }
    }

    /// Takes a path up.
    pub fn add(&mut self, path: &str) {
        match scan::purpose(path) {
            Purpose::Nothing => {
                self.hidden.insert(path.to_owned());
            }
            Purpose::Media(file) => {
                self.media.insert(file.to_owned());
            }
            Purpose::Items => {
                self.items.insert(path.to_owned());
            }
            Purpose::Settings => {
                self.settings = true;
                // A section's folder brings its items along.
                self.items.insert(path.to_owned());
            }
        }
    }

    /// Takes up what another says.
    pub fn extend(&mut self, other: Self) {
        self.everything |= other.everything;
        self.settings |= other.settings;
        self.items.extend(other.items);
        self.media.extend(other.media);
        self.hidden.extend(other.hidden);
        self.parse.extend(other.parse);
    }

    /// Drops the look at everything, and keeps what is named.
    pub fn only_named(&mut self) {
        self.everything = false;
        self.settings = false;
        self.media.remove("");
    }

    /// Whether there is nowhere to look.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Found {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.gone.is_empty()
    }
}

/// Whether a file lies at or below a path; everything lies below the empty one.
pub fn is_below(file: &str, path: &str) -> bool {
    path.is_empty()
        || file
            .strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Marks the files that other settings may make other items of.
pub fn mark(dirty: &mut Dirty, before: &Settings, now: &Settings, newsroom: &Newsroom) {
    let languages = |settings: &Settings| {
        let listed = settings.site.languages.iter();
        let listed: Vec<_> = listed.map(|(language, _)| language.clone()).collect();
        (settings.site.default_language.clone(), listed)
    };
    if before.site.timezone != now.site.timezone || languages(before) != languages(now) {
        let all = newsroom.entries().map(|entry| Arc::clone(&entry.file));
        dirty.parse.extend(all);
        dirty.items.insert(String::new());
        return;
    }
    let names = before.sections.keys().chain(now.sections.keys());
    for name in names.collect::<BTreeSet<_>>() {
        let (old, new) = (before.sections.get(name), now.sections.get(name));
        let is_same = old
            .zip(new)
            .is_some_and(|(old, new)| old.topics == new.topics && old.syndicated == new.syndicated);
        if is_same {
            continue;
        }
        dirty.items.insert(name.to_string());
        let is_listed = |entry: &&Arc<Entry>| entry.sections().any(|section| section == name);
        let listed = newsroom.entries().filter(is_listed);
        dirty
            .parse
            .extend(listed.map(|entry| Arc::clone(&entry.file)));
    }
}

/// Marks the items that stand at other addresses, in other lists or as other versions of their texts now. Returns their
/// rows as they were: what changed is told from those.
pub fn moved(dirty: &mut Dirty, before: &Newsroom, now: &Newsroom) -> BTreeMap<Id, ItemRecord> {
    let is_moved = |entry: &&Arc<Entry>| {
        let listed = |newsroom: &Newsroom| groups_of(newsroom, entry);
        let version = |newsroom: &Newsroom| version_of(newsroom, entry);
        before.path(entry) != now.path(entry)
            || listed(before) != listed(now)
            || version(before) != version(now)
    };
    let mut rows = BTreeMap::new();
    for entry in before.entries().filter(is_moved) {
        if let Some(record) = ItemRecord::of(before, entry) {
            dirty.parse.insert(Arc::clone(&entry.file));
            rows.insert(entry.id.clone(), record);
        }
    }
    rows
}

/// What one file gave.
type Read = (
    Arc<str>,
    Stamp,
    Result<Arc<Entry>, Box<Salvage>>,
    Vec<Problem>,
    Option<Box<Whole>>,
);

impl Desk {
    /// Reads the files that are others than they were.
    pub(super) fn read_changed(&mut self, dirty: &Dirty, now: i64) -> Found {
        let mut found = Found::default();
        if dirty.everything {
            self.labels.tidy();
        }
        let mut unknown: BTreeMap<Arc<str>, Stamp> = BTreeMap::new();
        let mut scopes = dirty.items.clone();
        scopes.extend(self.links_to(&dirty.items));
        scopes.extend(self.links_to(&dirty.hidden));
        if dirty.everything || dirty.items.contains("") {
            scopes = BTreeSet::from([String::new()]);
        }
        for scope in &scopes {
            let listing = self.scan(scope, dirty, now);
            for (file, stamp) in &listing.items {
                self.going.remove(file);
                unknown.insert(Arc::clone(file), *stamp);
            }
            found.gone.extend(self.gone_below(scope, &listing));
            self.take_listing(scope, listing);
        }
        // What went is not broken.
        let is_there =
            |file: &&Arc<str>| !found.gone.contains(file) && !self.going.contains_key(*file);
        let elsewhere = dirty.parse.iter().filter(is_there);
        let elsewhere = elsewhere.filter(|file| !unknown.contains_key(*file));
        let known = elsewhere.filter_map(|file| Some((file.clone(), self.files.get(file)?.stamp)));
        let known: Vec<_> = known.collect();
        unknown.extend(known);
        // A new section may be the one that a broken file asks for.
        if dirty.settings {
            let broken = self.broken.keys().filter(is_there);
            let known = broken.filter_map(|file| Some((file.clone(), self.files.get(file)?.stamp)));
            unknown.extend(known.collect::<Vec<_>>());
        }
        // What is not there cannot be read, which does not make it broken.
        unknown.retain(|file, _| !self.going.contains_key(file) && !found.gone.contains(file));
        let unknown: Vec<_> = unknown.into_iter().collect();
        let mut read = self.read(&unknown, unknown.len() <= WHOLES_MAX);
        read.retain(|(file, stamp, item, problems, _)| {
            dirty.parse.contains(file) || !self.is_as_known(file, *stamp, item, problems)
        });
        self.sort_in(read, &mut found);
        found
    }

    /// Whether a file that was read again is what it was; its stamp is taken up.
    fn is_as_known(
        &mut self,
        file: &Arc<str>,
        stamp: Stamp,
        item: &Result<Arc<Entry>, Box<Salvage>>,
        problems: &[Problem],
    ) -> bool {
        let Some(known) = self.files.get_mut(file) else {
            return false;
        };
        known.stamp = stamp;
        match item {
            Ok(read) => {
                let entry = known.id.as_ref().and_then(|id| self.newsroom.get(id));
                let standing = entry.or(self.open.get(file));
                standing.is_some_and(|entry| {
                    entry.hash == read.hash && entry.file == *file && entry.basis == Basis::File
                })
            }
            Err(salvage) => {
                self.broken.get(file) == Some(&**salvage)
                    && self.board.is_same(Where::Text, file, problems)
            }
        }
    }

    /// Lists what is below a path, without what is as it was.
    fn scan(&self, scope: &str, dirty: &Dirty, now: i64) -> Listing {
        let is_known = |file: &str, stamp: &Stamp| {
            let known = self.files.get(file);
            known.is_some_and(|known| known.stamp == *stamp)
                && stamp.is_settled(now)
                && !dirty.parse.contains(file)
                && !self.going.contains_key(file)
        };
        scan::scan(&self.directory, scope, &is_known)
    }

    fn known_below<'d>(&'d self, scope: &'d str) -> impl Iterator<Item = &'d Arc<str>> {
        let start: Bound<&str> = Bound::Included(scope);
        let known = self.files.range::<str, _>((start, Bound::Unbounded));
        known
            .map(|(file, _)| file)
            .take_while(move |file| file.starts_with(scope))
            .filter(move |file| is_below(file, scope))
    }

    /// The known files below a path that are there no longer, as far as a listing of it can know.
    fn gone_below(&self, scope: &str, listing: &Listing) -> Vec<Arc<str>> {
        let is_known = |(file, _): &&(Arc<str>, Stamp)| self.files.contains_key(file);
        let there = listing.known + listing.items.iter().filter(is_known).count();
        let below = if scope.is_empty() {
            self.files.len()
        } else {
            self.known_below(scope).count()
        };
        if there == below {
            return Vec::new();
        }
        // Some are missing: all are named, to tell which.
        let listing = scan::scan(&self.directory, scope, &|_, _| false);
        let below = self.known_below(scope);
        let is_listed = |file: &&Arc<str>| {
            let at = listing
                .items
                .binary_search_by(|(listed, _)| listed.cmp(file));
            at.is_ok()
        };
        let gone = below.filter(|file| !is_listed(file));
        let is_unknown = |file: &&Arc<str>| {
            listing
                .unreadable
                .iter()
                .any(|folder| is_below(file, folder))
        };
        gone.filter(|file| !is_unknown(file)).cloned().collect()
    }

    /// The links through which something at these paths can be seen: nobody tells of a change under their names.
    fn links_to(&self, paths: &BTreeSet<String>) -> Vec<String> {
        let root = self.directory.path();
        let changed: Vec<PathBuf> = paths.iter().map(|path| root.join(path)).collect();
        let is_new = paths.iter().any(|path| self.links.contains_key(path));
        let leads_there = |target: &PathBuf| {
            let meets = |path: &PathBuf| target.starts_with(path) || path.starts_with(target);
            is_new || changed.iter().any(meets)
        };
        let links = self.links.iter();
        let links = links.filter(|(_, target)| target.as_ref().is_none_or(leads_there));
        links.map(|(name, _)| name.clone()).collect()
    }

    pub(super) fn take_listing(&mut self, scope: &str, listing: Listing) {
        self.unreadable.retain(|folder| !is_below(folder, scope));
        self.unreadable.extend(listing.unreadable);
        self.links.retain(|link, _| !is_below(link, scope));
        self.links.extend(listing.links);
        self.board.set_listing(scope, listing.problems);
    }

    /// Reads and parses files, on all cores.
    pub(super) fn read(&self, files: &[(Arc<str>, Stamp)], with_wholes: bool) -> Vec<Read> {
        let (site, sections) = (&self.settings.site, &self.settings.sections);
        let one = |(file, stamp): &(Arc<str>, Stamp)| {
            let Loaded { item, problems } = load::load(&self.directory, file, site, sections);
            let (entry, whole) = match item {
                Ok(mut whole) => {
                    self.labels.share(&mut whole.entry.labels);
                    let entry = Arc::new(whole.entry.clone());
                    (Ok(entry), with_wholes.then_some(whole))
                }
                Err(salvage) => (Err(salvage), None),
            };
            (Arc::clone(file), *stamp, entry, problems, whole)
        };
        files.par_iter().map(one).collect()
    }

    pub(super) fn sort_in(&mut self, read: Vec<Read>, found: &mut Found) {
        for (file, stamp, item, problems, whole) in read {
            self.board.set(Where::Text, &file, problems);
            found.changed.push(Changed {
                file: Arc::clone(&file),
                stamp,
                is_parsed: true,
            });
            found.wholes.extend(whole.map(|whole| *whole));
            match item {
                Ok(entry) => found.entries.push(entry),
                Err(salvage) => found.broken.push((file, *salvage)),
            }
        }
    }

    /// Takes note of the files that changed.
    pub(super) fn know(&mut self, found: &Found) {
        let known = found.changed.iter().map(|changed| {
            let known = Known {
                stamp: changed.stamp,
                id: None,
            };
            (Arc::clone(&changed.file), known)
        });
        if self.files.is_empty() {
            // Made at once a map takes half the room.
            self.files = known.collect();
        } else {
            self.files.extend(known);
        }
    }
}
