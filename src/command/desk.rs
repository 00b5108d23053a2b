//! The editor's desk: what lies in the data directory, joined with what the ledger remembers, kept up to date. What a
//! change costs depends on what changed; a fresh desk over the same directory and ledger is the same.

pub mod board;
pub mod joining;
pub mod reading;

use crate::command::Error;
use crate::command::desk::board::Board;
use crate::command::desk::reading::{Dirty, Found};
use crate::command::publisher::keeping::fingerprint;
use crate::newsroom::Newsroom;
use crate::newsroom::claim::Intake;
use crate::newsroom::entry::{Basis, Entry};
use crate::newsroom::identity::Id;
use crate::newsroom::parse::salvage::Salvage;
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::record::{ItemRecord, Records, SETTINGS, Stamps, groups_of};
use crate::page;
use crate::source::load::{self, Whole};
use crate::source::settings::{self, Overrides, Settings, Unusable};
use crate::source::stamp::Stamp;
use crate::source::{DataDirectory, content_hash, scan};
use crate::store::index::Index;
use crate::store::ledger::{Ledger, Removal, Source};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Tells the last good version of an item (by its id) or of a settings file (by its path after a slash).
pub type LastGood<'a> = dyn Fn(&str) -> Option<Source> + 'a;

/// Where the data is, and how it is looked at.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The data directory; a link is followed anew at each look.
    pub data: PathBuf,
    /// What counts more than `site.toml`.
    pub overrides: Overrides,
    /// How long a file must be gone before that is believed, in milliseconds: programs that save a file may take it
    /// away for a moment.
    pub gone_after_milliseconds: i64,
}

/// The desk.
pub struct Desk {
    setting: Setting,
    directory: Arc<DataDirectory>,
    settings: Settings,
    newsroom: Newsroom,
    records: Records,
    files: BTreeMap<Arc<str>, Known>,
    broken: BTreeMap<Arc<str>, Salvage>,
    refused: BTreeMap<Arc<str>, Arc<Entry>>,
    /// Published items that stand on something else than their files.
    kept: BTreeSet<Id>,
    /// The rows, as they were, of published items that other settings have put elsewhere.
    moved: BTreeMap<Id, ItemRecord>,
    /// Files that went a moment ago, and when that is believed, in milliseconds since 1970.
    going: BTreeMap<Arc<str>, i64>,
    unreadable: Vec<String>,
    /// Where to look once there is a directory with settings again.
    waiting: Dirty,
    /// Whether there was no directory at the last look.
    is_away: bool,
    /// The links in the directory, and where they lead.
    links: BTreeMap<String, Option<PathBuf>>,
    board: Board,
}

/// What is known of an item file.
#[derive(Debug, Clone)]
struct Known {
    stamp: Stamp,
    /// The item that it gave, where that stands in the newsroom.
    id: Option<Id>,
}

/// What a look at the desk changed.
#[derive(Debug, Default)]
pub struct Taken {
    /// The rows to be written.
    pub stamps: Stamps,
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
    /// What may be kept in the parsed index.
    pub parsed: Vec<(Stamp, Arc<Entry>)>,
    /// The removals that are done.
    pub removed: Vec<Id>,
}

impl Taken {
    /// Takes up what a later look changed.
    pub fn extend(&mut self, later: Self) {
        let Stamps {
            items,
            groups,
            paths,
        } = later.stamps;
        self.stamps.items.extend(items);
        self.stamps.groups.extend(groups);
        self.stamps.paths.extend(paths);
        self.groups.extend(later.groups);
        self.has_new_settings |= later.has_new_settings;
        self.has_new_items |= later.has_new_items;
        self.has_come |= later.has_come;
        self.was_set_back |= later.was_set_back;
        self.media.extend(later.media);
        self.wholes.extend(later.wholes);
        self.parsed.extend(later.parsed);
        self.removed.extend(later.removed);
    }
}

/// A desk that was opened.
pub struct Opened {
    /// The desk.
    pub desk: Desk,
    /// What the opening changed.
    pub taken: Taken,
    /// The parsed index, for what was parsed.
    pub index: Option<Index>,
}

