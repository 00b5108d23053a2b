//! The editor's desk: what lies in the data directory, joined with what the ledger remembers, kept up to date. What a
//! change costs depends on what changed; a fresh desk over the same directory and ledger is the same.

pub mod aside;
pub mod board;
pub mod directory;
pub mod dirty;
pub mod found;
pub mod joining;
pub mod missing;
pub mod opening;
pub mod reading;
pub mod waiting;

use crate::newsroom::Newsroom;
use crate::newsroom::absent::Records;
use crate::newsroom::entry::{Entry, StandsOn};
use crate::newsroom::identity::Id;
use crate::newsroom::label::Labels;
use crate::newsroom::ledger_changes::LedgerChanges;
use crate::newsroom::parse::salvage::Salvage;
use crate::newsroom::reconciler::Reconciler;
use crate::newsroom::record::{ItemRecord, groups_of};
use crate::publishing::desk::aside::{Aside, Tell};
use crate::publishing::desk::board::Board;
use crate::publishing::desk::dirty::Dirty;
use crate::publishing::desk::found::Found;
use crate::publishing::desk::missing::Missing;
use crate::publishing::desk::waiting::Waiting;
use crate::source::load::{self, Whole};
use crate::source::settings::{Overrides, Settings};
use crate::source::stamp::FileStamp;
use crate::source::{DataDirectory, scan};
use crate::store::ledger::{Removal, Source};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Tells the last good version of an item (by its id) or of a settings file (by its path after a slash).
pub type LastGood<'a> = dyn Fn(&str) -> Option<Source> + 'a;

/// A file must be gone for so long before that is believed, in milliseconds: programs that save a file, and those that
/// copy a tree, take files away for a moment.
pub const GONE_AFTER_MILLISECONDS: i64 = 2_000;

/// Where the data is, and how it is looked at.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The data directory; a link is followed anew at each look.
    pub data: PathBuf,
    /// What counts more than `site.toml`.
    pub overrides: Overrides,
    /// How long a file must be gone before that is believed, in milliseconds; a start waits as long for files that are
    /// missing or changed a moment ago. 0 for a look that changes nothing.
    pub gone_after_milliseconds: i64,
}

/// The desk.
pub struct Desk {
    setting: Setting,
    directory: Arc<DataDirectory>,
    settings: Settings,
    /// The files with settings as they were read last; those that are not there are not among them.
    settings_stamps: BTreeMap<Arc<str>, FileStamp>,
    newsroom: Newsroom,
    records: Records,
    files: BTreeMap<Arc<str>, Known>,
    broken: BTreeMap<Arc<str>, Salvage>,
    /// The items of files that do not stand as they are written, as they are.
    open: BTreeMap<Arc<str>, Arc<Entry>>,
    /// Items that were never published when they came in.
    unseen: BTreeSet<Id>,
    /// Published items that stand on something else than their files.
    kept: BTreeSet<Id>,
    /// The rows, as they were, of published items that other settings have put elsewhere.
    moved: BTreeMap<Id, ItemRecord>,
    /// Files of which it is not believed yet that they are gone, or that they are whole.
    waiting: Waiting,
    /// Large files, which are read aside.
    aside: Aside,
    /// Files that were read although somebody has them open.
    read_open: BTreeSet<Arc<str>>,
    /// Published items that would be withdrawn for want of a file, if they were fewer.
    missing: Missing,
    /// The folders that could not be read at the last look.
    unreadable: Vec<String>,
    /// Where to look once there is a directory with settings again.
    postponed: Dirty,
    /// Whether there was no directory at the last look.
    is_away: bool,
    /// The links in the directory, and where they lead.
    links: BTreeMap<String, Option<PathBuf>>,
    /// The tags and authors of all items.
    labels: Labels,
    board: Board,
}

/// What is known of an item file.
#[derive(Debug, Clone)]
struct Known {
    stamp: FileStamp,
    /// The item that it gave, where that stands in the newsroom.
    id: Option<Id>,
}

/// What a look at the desk changed.
#[derive(Debug, Default)]
pub struct Changes {
    /// The rows to be written.
    pub stamps: LedgerChanges,
    /// The groups whose documents may be others.
    pub groups: BTreeSet<String>,
    /// Whether everything was looked at.
    pub looked_everywhere: bool,
    /// Whether the settings are others.
    pub has_new_settings: bool,
    /// Whether any items are, be they to be seen or not.
    pub has_new_items: bool,
    /// Whether an instant has come at which something about an item changes by the clock.
    pub has_come: bool,
    /// Whether the clock was set back.
    pub was_set_back: bool,
    /// The files of the media folder that may be others; the empty path stands for all.
    pub media: BTreeSet<String>,
    /// The whole items that were read on the way, by id.
    pub wholes: HashMap<Id, Whole>,
    /// The items whose files were read.
    pub read: Vec<Id>,
    /// What may be kept in the parsed index.
    pub parsed: Vec<(FileStamp, Arc<Entry>)>,
    /// The removals that are done.
    pub removed: Vec<Id>,
    /// The items that have lost their files and whose withdrawal waits for a confirmation, where these are others now.
    pub unconfirmed: Option<BTreeSet<Id>>,
}

