//! What the ledger remembers of items and groups, and the stamps that a change puts there.
//!
//! A row an item and a row a group (a section or all news of a tree, or the settings). What changes the visible, by
//! file or by clock, stamps the item and its groups, old and new; what is invisible before and after stamps nothing.
//! What is made on request takes its `Last-Modified` from these stamps (http.md R-002).

use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::lifecycle::State;
use crate::newsroom::{Clash, Newsroom};
use std::collections::{BTreeMap, HashMap};

/// The group of everything that all pages and feeds share: settings, sections and templates.
pub const SETTINGS: &str = "settings";

/// The row of one item that has been seen published. Instants are seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRecord {
    /// The permanent name.
    pub id: Id,
    /// The file that holds it, relative to the data directory.
    pub file: String,
    /// The path of its page below the base URL.
    pub path: String,
    /// Publication time on the wire, fixed when it first was seen.
    pub wire: i64,
    /// The hash of the file that was shown last.
    pub hash: [u8; 16],
    /// When what is visible of it last changed; grows with every change.
    pub changed_at: i64,
    /// What it was when it was looked at last; `None` once its file was gone or broken.
    pub state: Option<State>,
    /// When its withdrawal was first seen.
    pub withdrawn_at: Option<i64>,
    /// The groups that listed it.
    pub groups: Vec<String>,
}

/// The row of one group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupRecord {
    /// When what it shows last changed; grows with every change.
    pub changed_at: i64,
    /// The running maximum of its feed's dates (http.md R-076); `None` before there was one.
    pub latest: Option<i64>,
    /// For the settings, a hash of them.
    pub hash: Option<[u8; 16]>,
}

impl GroupRecord {
    /// Takes a date into the running maximum, unless it lies in the future.
    pub fn take_date(&mut self, at: i64, now: i64) {
        if at <= now {
            self.latest = Some(self.latest.map_or(at, |latest| latest.max(at)));
        }
    }
}

/// Everything that the ledger remembers of items and groups.
#[derive(Debug, Default)]
pub struct Records {
    /// By id.
    pub items: HashMap<Id, ItemRecord>,
    /// By name.
    pub groups: BTreeMap<String, GroupRecord>,
}

/// The rows that changed and are to be written.
#[derive(Debug, Default)]
pub struct Stamps {
    /// Rows of items.
    pub items: Vec<ItemRecord>,
    /// Rows of groups.
    pub groups: BTreeMap<String, GroupRecord>,
}

/// The names of the groups that list an item: the folders of its places, `/` and `/news/`.
pub fn groups_of(newsroom: &Newsroom, entry: &Entry) -> Vec<String> {
    newsroom
        .places_of(entry)
        .iter()
        .map(|place| crate::newsroom::place::folder(newsroom.site(), place))
        .collect()
}

/// Gives an entry what its row says: that it was seen, its wire time and its stamp.
pub fn recall(entry: &mut Entry, known: Option<&ItemRecord>) {
    if let Some(record) = known {
        entry.was_seen = true;
        entry.wire = record.wire;
        entry.changed_at = record.changed_at;
    }
}

impl Stamps {
    /// Takes loaded entries into a newsroom, and stamps what changed since the ledger saw it. Of two claimants of an id
    /// or of a path, the one that the ledger knows keeps it, else the first by file path. Returns those that found their
    /// id or path taken.
    pub fn gather(
        &mut self,
        newsroom: &mut Newsroom,
        records: &Records,
        mut entries: Vec<Entry>,
        now: i64,
    ) -> Vec<(Entry, Clash)> {
        let is_known = |entry: &Entry| {
            records
                .items
                .get(&entry.id)
                .is_some_and(|record| *record.file == *entry.file)
        };
        entries.sort_by(|a, b| (!is_known(a), &a.file).cmp(&(!is_known(b), &b.file)));
        let mut refused = Vec::new();
        for mut entry in entries {
            let known = records.items.get(&entry.id);
            recall(&mut entry, known);
            match newsroom.clash(&entry) {
                Some(clash) => refused.push((entry, clash)),
                None => {
                    let seen = self.look(newsroom, records, &entry, now);
                    newsroom.insert(seen.unwrap_or(entry));
                }
            }
        }
        refused
    }