/// Opens the parsed index. Without one everything is parsed, and nothing else is different.
fn open_index(state: &Path, fingerprint: &[u8; 16]) -> Option<Index> {
    Index::open(state, fingerprint)
        .map_err(|error| tracing::warn!("cannot use the parsed index: {error}"))
        .ok()
}

impl Desk {
    /// Reads a whole data directory and joins it with a ledger. The parsed index in the state directory, where there is
    /// one, gives the entries that need not be parsed.
    ///
    /// # Errors
    ///
    /// When the directory or the ledger cannot be read, or, with its problems, `site.toml` is unusable.
    pub fn open(
        setting: Setting,
        ledger: &Ledger,
        state: Option<&Path>,
        now: DateTime<Utc>,
    ) -> Result<Opened, (Vec<Problem>, Error)> {
        let plain = |error: Error| (Vec::new(), error);
        let directory = DataDirectory::open(&setting.data).map_err(|error| plain(error.into()))?;
        let last_good = |name: &str| ledger.source(name).ok().flatten();
        let mut board = Board::default();
        let settings = load_settings(&directory, &setting, None, &last_good, &mut board)
            .map_err(|_| (board.all(), Error::Site))?;
        let begun_at = ledger.begun_at().map_err(|error| plain(error.into()))?;
        let mut newsroom = Newsroom::new(
            Arc::clone(&settings.site),
            Arc::clone(&settings.sections),
            now.timestamp(),
        );
        let former = ledger.former_paths().map_err(|error| plain(error.into()))?;
        for (path, id) in former {
            newsroom.remember_path(&path, id);
        }
        let groups = ledger.groups().map_err(|error| plain(error.into()))?;
        let mut desk = Self {
            setting,
            directory: Arc::new(directory),
            newsroom,
            records: Records {
                begun_at,
                absent: BTreeMap::new(),
                groups,
            },
            files: BTreeMap::new(),
            broken: BTreeMap::new(),
            refused: BTreeMap::new(),
            kept: BTreeSet::new(),
            moved: BTreeMap::new(),
            going: BTreeMap::new(),
            unreadable: Vec::new(),
            waiting: Dirty::default(),
            is_away: false,
            links: BTreeMap::new(),
            board,
            settings,
        };
        let fingerprint = fingerprint(&desk.settings, begun_at);
        let index = state.and_then(|state| open_index(state, &fingerprint));
        let mut found = desk.read_all(index.as_ref());
        desk.recall(&mut found, ledger)
            .map_err(|error| plain(error.into()))?;
        let mut taken = Taken::default();
        desk.stamp_settings(&mut taken);
        let all: Vec<Id> = desk.records.absent.keys().cloned().collect();
        desk.join(found, all, &[], now, &last_good, &mut taken);
        Ok(Opened { desk, taken, index })
    }

    /// Gives the entries what their rows say; what they do not say stays in the records.
    fn recall(
        &mut self,
        found: &mut Found,
        ledger: &Ledger,
    ) -> Result<(), crate::store::ledger::Error> {
        let mut order: Vec<usize> = (0..found.entries.len()).collect();
        order.sort_by(|a, b| found.entries[*a].id.cmp(&found.entries[*b].id));
        let mut next = order.into_iter().peekable();
        let (newsroom, records) = (&self.newsroom, &mut self.records);
        ledger.for_each_item(|record| {
            while next
                .next_if(|at| found.entries[*at].id < record.id)
                .is_some()
            {}
            let mut is_recalled = false;
            while let Some(at) = next.next_if(|at| found.entries[*at].id == record.id) {
                let entry = Arc::make_mut(&mut found.entries[at]);
                is_recalled |= !is_recalled && record.recall(newsroom, entry);
            }
            if !is_recalled {
                records.absent.insert(record.id.clone(), record);
            }
        })
    }