impl Changes {
    /// Whether nothing is another.
    pub fn is_empty(&self) -> bool {
        !(self.has_new_settings || self.has_new_items || self.has_come || self.was_set_back)
            && self.groups.is_empty()
            && self.media.is_empty()
    }

    /// Takes up what a later look changed.
    pub fn extend(&mut self, later: Self) {
        self.stamps.extend(later.stamps);
        self.groups.extend(later.groups);
        self.has_new_settings |= later.has_new_settings;
        self.has_new_items |= later.has_new_items;
        self.has_come |= later.has_come;
        self.was_set_back |= later.was_set_back;
        self.media.extend(later.media);
        self.wholes.extend(later.wholes);
        self.read.extend(later.read);
        self.parsed.extend(later.parsed);
        self.removed.extend(later.removed);
    }
}

impl Desk {
    /// Takes in what the clock has changed, what the watch has seen, and what is to be removed.
    pub fn take(
        &mut self,
        dirty: &Dirty,
        removals: &[Removal],
        now: DateTime<Utc>,
        last_good: &LastGood<'_>,
    ) -> Changes {
        let mut taken = Changes {
            looked_everywhere: dirty.everything,
            ..Changes::default()
        };
        self.tick(now, last_good, &mut taken);
        let mut dirty = dirty.clone();
        dirty.extend(std::mem::take(&mut self.postponed));
        for file in self.waiting.due(now.timestamp_millis()) {
            dirty.add(file);
        }
        // What was said of a file that stayed open is to be said no longer once it is closed.
        let closed = self.read_open.iter().filter(|file| dirty.is_closed(file));
        let closed: Vec<_> = closed.cloned().collect();
        dirty.parse.extend(closed);
        dirty.settings |= self.has_other_folders(&dirty.items);
        if !self.is_usable(&mut dirty, now, last_good, &mut taken) {
            self.postponed = dirty;
            if !removals.is_empty() {
                let found = Found::default();
                self.join(found, Vec::new(), removals, now, last_good, &mut taken);
            }
            return taken;
        }
        taken.media.append(&mut dirty.media);
        let found = self.read_changed(&dirty, now);
        let has_found = !found.is_empty() || !self.moved.is_empty() || !removals.is_empty();
        // Other settings settle the kept items anew: their sections may have no folders.
        if has_found || taken.has_new_settings {
            self.join(found, Vec::new(), removals, now, last_good, &mut taken);
        }
        taken
    }

    /// Looks again at the items that the clock may have changed; at all of them after it was set back.
    fn tick(&mut self, time: DateTime<Utc>, last_good: &LastGood<'_>, taken: &mut Changes) {
        let now = time.timestamp();
        let before = self.newsroom.now();
        taken.was_set_back = now < before;
        if taken.was_set_back {
            let after = self.setting.gone_after_milliseconds;
            self.waiting.set_back(time.timestamp_millis(), after);
        }
        let due: Vec<Id> = if taken.was_set_back {
            let all = self.newsroom.entries();
            all.map(|entry| entry.id.clone()).collect()
        } else {
            self.newsroom.due(now).into_iter().collect()
        };
        taken.has_come = !due.is_empty();
        let due = due.iter().filter_map(|id| self.newsroom.remove(id));
        let due: Vec<Arc<Entry>> = due.collect();
        for entry in &due {
            taken.groups.extend(groups_of(&self.newsroom, entry));
        }
        let has_come = |at: &i64| now.min(before) < *at && *at <= now.max(before);
        let has_changed = |entry: &Arc<Entry>| entry.instants().any(|at| has_come(&at));
        // Who comes first may now take what nobody could see. What was published only now, since the clock was set back,
        // keeps no new text out.
        let mut open = self.open.values();
        let is_open = open.any(|entry| taken.was_set_back || has_changed(entry));
        // A correction that has come, or is ahead again, is told from the row as it was.
        let is_told = |entry: &&Arc<Entry>| is_open || entry.rare.changes.iter().any(has_come);
        let told = due.iter().filter(is_told);
        let rows = told.filter_map(|entry| ItemRecord::of(&self.newsroom, entry));
        rows.for_each(|record| self.records.absent.insert(record));
        self.newsroom.advance(now);
        for entry in &due {
            taken.stamps.pass(&self.newsroom, &mut self.records, entry);
        }
        if is_open {
            self.join_due(&due, time, last_good, taken);
        } else {
            let mut intake =
                Reconciler::new(&mut self.newsroom, &mut self.records, &mut taken.stamps);
            for entry in &due {
                self.board.set(board::Found::Date, &entry.file, Vec::new());
                intake.place(Arc::clone(entry));
            }
            intake.link();
            for problem in intake.problems {
                self.board.add(board::Found::Place, problem);
            }
            self.board
                .set_each(board::Found::Date, BTreeMap::new(), intake.dates);
            if !due.is_empty() {
                self.tell_versions();
            }
        }
        taken.groups.extend(taken.stamps.groups.iter().cloned());
    }

