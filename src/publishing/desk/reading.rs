//! Which files changed, and what is in them now. The directory is the truth: what the watch says only tells where to
//! look.

use super::aside::Job;
use super::board::Found as Where;
use super::dirty::Dirty;
use super::found::{Changed, Found};
use super::waiting::Verdict;
use super::{Desk, Known};
use crate::newsroom::Newsroom;
use crate::newsroom::entry::{Entry, StandsOn};
use crate::newsroom::identity::Id;
use crate::newsroom::parse::salvage::Salvage;
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::record::{ItemRecord, groups_of, version_of};
use crate::source::load::{self, Loaded, Whole};
use crate::source::scan::{self, Listing, is_below};
use crate::source::settings::Settings;
use crate::source::stamp::FileStamp;
use chrono::{DateTime, Utc};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::path::PathBuf;
use std::sync::Arc;

/// Of so many files read at once the whole items are kept at hand for the documents that show them.
const WHOLES_MAX: usize = 256;

/// A file that is gone is looked for again after so long where another one, which may be the same, is being read.
const AGAIN_MILLISECONDS: i64 = 200;

/// So many files are read at once when all are.
pub(super) const READ_AT_ONCE: usize = 16_384;

impl Read {
    /// The stamp of what was read.
    fn stamp(&self) -> FileStamp {
        self.stamp_after.unwrap_or(self.stamp)
    }
}

/// What is said of a file that was read although somebody has it open.
fn still_open(file: &str) -> Problem {
    let message =
        "somebody has had this file open for writing for ten seconds: it is read as it is";
    let hint = "close it, or write another file and rename that into its place";
    Problem::of_file(Severity::Warning, file, message).hint(hint)
}

