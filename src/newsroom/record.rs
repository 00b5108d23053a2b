//! What the ledger remembers of items and groups, and the stamps that a change puts there.
//!
//! A row an item and a row a group (a section or all news of a tree, or the settings). What changes the visible, by
//! file or by clock, stamps the item and its groups, old and new; what is invisible before and after stamps nothing.
//! What is made on request takes its `Last-Modified` from these stamps (http.md R-002).

use crate::newsroom::Newsroom;
use crate::newsroom::absent::Absent;
use crate::newsroom::entry::{Entry, Likeness, Seen};
use crate::newsroom::identity::Id;
use crate::newsroom::item::Status;
use crate::newsroom::lifecycle::State;
use crate::newsroom::place::folder;
use std::collections::{BTreeMap, BTreeSet};

/// The group of everything that all pages and feeds share: settings, sections and templates.
pub const SETTINGS: &str = "settings";

/// The group of everything: stamped with every other.
pub const EVERYTHING: &str = "everything";

/// The row of one item that has been seen published. Instants are seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRecord {
    /// The permanent name.
    pub id: Id,
    /// The guid that an imported item had elsewhere.
    pub id_uri: Option<String>,
    /// The file that holds it, relative to the data directory.
    pub file: String,
    /// The path of its page below the base URL.
    pub path: String,
    /// Publication time on the wire, fixed when it first was seen.
    pub wire: i64,
    /// The hash of the file that was shown last.
    pub hash: [u8; 16],
    /// What it is recognised by under another file name.
    pub likeness: Likeness,
    /// When what is visible of it last changed; grows with every change.
    pub changed_at: i64,
    /// Its last significant change on the wire.
    pub updated: i64,
    /// What it was when it was looked at last; `None` once its file was gone or broken.
    pub state: Option<State>,
    /// When its withdrawal was first seen.
    pub withdrawn_at: Option<i64>,
    /// When it was withdrawn, as its author said.
    pub said_at: Option<i64>,
    /// The public reason of a withdrawal.
    pub note: Option<String>,
    /// The item that takes the place of a withdrawn one.
    pub replaced_by: Option<Id>,
    /// Whether it is kept out of the feeds.
    pub is_advisory: bool,
    /// The groups that listed it: the folders of its places.
    pub groups: Vec<String>,
    /// The files of the media folder that it refers to.
    pub media: Vec<String>,
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

/// What is remembered and does not stand in an entry.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// When the ledger was begun: what is withdrawn now and was to be released before that counts as published.
    pub begun_at: i64,
    /// The rows of items that have no entry: their files are gone, broken or claim what another has.
    pub absent: Absent,
    /// The rows of groups by name.
    pub groups: BTreeMap<String, GroupRecord>,
}

/// The rows that changed and are to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stamps {
    /// The items.
    pub items: BTreeSet<Id>,
    /// The groups.
    pub groups: BTreeSet<String>,
    /// The paths at which items were published and are no longer.
    pub paths: Vec<(String, Id)>,
}

impl ItemRecord {
    /// The row of an item that was published, as its entry stands; `None` for what never was.
    pub fn of(newsroom: &Newsroom, entry: &Entry) -> Option<Self> {
        let seen = entry.seen?;
        Some(Self {
            id: entry.id.clone(),
            id_uri: entry.id_uri.as_deref().map(str::to_owned),
            file: entry.file.to_string(),
            path: newsroom.path(entry),
            wire: entry.wire,
            hash: entry.hash,
            likeness: entry.likeness,
            changed_at: seen.changed_at,
            updated: entry.updated(newsroom.now()),
            state: Some(seen.state),
            withdrawn_at: seen.withdrawn_at,
            said_at: entry.withdrawal.as_ref().and_then(|said| said.at),
            note: entry.note().map(str::to_owned),
            replaced_by: entry.replaced_by().cloned(),
            is_advisory: entry.is_advisory,
            groups: groups_of(newsroom, entry),
            media: entry.media.iter().map(ToString::to_string).collect(),
        })
    }

    /// Whether an item is as it was when it was looked at last, and may be seen as its file says.
    pub fn is_as_before(&self, newsroom: &Newsroom, entry: &Entry) -> bool {
        // What is withdrawn for good is so by its row, whatever its file says.
        let is_held = self.state == Some(State::Canceled) && entry.life.status != Status::Canceled;
        self.state.is_some()
            && !is_held
            && *self.file == *entry.file
            && self.hash == entry.hash
            && self.path == newsroom.path(entry)
            && self.groups == groups_of(newsroom, entry)
    }

    /// Gives an entry that is as it was what its row says.
    pub fn recall(&self, entry: &mut Entry) {
        entry.wire = self.wire;
        entry.seen = self.state.map(|state| Seen {
            changed_at: self.changed_at,
            state,
            withdrawn_at: self.withdrawn_at,
        });
    }
}

impl Records {
    /// The row of a group.
    pub fn group(&mut self, name: &str) -> &mut GroupRecord {
        self.groups.entry(name.to_owned()).or_default()
    }

