//! The first look: everything is read, and joined with what the ledger remembers.

use super::aside::Aside;
use super::board::Board;
use super::directory::{Past, load_settings};
use super::dirty::Dirty;
use super::missing::Missing;
use super::reading::READ_AT_ONCE;
use super::waiting::{self, Verdict, Waiting};
use super::{Changes, Desk, Setting};
use crate::clock::Clock;
use crate::edition::record::HOLD_SECONDS_MAX;
use crate::newsroom::Newsroom;
use crate::newsroom::absence;
use crate::newsroom::absent::{Absent, Records};
use crate::newsroom::identity::Id;
use crate::newsroom::label::Labels;
use crate::newsroom::lifecycle::State;
use crate::newsroom::problem::Problem;
use crate::publishing::Error;
use crate::publishing::desk::found::{Changed, Found};
use crate::source::settings::fingerprint;
use crate::source::stamp::FileStamp;
use crate::source::{DataDirectory, scan};
use crate::store::index::Index;
use crate::store::ledger::Ledger;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

/// A desk that was opened.
pub struct Opened {
    /// The desk.
    pub desk: Desk,
    /// What the opening changed.
    pub taken: Changes,
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
        clock: &Clock,
    ) -> Result<Opened, (Vec<Problem>, Error)> {
        let plain = |error: Error| (Vec::new(), error);
        let directory = DataDirectory::open(&setting.data).map_err(|error| plain(error.into()))?;
        let last_good = |name: &str| ledger.source(name).ok().flatten();
        let mut board = Board::default();
        let past = Past {
            settings: None,
            away: &BTreeSet::new(),
            written: &BTreeSet::new(),
            has_published: ledger.has_items().map_err(|error| plain(error.into()))?,
        };
        wait_for_settings(&directory, &setting, clock);
        let settings_stamps = settings_stamps(&directory);
        let settings = load_settings(&directory, &setting, &past, &last_good, &mut board)
            .map_err(|_| (board.all(), Error::Site))?;
        let now = clock.now();
        let mut newsroom = Newsroom::new(
            Arc::clone(&settings.site),
            Arc::clone(&settings.sections),
            now.timestamp(),
        );
        let former = ledger.former_paths().map_err(|error| plain(error.into()))?;
        for (path, id) in former {
            newsroom.remember_path(&path, id);
        }
        let unconfirmed = ledger.unconfirmed().map_err(|error| plain(error.into()))?;
        let groups = ledger.groups().map_err(|error| plain(error.into()))?;
        let mut desk = Self {
            setting,
            directory: Arc::new(directory),
            newsroom,
            records: Records {
                absent: Absent::default(),
                groups,
            },
            files: BTreeMap::new(),
            broken: BTreeMap::new(),
            open: BTreeMap::new(),
            unseen: BTreeSet::new(),
            kept: BTreeSet::new(),
            moved: BTreeMap::new(),
            waiting: Waiting::default(),
            aside: Aside::default(),
            read_open: BTreeSet::new(),
            missing: Missing::waiting_for(unconfirmed),
            unreadable: Vec::new(),
            postponed: Dirty::default(),
            settings_stamps,
            is_away: false,
            links: BTreeMap::new(),
            labels: Labels::default(),
            board,
            settings,
        };
        let fingerprint = fingerprint(&desk.settings);
        let (mut found, index) = desk.read_all(state, &fingerprint, now);
        if past.has_published {
            desk.recall(&mut found, ledger)
                .map_err(|error| plain(error.into()))?;
        }
        let now = desk.look_twice(&mut found, ledger, clock, now);
        let now = desk.wait_for_next_second(clock, now);
        desk.newsroom.advance(now.timestamp());
        let mut taken = Changes::default();
        let looked_at = desk.records.looked_at();
        desk.stamp_settings(&mut taken);
        let all = desk.records.absent.rows();
        let all: Vec<Id> = all.map(|record| record.id.clone()).collect();
        desk.join(found, all, &[], now, &last_good, &mut taken);
        desk.tell_gone();
        if let Some(looked_at) = looked_at {
            desk.catch_up(looked_at, &mut taken);
        }
        Ok(Opened { desk, taken, index })
    }

    /// Looks once more at the files that changed a moment ago, and for those of published items that are not there, as
    /// long after the first look as a file must be gone: a start may fall into a save or a deployment. Returns the
    /// instant after that.
    fn look_twice(
        &mut self,
        found: &mut Found,
        ledger: &Ledger,
        clock: &Clock,
        began: DateTime<Utc>,
    ) -> DateTime<Utc> {
        let patience = self.setting.gone_after_milliseconds;
        if patience == 0 || (self.waiting.next().is_none() && !self.lacks_files(found, ledger)) {
            return clock.now();
        }
        clock.wait_until_milliseconds(began.timestamp_millis() + patience);
        let now = clock.now();
        let mut listing = scan::scan(&self.directory, "", &|_, _| false);
        let items = std::mem::take(&mut listing.items);
        self.take_listing("", listing);
        let read = found
            .changed
            .iter()
            .map(|changed| Arc::clone(&changed.file));
        let read: HashSet<Arc<str>> = read.collect();
        let mut whole = Vec::new();
        for (file, stamp) in items {
            let is_new = !read.contains(&file);
            let nothing = Dirty::default();
            if is_new
                && self.judge(&file, stamp, &nothing, now.timestamp_millis()) != Verdict::Later
            {
                whole.push((file, stamp));
            }
        }
        let mut read = self.read(&whole, false);
        read.retain(|read| self.is_whole(read, now));
        self.sort_in(read, found);
        now
    }

    /// A start in the second of the last publication waits for the next one: what it changes would have the same date. A
    /// clock that was set back by more than a moment holds nothing back. Returns the instant after that.
    fn wait_for_next_second(&self, clock: &Clock, now: DateTime<Utc>) -> DateTime<Utc> {
        let ahead = |at: &i64| (0..=HOLD_SECONDS_MAX).contains(&(at - now.timestamp()));
        let Some(published_at) = self.records.looked_at().filter(ahead) else {
            return now;
        };
        clock.wait_until(published_at + 1);
        clock.now()
    }

    /// Whether published items have no files that would be withdrawn for that, or of which there is no copy.
    fn lacks_files(&self, found: &Found, ledger: &Ledger) -> bool {
        let mut rows = self
            .records
            .absent
            .rows()
            .filter(|row| row.state.is_some_and(State::has_page))
            .peekable();
        if rows.peek().is_none() {
            return false;
        }
        let there: HashSet<&str> = found.changed.iter().map(|changed| &*changed.file).collect();
        let copies = ledger.kept_sources().unwrap_or_default();
        rows.any(|row| {
            let is_missing = !there.contains(row.file.as_str());
            is_missing
                && (absence::is_canceled_when_missing(&self.newsroom, row)
                    || !copies.contains_key(row.id.as_str()))
        })
    }

    /// Stamps what the clock has changed since somebody looked last.
    fn catch_up(&mut self, looked_at: i64, taken: &mut Changes) {
        let newsroom = &self.newsroom;
        let changed = newsroom.entries();
        for entry in changed.filter(|entry| newsroom.has_changed_since(entry, looked_at)) {
            taken.stamps.pass(newsroom, &mut self.records, entry);
        }
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
                if !is_recalled && record.is_as_before(newsroom, entry) {
                    record.recall(entry);
                    is_recalled = true;
                }
            }
            if !is_recalled {
                records.absent.insert(record);
            }
        })
    }

    /// Reads everything, but for what the index knows. One that cannot be read is begun anew.
    fn read_all(
        &mut self,
        state: Option<&Path>,
        fingerprint: &[u8; 16],
        now: DateTime<Utc>,
    ) -> (Found, Option<Index>) {
        let mut listing = scan::scan(&self.directory, "", &|_, _| false);
        let mut items = std::mem::take(&mut listing.items);
        self.take_listing("", listing);
        if self.setting.gone_after_milliseconds > 0 {
            let now = now.timestamp_millis();
            items.retain(|(file, stamp)| self.waiting.judge(file, *stamp, now) != Verdict::Later);
        }
        let (sections, labels) = (&self.settings.sections, &self.labels);
        let mut index = state.and_then(|state| open_index(state, fingerprint));
        let known = match index
            .as_ref()
            .map(|index| index.entries(&items, sections, labels))
        {
            Some(Err(error)) => {
                tracing::warn!("the parsed index is damaged and begun anew: {error}");
                let damaged = index.take().zip(state);
                index =
                    damaged.and_then(|(index, state)| index.begun_anew(state, fingerprint).ok());
                None
            }
            Some(Ok(known)) => Some(known),
            None => None,
        };
        let mut found = Found {
            entries: Vec::with_capacity(items.len()),
            changed: Vec::with_capacity(items.len()),
            ..Found::default()
        };
        let mut unknown = items;
        if let Some(known) = known {
            let mut known = known.into_iter();
            unknown.retain(|(file, stamp)| match known.next().flatten() {
                Some(entry) => {
                    found.entries.push(entry);
                    found.changed.push(Changed {
                        file: Arc::clone(file),
                        stamp: *stamp,
                        is_parsed: false,
                    });
                    false
                }
                None => true,
            });
        }
        // In parts: what a file gives takes more room on the way than at its place.
        for part in unknown.chunks(READ_AT_ONCE) {
            let mut read = self.read(part, false);
            if self.setting.gone_after_milliseconds > 0 {
                read.retain(|read| self.is_whole(read, now));
            }
            self.sort_in(read, &mut found);
        }
        (found, index)
    }
}

/// Waits, as long as a file must be gone, until no file with settings has changed a moment ago.
fn wait_for_settings(directory: &DataDirectory, setting: &Setting, clock: &Clock) {
    let patience = setting.gone_after_milliseconds;
    let now = clock.now().timestamp_millis();
    let files = scan::settings_files(directory);
    let stamps = files.iter().filter_map(|file| directory.stamp(file));
    let young = stamps.filter(|stamp| waiting::is_young(*stamp, now));
    if young.count() > 0 {
        clock.wait_until_milliseconds(now + patience);
    }
}

/// The stamps of the files with settings that are there.
fn settings_stamps(directory: &DataDirectory) -> BTreeMap<Arc<str>, FileStamp> {
    let files = scan::settings_files(directory).into_iter();
    let stamps = files.filter_map(|file| Some((Arc::from(&*file), directory.stamp(&file)?)));
    stamps.collect()
}