/// Marks the files that other settings may make other items of. `entries` are the items of all files, be they taken in
/// or not.
pub fn mark<'e>(
    dirty: &mut Dirty,
    before: &Settings,
    now: &Settings,
    entries: impl Iterator<Item = &'e Arc<Entry>> + Clone,
) {
    let languages = |settings: &Settings| {
        let listed = settings.site.languages.iter();
        let listed: Vec<_> = listed.map(|(language, _)| language.clone()).collect();
        (settings.site.default_language.clone(), listed)
    };
    // The addresses of the publication tell which media files an item refers to.
    let addresses = |settings: &Settings| {
        let site = &settings.site;
        (site.base_url.clone(), site.written_base_url.clone())
    };
    if before.site.timezone != now.site.timezone
        || languages(before) != languages(now)
        || addresses(before) != addresses(now)
    {
        let all = entries.map(|entry| Arc::clone(&entry.file));
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
        let listed = entries.clone().filter(is_listed);
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
pub(super) struct Read {
    file: Arc<str>,
    /// Its stamp as it was listed.
    stamp: FileStamp,
    /// Its stamp after it was read; `None` where it could not be.
    stamp_after: Option<FileStamp>,
    item: Result<Arc<Entry>, Box<Salvage>>,
    problems: Vec<Problem>,
    whole: Option<Box<Whole>>,
}

impl Desk {
    /// Reads the files that are others than they were, and whole as far as anybody can tell.
    pub(super) fn read_changed(&mut self, dirty: &Dirty, now: DateTime<Utc>) -> Found {
        let mut found = Found::default();
        if dirty.everything {
            self.labels.tidy();
        }
        let mut changed = self.look(dirty, now, &mut found);
        // What went is not broken.
        let is_there = |file: &&Arc<str>| {
            let is_elsewhere = found.gone.contains(*file) || found.unread.contains(*file);
            !is_elsewhere && !self.waiting.has_gone(file) && !self.waiting.is_written(file)
        };
        let elsewhere = dirty.parse.iter().filter(is_there);
        // A new section may be the one that a broken file asks for.
        let broken = self.broken.keys().filter(|_| dirty.settings);
        let again = elsewhere.chain(broken.filter(is_there));
        let again = again.filter(|file| !changed.contains_key(*file));
        let again = again.filter_map(|file| Some((file.clone(), self.files.get(file)?.stamp)));
        let again: Vec<_> = again.collect();
        changed.extend(again);
        let (large, changed): (Vec<_>, Vec<_>) = changed
            .into_iter()
            .partition(|(file, stamp)| self.aside.takes(*stamp) && !dirty.parse.contains(file));
        let mut read = self.read(&changed, changed.len() <= WHOLES_MAX);
        let large = large.into_iter();
        read.extend(large.filter_map(|(file, stamp)| self.read_large(file, stamp)));
        read.retain(|read| self.is_whole(read, now));
        read.retain(|read| dirty.parse.contains(&read.file) || !self.is_as_known(read));
        self.sort_in(read, &mut found);
        found
    }

    /// What a large file gave, if it has been read under the settings in force; else it is sent to be read.
    fn read_large(&mut self, file: Arc<str>, stamp: FileStamp) -> Option<Read> {
        let (site, sections) = (&self.settings.site, &self.settings.sections);
        if let Some(done) = self.aside.take(&file, stamp)
            && (Arc::ptr_eq(&done.job.site, site) && Arc::ptr_eq(&done.job.sections, sections))
        {
            return Some(self.share(file, stamp, done.loaded, true));
        }
        if !self.aside.has(&file, stamp) {
            self.aside.send(Job {
                directory: Arc::clone(&self.directory),
                site: Arc::clone(site),
                sections: Arc::clone(sections),
                file,
                stamp,
            });
        }
        None
    }

    /// Lists what is to be looked at. Returns the files that are others than they were and may be read; those that are
    /// believed to be gone go to `found`, and so do those that are others and must wait, where what they gave cannot
    /// stand under the settings that there are now.
    fn look(
        &mut self,
        dirty: &Dirty,
        now: DateTime<Utc>,
        found: &mut Found,
    ) -> BTreeMap<Arc<str>, FileStamp> {
        let mut scopes = dirty.items.clone();
        scopes.extend(self.links_to(&dirty.items));
        scopes.extend(self.links_to(&dirty.hidden));
        if dirty.everything || dirty.items.contains("") {
            scopes = BTreeSet::from([String::new()]);
        }
        let mut changed = BTreeMap::new();
        for scope in &scopes {
            let listing = self.scan(scope, dirty, now.timestamp());
            for (file, stamp) in &listing.items {
                self.waiting.is_there(file);
                match self.judge(file, *stamp, dirty, now.timestamp_millis()) {
                    Verdict::Read => {
                        self.read_open.remove(file);
                        changed.insert(Arc::clone(file), *stamp);
                    }
                    Verdict::ReadOpen => {
                        self.read_open.insert(Arc::clone(file));
                        changed.insert(Arc::clone(file), *stamp);
                    }
                    Verdict::Later if dirty.parse.contains(file) => {
                        found.unread.insert(Arc::clone(file));
                    }
                    Verdict::Later => {}
                }
            }
            let gone = self.missing_below(scope, &listing);
            let (now, after) = (now.timestamp_millis(), self.setting.gone_after_milliseconds);
            // What is being read may be a file that went, under another name: then it is asked again.
            let (believed, away): (Vec<_>, Vec<_>) = gone.into_iter().partition(|file| {
                self.waiting.is_gone(file, now, after)
                    && (self.aside.is_idle() || self.waiting.is_gone(file, now, AGAIN_MILLISECONDS))
            });
            found.gone.extend(believed);
            let others = away.into_iter().filter(|file| dirty.parse.contains(file));
            found.unread.extend(others);
            self.take_listing(scope, listing);
        }
        changed
    }

    /// Whether a file that is there may be read.
    pub(super) fn judge(
        &mut self,
        file: &Arc<str>,
        stamp: FileStamp,
        dirty: &Dirty,
        now: i64,
    ) -> Verdict {
        let is_known = || {
            let known = self.files.get(file);
            // What is read aside was believed when it was sent.
            known.is_some_and(|known| known.stamp == stamp) || self.aside.has(file, stamp)
        };
        if !self.waiting.is_open(file) && (dirty.is_closed(file) || is_known()) {
            self.waiting.close(file);
            return Verdict::Read;
        }
        self.waiting.judge(file, stamp, now)
    }

    /// Whether nobody wrote to a file while it was read.
    pub(super) fn is_whole(&mut self, read: &Read, now: DateTime<Utc>) -> bool {
        read.stamp_after.is_none_or(|stamp| {
            stamp == read.stamp
                || self
                    .waiting
                    .judge(&read.file, stamp, now.timestamp_millis())
                    != Verdict::Later
        })
    }

    /// Whether a file that was read again is what it was; its stamp is taken up.
    fn is_as_known(&mut self, read: &Read) -> bool {
        let file = &read.file;
        let Some(known) = self.files.get_mut(file) else {
            return false;
        };
        known.stamp = read.stamp();
        match &read.item {
            Ok(read) => {
                let entry = known.id.as_ref().and_then(|id| self.newsroom.get(id));
                let standing = entry.or(self.open.get(file));
                standing.is_some_and(|entry| {
                    entry.hash == read.hash && entry.file == *file && entry.basis == StandsOn::File
                })
            }
            Err(salvage) => {
                self.broken.get(file) == Some(&**salvage)
                    && self.board.is_same(Where::Text, file, &read.problems)
            }
        }
    }

    /// Lists what is below a path, without what is as it was.
    fn scan(&self, scope: &str, dirty: &Dirty, now: i64) -> Listing {
        let is_known = |file: &str, stamp: &FileStamp| {
            let known = self.files.get(file);
            known.is_some_and(|known| known.stamp == *stamp)
                && stamp.is_settled(now)
                && !dirty.parse.contains(file)
                && !self.waiting.has_gone(file)
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

    /// The known files below a path that are not there, as far as a listing of it can know.
    fn missing_below(&self, scope: &str, listing: &Listing) -> Vec<Arc<str>> {
        let is_known = |(file, _): &&(Arc<str>, FileStamp)| self.files.contains_key(file);
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
    pub(super) fn read(&self, files: &[(Arc<str>, FileStamp)], with_wholes: bool) -> Vec<Read> {
        let (site, sections) = (&self.settings.site, &self.settings.sections);
        let one = |(file, stamp): &(Arc<str>, FileStamp)| {
            let loaded = load::load(&self.directory, file, site, sections);
            self.share(Arc::clone(file), *stamp, loaded, with_wholes)
        };
        files.par_iter().map(one).collect()
    }

    /// What a file gave, with the tags and authors that all items share.
    fn share(
        &self,
        file: Arc<str>,
        stamp: FileStamp,
        (loaded, stamp_after): (Loaded, Option<FileStamp>),
        with_whole: bool,
    ) -> Read {
        let Loaded { item, problems } = loaded;
        let (item, whole) = match item {
            Ok(mut whole) => {
                self.labels.share(&mut whole.entry.labels);
                let entry = Arc::new(whole.entry.clone());
                (Ok(entry), with_whole.then_some(whole))
            }
            Err(salvage) => (Err(salvage), None),
        };
        Read {
            file,
            stamp,
            stamp_after,
            item,
            problems,
            whole,
        }
    }

    pub(super) fn sort_in(&mut self, read: Vec<Read>, found: &mut Found) {
        for read in read {
            let stamp = read.stamp();
            let Read {
                file, mut problems, ..
            } = read;
            if self.read_open.contains(&file) {
                problems.push(still_open(&file));
            }
            self.board.set(Where::Text, &file, problems);
            found.changed.push(Changed {
                file: Arc::clone(&file),
                stamp,
                is_parsed: true,
            });
            found.wholes.extend(read.whole.map(|whole| *whole));
            match read.item {
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