    /// The whole item of an entry, with the text that it was read from.
    ///
    /// # Errors
    ///
    /// When its file cannot be read or is another now.
    pub fn whole(
        &self,
        entry: &Entry,
        last_good: &LastGood<'_>,
    ) -> Result<(crate::newsroom::item::Item, String), crate::source::Error> {
        let (site, sections) = (self.newsroom.site(), self.newsroom.sections());
        let is_kept = entry.basis == StandsOn::LastGood;
        let kept = is_kept
            .then(|| last_good(entry.id.as_str()))
            .flatten()
            .and_then(|kept| {
                let parsed = load::parse(&entry.file, &kept.text, site, sections, Some(&entry.id));
                Some((parsed.item?, kept.text))
            });
        kept.map_or_else(|| self.directory.item(entry, site, sections), Ok)
    }

    /// The rows of items by id, as they are to be written.
    pub fn rows(&self, ids: &[&Id]) -> Vec<ItemRecord> {
        let row = |id: &&Id| {
            let entry = self.newsroom.get(id);
            let of_entry = entry.and_then(|entry| ItemRecord::of(&self.newsroom, entry));
            of_entry.or_else(|| self.records.absent.get(id).cloned())
        };
        ids.iter().filter_map(row).collect()
    }

    /// All items.
    pub fn newsroom(&self) -> &Newsroom {
        &self.newsroom
    }

    /// What is remembered.
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// The same, for the dates of feeds.
    pub fn records_mut(&mut self) -> &mut Records {
        &mut self.records
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The open data directory.
    pub fn directory(&self) -> &Arc<DataDirectory> {
        &self.directory
    }

    /// Where the data directory is named.
    pub fn data(&self) -> &Path {
        &self.setting.data
    }

    /// What authors should know.
    pub fn board(&mut self) -> &mut Board {
        &mut self.board
    }

    /// Writes to the log what is new on the board, each problem with its place in its file.
    pub fn log_news(&mut self) {
        self.board.log_news(&self.directory);
    }

    /// The items that stand on the last good version of their files.
    pub fn kept(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.kept.iter().filter_map(|id| self.newsroom.get(id))
    }

    /// The items that are withdrawn for want of a file, or would be if they were fewer.
    pub fn missing(&self) -> Vec<Id> {
        self.missing.items().cloned().collect()
    }

    /// Whether the path of the data directory leads elsewhere than at the last look, or somewhere again.
    pub fn is_elsewhere(&self) -> bool {
        let named = &self.setting.data;
        self.directory.is_elsewhere(named) || (self.is_away && named.exists())
    }

    /// Whether something is looked at once there is a directory with settings again.
    pub fn is_waiting(&self) -> bool {
        !self.postponed.is_empty()
    }

    /// Takes up that somebody writes to a file: it is not read before they have closed it.
    pub fn note_open(&mut self, path: &str, now: DateTime<Utc>) {
        if scan::is_read(path) {
            self.waiting.open(path, now.timestamp_millis());
        }
    }

    /// Reads large files on a thread of their own from now on. `tell` is told each file that has been read, which is then
    /// to be looked at again.
    pub fn read_aside(&mut self, tell: Arc<Tell>) {
        self.aside.start(tell);
    }

    /// Takes up that whoever wrote to a file has closed it.
    pub fn note_closed(&mut self, path: &str) {
        self.waiting.close(path);
    }

    /// The first instant ahead at which something changes by the clock alone.
    pub fn next_change(&self) -> Option<i64> {
        let now = self.newsroom.now();
        let open = self.open.values().flat_map(|entry| entry.instants());
        let open = open.filter(|at| *at > now);
        open.chain(self.newsroom.next_change()).min()
    }

    /// When the next file that waits is looked at again, in milliseconds since 1970.
    pub fn next_look(&self) -> Option<i64> {
        self.waiting.next().filter(|_| !self.is_waiting())
    }
}