    /// The stamp of a group; 0 before there was one.
    pub fn group_changed_at(&self, name: &str) -> i64 {
        self.groups.get(name).map_or(0, |group| group.changed_at)
    }
}

/// The names of the groups that list an item: the folders of its places, `/` and `/news/`.
pub fn groups_of(newsroom: &Newsroom, entry: &Entry) -> Vec<String> {
    let places = newsroom.places_of(entry);
    let folders = places.iter().map(|place| folder(newsroom.site(), place));
    folders.collect()
}

impl Stamps {
    /// Looks at one item at `now`, with what was remembered of it, and stamps its row and groups if what is visible of
    /// it has changed. Returns whether it has.
    pub fn look(
        &mut self,
        newsroom: &Newsroom,
        records: &mut Records,
        known: Option<&ItemRecord>,
        entry: &mut Entry,
    ) -> bool {
        let now = newsroom.now();
        let was_published = known.is_some() || entry.life.release() <= records.begun_at;
        let state = entry.life.state(now, was_published);
        let before = known.and_then(|record| record.state);
        let was_shown = before.is_some_and(State::answers);
        entry.wire = known.map_or(entry.life.release(), |record| record.wire);
        let mut seen = Seen {
            changed_at: known.map_or(0, |record| record.changed_at),
            state,
            withdrawn_at: None,
        };
        if !state.has_page() {
            // A kill counts from its own moment, not from that of a hold before it.
            let known = known.filter(|record| record.state == Some(state));
            let first = known.and_then(|record| record.withdrawn_at);
            seen.withdrawn_at = Some(first.unwrap_or(now));
        }
        let is_same = |record: &ItemRecord| {
            // A correction that was dated ahead has come since the last stamp.
            let has_come = |at: &i64| *at > record.changed_at && *at <= now;
            record.state == Some(state)
                && record.hash == entry.hash
                && record.path == newsroom.path(entry)
                && record.groups == groups_of(newsroom, entry)
                && record.note.as_deref() == entry.note()
                && record.replaced_by.as_ref() == entry.replaced_by()
                && record.said_at == entry.withdrawal.as_ref().and_then(|said| said.at)
                && !entry.changes.iter().any(has_come)
        };
        let is_changed = (was_shown || state.answers()) && !known.is_some_and(is_same);
        if is_changed {
            seen.changed_at = now.max(seen.changed_at + 1);
        }
        if known.is_some() || is_changed {
            entry.seen = Some(seen);
        }
        if ItemRecord::of(newsroom, entry).as_ref() != known {
            self.items.insert(entry.id.clone());
        }
        if is_changed {
            self.stamp_groups(newsroom, records, known, entry);
        }
        is_changed
    }

    /// Stamps the groups that list an item, now and before, and takes the date of a removal into their feeds'.
    fn stamp_groups(
        &mut self,
        newsroom: &Newsroom,
        records: &mut Records,
        known: Option<&ItemRecord>,
        entry: &Entry,
    ) {
        let now = newsroom.now();
        let removed_at = match entry.state(now) {
            State::Visible => None,
            State::Expired => entry.life.expires,
            State::Canceled => Some(entry.notice_at(now)),
            State::Draft | State::Scheduled | State::Withheld => entry.withdrawn_at(),
        };
        let before = known.map_or(&[] as &[String], |record| &record.groups);
        let present = groups_of(newsroom, entry);
        for name in present.iter().chain(before) {
            self.stamp_group(records, name, now);
        }
        if let Some(at) = removed_at.filter(|_| !entry.is_advisory) {
            for name in before {
                records.group(name).take_date(at, now);
            }
        }
    }

    /// Stamps the row of an item whose file is gone or cannot be used.
    pub fn lose(&mut self, records: &mut Records, record: ItemRecord, now: i64) {
        let mut record = record;
        if record.state.is_some_and(State::answers) {
            for name in &record.groups {
                self.stamp_group(records, name, now);
                records.group(name).take_date(now, now);
            }
            record.changed_at = now.max(record.changed_at + 1);
        }
        if record.state.take().is_some() {
            record.withdrawn_at = Some(now);
            self.items.insert(record.id.clone());
        }
        records.absent.insert(record);
    }

    /// Stamps a group, and the one of everything: later than it was remembered, and once however many of its items changed.
    pub fn stamp_group(&mut self, records: &mut Records, name: &str, now: i64) {
        for name in [name, EVERYTHING] {
            if self.groups.insert(name.to_owned()) {
                let group = records.group(name);
                group.changed_at = now.max(group.changed_at + 1);
            }
        }
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.groups.is_empty() && self.paths.is_empty()
    }
}

impl GroupRecord {
    /// Takes a date into the running maximum, unless it lies in the future. Returns whether that moved it.
    pub fn take_date(&mut self, at: i64, now: i64) -> bool {
        let moves = at <= now && self.latest.is_none_or(|latest| latest < at);
        if moves {
            self.latest = Some(at);
        }
        moves
    }
}