    /// Looks at one item at `now` and stamps its row and groups if what is visible of it has changed. Returns the
    /// entry with its new stamp where it did.
    pub fn look(
        &mut self,
        newsroom: &Newsroom,
        records: &Records,
        entry: &Entry,
        now: i64,
    ) -> Option<Entry> {
        let state = entry.state(now);
        let known = records.items.get(&entry.id);
        let groups = groups_of(newsroom, entry);
        let path = newsroom.path(entry);
        match known {
            None if !state.has_page() => return None,
            None => {}
            Some(record) => {
                let same_text =
                    record.hash == entry.hash && record.path == path && record.groups == groups;
                // A correction that was dated ahead has come since the last stamp.
                let has_come = |at: &i64| *at > record.changed_at && *at <= now;
                let same_text = same_text && !entry.changes.iter().any(has_come);
                if record.state == Some(state) && (same_text || !state.has_page()) {
                    return None;
                }
            }
        }
        let changed_at = known.map_or(now, |record| now.max(record.changed_at + 1));
        let withdrawn = matches!(
            state,
            State::Withheld | State::Canceled | State::Draft | State::Scheduled
        );
        let withdrawn_at =
            withdrawn.then(|| known.and_then(|record| record.withdrawn_at).unwrap_or(now));
        let record = ItemRecord {
            id: entry.id.clone(),
            file: entry.file.to_string(),
            path,
            wire: known.map_or(entry.life.release, |record| record.wire),
            hash: entry.hash,
            changed_at,
            state: Some(state),
            withdrawn_at,
            groups,
        };
        let removed_at = match state {
            State::Visible => None,
            State::Expired => entry.life.expires,
            State::Draft | State::Scheduled | State::Withheld | State::Canceled => {
                entry.status_at.or(withdrawn_at)
            }
        };
        let before = known.map_or(&[] as &[String], |record| &record.groups);
        for name in record.groups.iter().chain(before) {
            self.stamp_group(records, name, now);
        }
        if let Some(at) = removed_at {
            for name in before {
                self.group(records, name).take_date(at, now);
            }
        }
        let seen = Entry {
            was_seen: true,
            wire: record.wire,
            changed_at,
            ..entry.clone()
        };
        self.items.push(record);
        Some(seen)
    }

    /// Stamps the rows of items whose files are gone or cannot be read.
    pub fn look_for_missing(&mut self, newsroom: &Newsroom, records: &Records, now: i64) {
        let gone = records
            .items
            .values()
            .filter(|record| newsroom.get(&record.id).is_none());
        for record in gone.filter(|record| record.state.is_some_and(|state| state != State::Draft))
        {
            for name in &record.groups {
                self.stamp_group(records, name, now);
                self.group(records, name).take_date(now, now);
            }
            let changed_at = now.max(record.changed_at + 1);
            self.items.push(ItemRecord {
                state: None,
                changed_at,
                withdrawn_at: Some(now),
                ..record.clone()
            });
        }
    }

    /// Stamps a group: later than it was remembered, and once however many of its items changed.
    pub fn stamp_group(&mut self, records: &Records, name: &str, now: i64) {
        let before = records.groups.get(name).map_or(0, |group| group.changed_at);
        self.group(records, name).changed_at = now.max(before + 1);
    }

    /// The row of a group as it is to be written.
    pub fn group(&mut self, records: &Records, name: &str) -> &mut GroupRecord {
        let known = || records.groups.get(name).cloned().unwrap_or_default();
        self.groups.entry(name.to_owned()).or_insert_with(known)
    }

    /// Takes the rows into what is remembered.
    pub fn settle(&self, records: &mut Records) {
        for record in &self.items {
            records.items.insert(record.id.clone(), record.clone());
        }
        for (name, record) in &self.groups {
            records.groups.insert(name.clone(), record.clone());
        }
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.groups.is_empty()
    }
}
