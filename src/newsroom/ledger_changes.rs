//! The stamps that a change puts into the ledger.
//!
//! What changes the visible, by file or by clock, stamps the item and its groups, old and new; what is invisible before
//! and after stamps nothing. What is made on request takes its `Last-Modified` from these stamps (docs/http.md,
//! “Versions”).

use crate::newsroom::Newsroom;
use crate::newsroom::absent::Records;
use crate::newsroom::entry::{DayChanges, Entry, Seen, StandsOn};
use crate::newsroom::identity::Id;
use crate::newsroom::lifecycle::{Past, State};
use crate::newsroom::place::is_label_folder;
use crate::newsroom::record::{EVERYTHING, GroupRecord, ItemRecord, groups_of, label_groups_of};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The rows that changed and are to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerChanges {
    /// The items.
    pub items: BTreeSet<Id>,
    /// The groups.
    pub groups: BTreeSet<String>,
    /// The paths at which items were published and are no longer.
    pub paths: Vec<(String, Id)>,
    /// The keys of texts of which a version came or went: see [`LedgerChanges::link`].
    pub texts: BTreeSet<String>,
    /// The items that this very change has stamped.
    stamped: BTreeSet<Id>,
}

impl LedgerChanges {
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
        let past = known.map_or(Past::Unpublished, |record| record.past(now));
        let state = entry.life.state(now, past);
        let before = known.and_then(|record| record.state);
        let was_shown = before.is_some_and(State::answers);
        entry.wire = match known {
            Some(record) => record.wire,
            None if state.answers() => entry.first_wire(newsroom.site().timezone, now),
            None => entry.life.release(),
        };
        let day_changes = day_changes(known, entry, now);
        let updated = entry.updated_since(entry.wire, day_changes.seen_at, now);
        let mut seen = Seen {
            changed_at: known.map_or(0, |record| record.changed_at),
            state,
            withdrawn_at: None,
            day_changes,
        };
        if !state.has_page() {
            // A kill counts from its own moment, not from that of a hold before it.
            let known = known.filter(|record| record.state == Some(state));
            let first = known.and_then(|record| record.withdrawn_at);
            seen.withdrawn_at = Some(first.unwrap_or(now));
        }
        let is_same = |record: &ItemRecord| {
            record.state == Some(state)
                && record.hash == entry.hash
                && record.path == newsroom.path(entry)
                && record.groups == groups_of(newsroom, entry)
                && record.note.as_deref() == entry.note()
                && record.replaced_by.as_ref() == entry.replaced_by()
                && record.said_at == entry.rare.withdrawal.at
                // A correction that was dated ahead has come, or lies ahead again.
                && (record.text.is_none() || record.updated == updated)
        };
        let is_changed = (was_shown || state.answers()) && !known.is_some_and(is_same);
        if is_changed {
            seen.changed_at = now.max(seen.changed_at + 1);
        }
        if known.is_some() || is_changed {
            entry.seen = Some(seen);
        }
        let Some(known) = known else {
            if is_changed {
                self.items.insert(entry.id.clone());
                // Of what is new where there are no other languages nobody speaks.
                let is_named = newsroom.text_of(entry).is_some() && state == State::Visible;
                self.texts.extend(is_named.then(|| entry.text.to_string()));
                self.stamp_groups(newsroom, records, &[], entry);
            }
            return is_changed;
        };
        let record = ItemRecord::of(newsroom, entry);
        let record = record.as_ref();
        if record != Some(known) {
            self.items.insert(entry.id.clone());
        }
        let is_unsaid = is_changed && known.text.is_none();
        if is_unsaid || record.and_then(ItemRecord::as_version) != known.as_version() {
            let keys = record.into_iter().chain([known]);
            let keys = keys.filter_map(ItemRecord::text_key).map(str::to_owned);
            self.texts.extend(keys);
        }
        if is_changed {
            self.stamp_groups(newsroom, records, &known.groups, entry);
        }
        is_changed
    }

    /// Stamps the groups that list an item, now and before, and takes the date of a removal into their feeds'.
    fn stamp_groups(
        &mut self,
        newsroom: &Newsroom,
        records: &mut Records,
        before: &[String],
        entry: &Entry,
    ) {
        self.stamped.insert(entry.id.clone());
        let now = newsroom.now();
        let present = groups_of(newsroom, entry);
        let removed_at = match entry.state(now) {
            State::Visible => None,
            State::Expired => entry.life.expires,
            State::Canceled => Some(entry.notice_at(now)),
            State::Draft | State::Scheduled | State::Withheld => entry.withdrawn_at(),
        };
        let at = entry.changed_at();
        let is_in_feeds = entry.is_in_feeds(now);
        for name in &present {
            let is_old = records
                .groups
                .get(name)
                .is_some_and(|group| group.changed_at < now);
            let group = self.stamp_one(records, name, at);
            // Their feeds are made on request, too late to take the dates of what they show.
            if is_in_feeds && is_label_folder(name) {
                group.take_date(entry.wire, now);
                group.take_date(entry.updated(now), now);
                // Some readers look at the feed's own date, and at nothing else where that is as before.
                if is_old {
                    group.take_date(now, now);
                }
            }
        }
        for name in before {
            self.stamp_one(records, name, at);
        }
        self.stamp_one(records, EVERYTHING, at);
        if let Some(at) = removed_at.filter(|_| !entry.is_advisory) {
            // A notice may come to other tags and authors long after the withdrawal.
            let is_noticed = entry.state(now) == State::Canceled;
            let noticing = present.iter().filter(|_| is_noticed);
            for name in before.iter().chain(noticing) {
                let at = if is_label_folder(name) { now } else { at };
                records.group(name).take_date(at, now);
            }
        }
    }

    /// Stamps the row of an item whose file is gone or cannot be used.
    pub fn lose(&mut self, records: &mut Records, record: ItemRecord, now: i64) {
        let mut record = record;
        self.stamped.insert(record.id.clone());
        if record.state.is_some_and(State::answers) {
            record.changed_at = now.max(record.changed_at + 1);
            for name in &record.groups {
                self.stamp_group(records, name, record.changed_at);
                records.group(name).take_date(now, now);
            }
        }
        if record.as_version().is_some() {
            self.texts.extend(record.text_key().map(str::to_owned));
        }
        if record.state.take().is_some() {
            record.withdrawn_at = Some(now);
            self.items.insert(record.id.clone());
        }
        records.absent.insert(record);
    }

    /// Stamps a group, and that of everything, with the stamp of what changed in it: later than it was remembered, once
    /// however many of its items changed, and never earlier than theirs.
    pub fn stamp_group(&mut self, records: &mut Records, name: &str, at: i64) {
        self.stamp_one(records, name, at);
        self.stamp_one(records, EVERYTHING, at);
    }

    fn stamp_one<'r>(
        &mut self,
        records: &'r mut Records,
        name: &str,
        at: i64,
    ) -> &'r mut GroupRecord {
        let group = records.group(name);
        if self.groups.contains(name) {
            group.changed_at = group.changed_at.max(at);
        } else {
            self.groups.insert(name.to_owned());
            group.changed_at = at.max(group.changed_at + 1);
        }
        group
    }

    /// Stamps what the clock alone has made another in the feeds of an item's tags and authors: a correction that travels
    /// no longer, a notice that has ended. What nobody may see stamps nothing.
    pub fn pass(&mut self, newsroom: &Newsroom, records: &mut Records, entry: &Entry) {
        let now = newsroom.now();
        if entry.state(now).answers() && entry.seen.is_some() {
            for name in label_groups_of(newsroom, entry) {
                self.stamp_group(records, &name, now);
            }
        }
    }

    /// Stamps what names an item that came or went: the other versions of its text, and the groups with notices of what
    /// it stands in the place of.
    pub fn link(&mut self, newsroom: &mut Newsroom, records: &mut Records) {
        let notices = self.stamped.iter().flat_map(|id| newsroom.replaced_by(id));
        let names = notices.flat_map(|entry| label_groups_of(newsroom, entry));
        let names: BTreeSet<String> = names.collect();
        for name in names {
            self.stamp_group(records, &name, newsroom.now());
        }
        for key in std::mem::take(&mut self.texts) {
            let is_to_be = |entry: &&Arc<Entry>| {
                let is_seen = entry.state(newsroom.now()).has_page() && entry.seen.is_some();
                is_seen && !self.stamped.contains(&entry.id)
            };
            let others = newsroom.versions(&key).filter(is_to_be);
            let others: Vec<Id> = others.map(|entry| entry.id.clone()).collect();
            for id in others {
                if let Some(entry) = newsroom.remove(&id) {
                    let entry = self.restamp(newsroom, records, entry);
                    newsroom.insert(entry);
                }
            }
        }
    }

    fn restamp(
        &mut self,
        newsroom: &Newsroom,
        records: &mut Records,
        mut entry: Arc<Entry>,
    ) -> Arc<Entry> {
        let changing = Arc::make_mut(&mut entry);
        if let Some(seen) = &mut changing.seen {
            seen.changed_at = newsroom.now().max(seen.changed_at + 1);
        }
        for name in groups_of(newsroom, &entry) {
            self.stamp_group(records, &name, entry.changed_at());
        }
        self.items.insert(entry.id.clone());
        self.stamped.insert(entry.id.clone());
        entry
    }

    /// Takes up what a later change stamped.
    pub fn extend(&mut self, later: Self) {
        self.items.extend(later.items);
        self.groups.extend(later.groups);
        self.paths.extend(later.paths);
        self.texts.extend(later.texts);
        self.stamped.extend(later.stamped);
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.groups.is_empty() && self.paths.is_empty()
    }
}

/// The changes of a day alone that have come, with the moment at which the newest was seen. Those that an item had when it
/// was first seen published count by their days.
fn day_changes(known: Option<&ItemRecord>, entry: &Entry, now: i64) -> DayChanges {
    let come = entry.day_changes_come(now);
    let Some(known) = known else {
        return DayChanges {
            come,
            seen_at: None,
        };
    };
    let before = known.day_changes;
    if entry.basis == StandsOn::Ledger {
        return before;
    }
    // One that was dated ahead comes with its day.
    let is_new = come > before.come && known.hash != entry.hash;
    DayChanges {
        come,
        seen_at: before
            .seen_at
            .filter(|_| come > 0)
            .max(is_new.then_some(now)),
    }
}
