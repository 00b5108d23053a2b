//! The first look: everything is read, and joined with what the ledger remembers.

use super::board::Board;
use super::directory::{Past, load_settings};
use super::reading::{Changed, Found, READ_AT_ONCE};
use super::{Desk, Setting, Taken};
use crate::command::Error;
use crate::command::publisher::keeping::fingerprint;
use crate::newsroom::Newsroom;
use crate::newsroom::absent::Absent;
use crate::newsroom::identity::Id;
use crate::newsroom::label::Labels;
use crate::newsroom::problem::Problem;
use crate::newsroom::record::Records;
use crate::source::{DataDirectory, scan};
use crate::store::index::Index;
use crate::store::ledger::Ledger;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

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
        let past = Past {
            settings: None,
            has_published: ledger.has_items().map_err(|error| plain(error.into()))?,
        };
        let settings = load_settings(&directory, &setting, &past, &last_good, &mut board)
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
                absent: Absent::default(),
                groups,
            },
            files: BTreeMap::new(),
            broken: BTreeMap::new(),
            open: BTreeMap::new(),
            unseen: BTreeSet::new(),
            kept: BTreeSet::new(),
            moved: BTreeMap::new(),
            going: BTreeMap::new(),
            unreadable: Vec::new(),
            waiting: super::reading::Dirty::default(),
            is_away: false,
            links: BTreeMap::new(),
            labels: Labels::default(),
            board,
            settings,
        };
        let fingerprint = fingerprint(&desk.settings, begun_at);
        let (mut found, index) = desk.read_all(state, &fingerprint);
        if past.has_published {
            desk.recall(&mut found, ledger)
                .map_err(|error| plain(error.into()))?;
        }
        let mut taken = Taken::default();
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

    /// Stamps what the clock has changed since somebody looked last.
    fn catch_up(&mut self, looked_at: i64, taken: &mut Taken) {
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
    fn read_all(&mut self, state: Option<&Path>, fingerprint: &[u8; 16]) -> (Found, Option<Index>) {
        let mut listing = scan::scan(&self.directory, "", &|_, _| false);
        let items = std::mem::take(&mut listing.items);
        self.take_listing("", listing);
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
            let read = self.read(part, false);
            self.sort_in(read, &mut found);
        }
        (found, index)
    }
}
