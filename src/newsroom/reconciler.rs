//! Who is who: which of the items that files hold may have which id and address, by what was published before.
//!
//! An id never changes and is never used for another item. So a file under a new name keeps the id of the item that it
//! holds, an id that an author changed stays as it was published, and of several that claim one id or address the one
//! that the ledger knows keeps it, else the one that can be read, else the first by file path. A published item that
//! finds another at the address where it wants to go stays where it was.

mod messages;
mod settling;

use crate::newsroom::absence::Absence;
use crate::newsroom::absent::Records;
use crate::newsroom::entry::{Entry, StandsOn};
use crate::newsroom::identity::Id;
use crate::newsroom::item::Status;
use crate::newsroom::ledger_changes::LedgerChanges;
use crate::newsroom::lifecycle::{Past, State};
use crate::newsroom::parse::name::Name;
use crate::newsroom::parse::salvage::Salvage;
use crate::newsroom::problem::Problem;
use crate::newsroom::rare_fields::Withdrawal;
use crate::newsroom::recognise::{Unread, recognise};
use crate::newsroom::record::ItemRecord;
use crate::newsroom::{Clash, Newsroom};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Changed items on their way into a newsroom.
pub struct Reconciler<'a> {
    /// Where they go.
    pub newsroom: &'a mut Newsroom,
    /// What is remembered of items that are not there.
    pub records: &'a mut Records,
    /// The rows that change.
    pub stamps: &'a mut LedgerChanges,
    /// What authors should know.
    pub problems: Vec<Problem>,
    /// What they should know of the dates of published items.
    pub dates: Vec<Problem>,
    /// The items of files that do not stand as they are written, as they are: another id or a withdrawal is held
    /// against them, or what they claim is another's.
    pub open: BTreeMap<Arc<str>, Arc<Entry>>,
    /// What is to be withdrawn whatever files say, with what is said of it.
    pub removals: BTreeMap<Id, Withdrawal>,
    /// The items that were put into the newsroom and into all lists.
    pub placed: Vec<Arc<Entry>>,
    /// Published items that stand on something else than their file.
    pub kept: BTreeSet<Id>,
    /// What is said of these once it is clear whether they stand.
    pub(super) awaited: Vec<Awaited>,
    /// Files whose items have been found under other names.
    pub renamed: Vec<String>,
    /// What was placed and is in no list yet.
    unlisted: Vec<Arc<Entry>>,
}

/// What is said of an item that may be kept.
pub(super) struct Awaited {
    /// The item.
    pub(super) id: Id,
    /// If it is.
    pub(super) kept: Option<Problem>,
    /// If it is not.
    pub(super) lost: Option<Problem>,
}

/// An entry that wants to stand in the newsroom.
pub struct Candidate {
    /// The entry, under the id that it will have.
    pub entry: Arc<Entry>,
    /// Whether it is an item that was published before.
    pub is_known: bool,
}

/// Gives the last good version of an item, where one is kept.
pub type LastGood<'a> = dyn Fn(&ItemRecord) -> Option<Entry> + 'a;

impl<'a> Reconciler<'a> {
    /// A reconciler of nothing yet.
    pub fn new(
        newsroom: &'a mut Newsroom,
        records: &'a mut Records,
        stamps: &'a mut LedgerChanges,
    ) -> Self {
        Self {
            newsroom,
            records,
            stamps,
            problems: Vec::new(),
            dates: Vec::new(),
            open: BTreeMap::new(),
            removals: BTreeMap::new(),
            placed: Vec::new(),
            kept: BTreeSet::new(),
            awaited: Vec::new(),
            renamed: Vec::new(),
            unlisted: Vec::new(),
        }
    }

    /// Takes in the entries of all files that there are, none of which is broken.
    pub fn take(&mut self, entries: Vec<Arc<Entry>>) {
        let claims = self.identify(entries, Unread::NONE);
        self.place_all(claims, &|_| None);
        self.link();
    }