    /// Takes in what the clock has changed, what the watch has seen, and what is to be removed.
    pub fn take(
        &mut self,
        dirty: &Dirty,
        removals: &[Removal],
        now: DateTime<Utc>,
        last_good: &LastGood<'_>,
    ) -> Taken {
        let mut taken = Taken {
            looked_everywhere: dirty.everything,
            ..Taken::default()
        };
        self.tick(now.timestamp(), last_good, &mut taken);
        let mut dirty = dirty.clone();
        dirty.extend(std::mem::take(&mut self.waiting));
        dirty.settings |= self.has_other_folders(&dirty.items);
        if !self.is_usable(&mut dirty, last_good, &mut taken) {
            self.waiting = dirty;
            let going = std::mem::take(&mut self.going);
            if !removals.is_empty() {
                let found = Found::default();
                self.join(found, Vec::new(), removals, now, last_good, &mut taken);
            }
            self.going = going;
            return taken;
        }
        taken.media.append(&mut dirty.media);
        let found = self.read_changed(&dirty, now.timestamp());
        let is_over = |at: &i64| *at <= now.timestamp_millis();
        let has_found = !found.is_empty() || !self.moved.is_empty() || !removals.is_empty();
        // Other settings settle the kept items anew: their sections may have no folders.
        if has_found || taken.has_new_settings || self.going.values().any(is_over) {
            self.join(found, Vec::new(), removals, now, last_good, &mut taken);
        }
        taken
    }

    /// Whether a folder that is named is a section now and was none, or is none and was one.
    fn has_other_folders(&self, paths: &BTreeSet<String>) -> bool {
        let mut folders = paths.iter().filter_map(|path| path.split('/').next());
        folders.any(|folder| {
            let is_there = self.directory.path().join(folder).is_dir();
            is_there != self.settings.sections.contains_key(folder)
        })
    }

    /// Looks again at the items that the clock may have changed; at all of them after it was set back.
    fn tick(&mut self, now: i64, last_good: &LastGood<'_>, taken: &mut Taken) {
        let before = self.newsroom.now();
        taken.was_set_back = now < self.newsroom.now();
        let due: Vec<Id> = if taken.was_set_back {
            let all = self.newsroom.entries();
            all.map(|entry| entry.id.clone()).collect()
        } else {
            self.newsroom.due(now).into_iter().collect()
        };
        taken.has_come = !due.is_empty();
        self.newsroom.advance(now);
        let due = due.iter().filter_map(|id| self.newsroom.remove(id));
        let due: Vec<Arc<Entry>> = due.collect();
        for entry in &due {
            taken.groups.extend(groups_of(&self.newsroom, entry));
        }
        let has_come = |entry: &Arc<Entry>| {
            let mut instants = entry.instants();
            now < before || instants.any(|at| before < at && at <= now)
        };
        let problems = if self.refused.values().any(has_come) {
            self.join_refused(due, last_good, taken)
        } else {
            let mut intake = Intake::new(&mut self.newsroom, &mut self.records, &mut taken.stamps);
            due.into_iter().for_each(|entry| intake.place(entry));
            intake.problems
        };
        for problem in problems {
            self.board.add(board::Found::Place, problem);
        }
        taken.groups.extend(taken.stamps.groups.iter().cloned());
    }

    /// Whether there is a directory, with settings. Where there is none nothing is believed of its files, and where to
    /// look is kept for later.
    fn is_usable(
        &mut self,
        dirty: &mut Dirty,
        last_good: &LastGood<'_>,
        taken: &mut Taken,
    ) -> bool {
        self.is_away = !self.setting.data.exists();
        if self.is_away {
            dirty.extend(Dirty::everything());
        }
        (!dirty.everything || self.reopen())
            && (!dirty.settings || self.reload(dirty, last_good, taken).is_ok())
    }

    /// Opens the directory anew where its path leads elsewhere now. Returns whether there is one.
    fn reopen(&mut self) -> bool {
        if !self.is_away && !self.directory.is_elsewhere(&self.setting.data) {
            return true;
        }
        match DataDirectory::open(&self.setting.data) {
            Ok(directory) => self.directory = Arc::new(directory),
            Err(error) => {
                let problem = Problem::of_file(Severity::Error, ".", error.to_string());
                self.board.set_settings(vec![problem]);
                return false;
            }
        }
        true
    }