    /// Lets all lists show what was placed, and the pages and feeds that name other versions of a text follow what
    /// changed of these.
    pub fn link(&mut self) {
        self.newsroom.list(&self.unlisted);
        self.placed.append(&mut self.unlisted);
        self.stamps.link(self.newsroom, self.records);
    }

    /// Gives every entry the id under which it was published.
    pub fn identify(&mut self, mut entries: Vec<Arc<Entry>>, unread: Unread<'_>) -> Vec<Candidate> {
        entries.iter_mut().for_each(|entry| self.recall(entry));
        let (known, mut unsure): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|entry| entry.seen.is_some());
        unsure.sort_by(|a, b| a.file.cmp(&b.file));
        let found = recognise(self.newsroom, &unsure, &self.records.absent, unread);
        let known = known.into_iter().map(|entry| Candidate {
            entry,
            is_known: true,
        });
        let mut claims: Vec<Candidate> = known.collect();
        for (entry, id) in unsure.into_iter().zip(found) {
            claims.push(Candidate {
                is_known: id.is_some(),
                entry: match id {
                    Some(id) => self.call(entry, id),
                    None => entry,
                },
            });
        }
        claims
    }

    /// Gives an entry what its row says, where the item is as it was when it was looked at last.
    fn recall(&mut self, entry: &mut Arc<Entry>) {
        let absent = &mut self.records.absent;
        if entry.seen.is_none()
            && let Some(record) = absent.get(&entry.id)
            && record.is_as_before(self.newsroom, entry)
        {
            record.recall(Arc::make_mut(entry));
            absent.remove(&entry.id);
        }
    }

    /// Calls an entry by the id of the published item that it holds.
    fn call(&mut self, mut entry: Arc<Entry>, id: Id) -> Arc<Entry> {
        let record = self.records.absent.get(&id);
        let moved = record.filter(|record| *record.file != *entry.file);
        self.renamed.extend(moved.map(|record| record.file.clone()));
        if id != entry.id {
            self.problems.push(if entry.has_own_id {
                messages::changed_id(&entry, &id)
            } else {
                messages::named_otherwise(&entry, &id)
            });
            self.open
                .insert(Arc::clone(&entry.file), Arc::clone(&entry));
            Arc::make_mut(&mut entry).id = id;
        }
        entry
    }

    /// Places entries: of those that claim the same, who comes first has it. `last_good` tells what a published item
    /// falls back to that finds what it claims taken.
    pub fn place_all(&mut self, claims: Vec<Candidate>, last_good: &LastGood<'_>) {
        let mut pool = self.with_rivals(claims);
        let mut refused = Vec::new();
        pool.sort_unstable_by(|a, b| a.entry.file.cmp(&b.entry.file));
        pool.sort_by_cached_key(|claim| self.rank(claim));
        for claim in pool {
            let owner = self.owner_of_id(&claim);
            let is_new = !claim.is_known && claim.entry.basis == StandsOn::File;
            if let Some(file) = owner {
                self.problems
                    .push(messages::used_again(&claim.entry, &file));
                self.leave_open(&claim.entry);
                continue;
            }
            if is_new && self.is_in_unlisted_language(&claim.entry) {
                // Its file's own problem says so.
                self.leave_open(&claim.entry);
                continue;
            }
            match self.newsroom.clash(&claim.entry) {
                None if self.is_embargoed_anew(&claim) => {
                    let copy = self.copy_of(&claim.entry, last_good);
                    if copy.is_some() && self.stand_on(copy, &claim, &Absence::PutOff) {
                        self.problems
                            .push(messages::embargoed_anew(&claim.entry, true));
                        self.leave_open(&claim.entry);
                    } else {
                        self.place(claim.entry);
                    }
                }
                None => self.place(claim.entry),
                // What is told of a new item depends on who stands in the end.
                Some(clash) if is_new => {
                    self.leave_open(&claim.entry);
                    refused.push((claim.entry, clash));
                }
                Some(clash) => self.refuse(&claim, &clash, last_good),
            }
        }
        for (entry, clash) in refused {
            let clash = self.newsroom.clash(&entry).unwrap_or(clash);
            self.problems
                .push(messages::clash(self.newsroom, &entry, &clash));
        }
        for Awaited { id, kept, lost } in std::mem::take(&mut self.awaited) {
            let entry = self.newsroom.get(&id);
            let is_kept = entry.is_some_and(|entry| entry.basis != StandsOn::File);
            self.problems.extend(if is_kept { kept } else { lost });
        }
    }

    /// Whether a file's name says a language that the publication does not list.
    fn is_in_unlisted_language(&self, entry: &Entry) -> bool {
        Name::of(&entry.file, self.newsroom.site())
            .unlisted
            .is_some()
    }

    /// Whether a published item has a new text that is under an embargo. What readers have of it stays until that ends.
    fn is_embargoed_anew(&self, claim: &Candidate) -> bool {
        let (entry, now) = (&claim.entry, self.newsroom.now());
        let past = self
            .records
            .absent
            .get(&entry.id)
            .map(|record| record.past(now));
        entry.basis == StandsOn::File
            && entry.life.status == Status::Usable
            && entry.life.is_embargoed(now)
            && !entry.life.is_previewed
            && !self.removals.contains_key(&entry.id)
            && past.unwrap_or(entry.past(now)) == Past::Shown
    }

    /// Who comes first: what was published before what was not, what stays where it is before what moves, what has a file
    /// before what has none, and what can be read before what cannot. What is withdrawn for good comes before others that
    /// move, and after those that stay: they have taken its place. Of what was lost nothing stands, not even at its former
    /// address.
    fn rank(&self, claim: &Candidate) -> [bool; 5] {
        let entry = &claim.entry;
        let now = self.newsroom.now();
        let record = self.records.absent.get(&entry.id);
        let past = record.map_or(entry.past(now), |record| record.past(now));
        let state = entry.life.state(now, past);
        let stands = record.is_none_or(|record| {
            record.state.is_some() && record.path == self.newsroom.path(entry)
        });
        let is_withdrawn = record.is_some_and(|record| record.state == Some(State::Canceled));
        let has_file = entry.basis == StandsOn::File;
        [
            !claim.is_known,
            !stands,
            is_withdrawn == stands,
            !has_file,
            !state.answers(),
        ]
    }

    /// The file of the published item whose id a new item would use again.
    fn owner_of_id(&self, claim: &Candidate) -> Option<String> {
        if claim.is_known {
            return None;
        }
        let id = &claim.entry.id;
        let kept = self
            .newsroom
            .get(id)
            .filter(|entry| entry.basis != StandsOn::File);
        let kept = kept.map(|entry| entry.file.to_string());
        kept.or_else(|| {
            self.records
                .absent
                .get(id)
                .map(|record| record.file.clone())
        })
    }

    /// The claims with all those of the newsroom that claim the same, or what these had, which are taken out of it.
    fn with_rivals(&mut self, claims: Vec<Candidate>) -> Vec<Candidate> {
        if self.newsroom.is_empty() {
            return claims;
        }
        let mut pool = Vec::with_capacity(claims.len());
        let mut queue = claims;
        while let Some(claim) = queue.pop() {
            while let Some(rival) = self.rival(&claim.entry) {
                let entry = self.newsroom.remove(&rival);
                queue.extend(entry.map(|entry| Candidate {
                    is_known: entry.seen.is_some(),
                    entry,
                }));
            }
            pool.push(claim);
        }
        pool
    }

    fn rival(&self, entry: &Entry) -> Option<Id> {
        let clash = self.newsroom.clash(entry);
        let record = self.records.absent.get(&entry.id);
        let at_home = || self.newsroom.at_path(&record?.path);
        let rival = clash.as_ref().map(Clash::other).or_else(at_home);
        rival.map(|rival| rival.id.clone())
    }

    /// Puts an entry that clashes with no other into the newsroom, and stamps what that changes. Lists show it with
    /// [`Reconciler::link`].
    pub fn place(&mut self, mut entry: Arc<Entry>) {
        let absent = self.records.absent.remove(&entry.id);
        let is_as_before = |entry: &Entry| {
            let now = self.newsroom.now();
            entry.seen.is_some_and(|seen| {
                let has_come = |at: &i64| *at > seen.changed_at && *at <= now;
                seen.state == entry.state(now) && !entry.rare.changes.iter().any(has_come)
            })
        };
        if entry.basis != StandsOn::File {
            self.kept.insert(entry.id.clone());
        }
        let removal = self.removals.get(&entry.id).cloned();
        let removal = removal.filter(|_| absent.is_some() || entry.seen.is_some());
        if absent.is_none() && removal.is_none() && is_as_before(&entry) {
            self.note_moved_date(&entry);
            self.take_in(entry);
            return;
        }
        let known = absent.or_else(|| ItemRecord::of(self.newsroom, &entry));
        // What is withdrawn already stays as it was withdrawn.
        let is_withdrawn = known
            .as_ref()
            .is_some_and(|record| record.state == Some(State::Canceled));
        if let Some(removal) = removal.filter(|_| !is_withdrawn) {
            self.hold_withdrawn(&mut entry, removal);
        }
        if let Some(record) = &known {
            self.hold_to_the_end(record, &mut entry);
            let path = self.newsroom.path(&entry);
            if record.path != path {
                self.newsroom.remember_path(&record.path, entry.id.clone());
                self.stamps
                    .paths
                    .push((record.path.clone(), entry.id.clone()));
            }
        }
        let changing = Arc::make_mut(&mut entry);
        self.stamps
            .look(self.newsroom, self.records, known.as_ref(), changing);
        self.note_moved_date(&entry);
        self.take_in(entry);
    }

    fn take_in(&mut self, entry: Arc<Entry>) {
        self.newsroom.index(&entry);
        self.unlisted.push(entry);
    }

    /// What is withdrawn stays so, whatever its file says later.
    fn hold_to_the_end(&mut self, record: &ItemRecord, entry: &mut Arc<Entry>) {
        if record.state == Some(State::Canceled) {
            let withdrawal = Withdrawal {
                at: record.said_at,
                note: record.note.clone(),
                replaced_by: record.replaced_by.clone(),
            };
            self.hold_withdrawn(entry, withdrawal);
        }
    }

    /// Withdraws an item, and says so where its file says something else.
    fn hold_withdrawn(&mut self, entry: &mut Arc<Entry>, withdrawal: Withdrawal) {
        if entry.life.status == Status::Canceled {
            return;
        }
        if entry.basis == StandsOn::File {
            self.problems.push(messages::withdrawn(entry));
            self.leave_open(entry);
        }
        let changing = Arc::make_mut(entry);
        changing.life.status = Status::Canceled;
        changing.rare = changing.rare.withdrawn(withdrawal);
    }

    fn note_moved_date(&mut self, entry: &Entry) {
        let is_published = entry.seen.is_some() && entry.basis == StandsOn::File;
        let is_moved = is_published && !entry.is_of_its_date(self.newsroom.site().timezone);
        let now = self.newsroom.now();
        if is_published && entry.wire <= now && entry.state(now) == State::Scheduled {
            self.dates.push(messages::embargoed_anew(entry, false));
        }
        if is_moved && entry.state(now).has_page() {
            self.dates.push(if entry.life.release() > now {
                messages::moved_ahead(entry)
            } else {
                messages::moved_date(entry)
            });
        }
    }

    /// Leaves out what claims something of another. A published item falls back to its last good version.
    fn refuse(&mut self, claim: &Candidate, clash: &Clash, last_good: &LastGood<'_>) {
        let entry = &claim.entry;
        if entry.basis == StandsOn::File {
            let problem = messages::clash(self.newsroom, entry, clash);
            self.problems.push(problem);
            self.leave_open(entry);
            self.fall_back(claim, last_good);
        } else {
            if let Some(record) = ItemRecord::of(self.newsroom, entry) {
                self.records.absent.insert(record);
            }
            self.give_up(entry);
        }
    }

    fn fall_back(&mut self, claim: &Candidate, last_good: &LastGood<'_>) {
        let entry = &claim.entry;
        let said = Salvage {
            status: Some(entry.life.status),
            is_unclear: false,
            embargo: entry.life.embargo,
            expires: entry.life.expires,
            withdrawal: entry.rare.withdrawal.clone(),
            ..Salvage::default()
        };
        let copy = self.copy_of(entry, last_good);
        self.stand_on(copy, claim, &Absence::Refused(&said));
    }

    /// The last good version of a published item.
    fn copy_of(&self, entry: &Entry, last_good: &LastGood<'_>) -> Option<Entry> {
        // What was in the newsroom has its row in its entry.
        match ItemRecord::of(self.newsroom, entry) {
            Some(record) => last_good(&record),
            None => last_good(self.records.absent.get(&entry.id)?),
        }
    }

    /// Lets a published item whose file cannot be taken in stand on its last good version, if there is one and a place for
    /// it. Returns whether it does.
    fn stand_on(&mut self, copy: Option<Entry>, claim: &Candidate, absence: &Absence<'_>) -> bool {
        let entry = &claim.entry;
        // What was in the newsroom has its row in its entry.
        if let Some(record) = ItemRecord::of(self.newsroom, entry) {
            self.records.absent.insert(record);
        }
        if !claim.is_known {
            return false;
        }
        let Some(kept) = self.settle(&entry.id, absence, copy) else {
            return false;
        };
        let is_free = self.newsroom.clash(&kept).is_none();
        if is_free {
            self.place(kept);
        } else {
            self.give_up(&kept);
        }
        is_free
    }

    /// Lets go of what stands on something else than its file and finds its place taken.
    fn give_up(&mut self, entry: &Entry) {
        if entry.life.status == Status::Canceled {
            self.keep_withdrawn(&entry.id, entry.rare.withdrawal.clone());
        } else {
            self.lose(&entry.id);
        }
    }

    /// Remembers of a withdrawn item that there is no place for its notice, where the tree of its address is gone or
    /// another item stands there. It stays withdrawn, and has its notice again once there is a place.
    pub(super) fn keep_withdrawn(&mut self, id: &Id, said: Withdrawal) {
        self.kept.insert(id.clone());
        let now = self.newsroom.now();
        let Some(record) = self.records.absent.get(id) else {
            return;
        };
        if record.state == Some(State::Canceled) {
            return;
        }
        let mut record = record.clone();
        record.said_at = said.at.or(record.said_at);
        record.note = said.note.or(record.note);
        record.replaced_by = said.replaced_by.or(record.replaced_by);
        self.stamps.lose(self.records, record, now);
        if let Some(mut record) = self.records.absent.remove(id) {
            record.state = Some(State::Canceled);
            record.withdrawn_at = record.withdrawn_at.or(Some(now));
            self.stamps.items.insert(id.clone());
            self.records.absent.insert(record);
        }
    }

    /// Remembers of an item that nothing of it stands any longer. What was withdrawn stays withdrawn.
    pub(super) fn lose(&mut self, id: &Id) {
        let row = self.records.absent.get(id);
        if row.is_some_and(|record| record.state == Some(State::Canceled)) {
            self.kept.insert(id.clone());
            return;
        }
        if let Some(record) = self.records.absent.remove(id) {
            let now = self.newsroom.now();
            self.stamps.lose(self.records, record, now);
        }
    }

    /// Keeps the entry of a file that does not stand as it is written.
    fn leave_open(&mut self, entry: &Arc<Entry>) {
        let as_read = || Arc::new(entry.as_read());
        self.open
            .entry(Arc::clone(&entry.file))
            .or_insert_with(as_read);
    }
}