    /// Reads the settings again, and marks what must be parsed again under them.
    fn reload(
        &mut self,
        dirty: &mut Dirty,
        last_good: &LastGood<'_>,
        taken: &mut Taken,
    ) -> Result<(), Unusable> {
        let before = &self.settings;
        let new = load_settings(
            &self.directory,
            &self.setting,
            Some(before),
            last_good,
            &mut self.board,
        )?;
        let has_changed = (&new.site, &new.sections) != (&before.site, &before.sections);
        if has_changed {
            let before = std::mem::replace(&mut self.settings, new);
            reading::mark(dirty, &before, &self.settings, &self.newsroom);
            let newsroom = self.newsroom.under(
                Arc::clone(&self.settings.site),
                Arc::clone(&self.settings.sections),
            );
            self.moved = reading::moved(dirty, &self.newsroom, &newsroom);
            self.newsroom = newsroom;
            self.stamp_settings(taken);
            taken.has_new_settings = true;
        } else {
            self.settings.texts = new.texts;
        }
        Ok(())
    }

    /// Stamps the group that all pages share when the settings or the templates are others than before.
    fn stamp_settings(&mut self, taken: &mut Taken) {
        // The derived text of the settings is the same on every machine: they hold lists and sorted maps alone.
        let settings = format!(
            "{:?} {:?} {}",
            self.settings.site,
            self.settings.sections,
            page::fingerprint()
        );
        let hash = Some(content_hash(&settings));
        if self.records.group(SETTINGS).hash != hash {
            self.records.group(SETTINGS).hash = hash;
            let now = self.newsroom.now();
            taken.stamps.stamp_group(&mut self.records, SETTINGS, now);
        }
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
        let is_kept = entry.basis == Basis::LastGood;
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
    pub fn rows<'i>(&self, ids: impl Iterator<Item = &'i Id>) -> Vec<ItemRecord> {
        let row = |id: &Id| {
            let entry = self.newsroom.get(id);
            let of_entry = entry.and_then(|entry| ItemRecord::of(&self.newsroom, entry));
            of_entry.or_else(|| self.records.absent.get(id).cloned())
        };
        ids.filter_map(row).collect()
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

    /// The items that stand on the last good version of their files.
    pub fn kept(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.kept.iter().filter_map(|id| self.newsroom.get(id))
    }

    /// Whether the path of the data directory leads elsewhere than at the last look, or somewhere again.
    pub fn is_elsewhere(&self) -> bool {
        let named = &self.setting.data;
        self.directory.is_elsewhere(named) || (self.is_away && named.exists())
    }

    /// Whether something is looked at once there is a directory with settings again.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The first instant ahead at which something changes by the clock alone.
    pub fn next_change(&self) -> Option<i64> {
        let now = self.newsroom.now();
        let refused = self.refused.values().flat_map(|entry| entry.instants());
        let refused = refused.filter(|at| *at > now);
        refused.chain(self.newsroom.next_change()).min()
    }

    /// When the next file that went is believed to be gone, in milliseconds since 1970.
    pub fn next_gone(&self) -> Option<i64> {
        let going = self.going.values().min().copied();
        going.filter(|_| !self.is_waiting())
    }
}

/// Reads the settings, with the last good texts in memory before those of the ledger.
fn load_settings(
    directory: &DataDirectory,
    setting: &Setting,
    before: Option<&Settings>,
    last_good: &LastGood<'_>,
    board: &mut Board,
) -> Result<Settings, Unusable> {
    let mut problems = Vec::new();
    let text = |file: &str| {
        let in_force = before.and_then(|settings| settings.texts.get(file).cloned());
        in_force.or_else(|| last_good(&format!("/{file}")).map(|source| source.text))
    };
    let loaded = match scan::folders(directory) {
        Ok(folders) => settings::load(
            directory,
            &folders,
            &setting.overrides,
            &text,
            &mut problems,
        ),
        Err(error) => {
            let message = format!("the data directory cannot be read: {error}");
            problems.push(Problem::of_file(Severity::Error, ".", message));
            Err(Unusable::Missing)
        }
    };
    board.set_settings(problems);
    loaded
}
