//! Who is who: which of the items that files hold may have which id and address, by what was published before.
//!
//! An id never changes and is never used for another item. So a file under a new name keeps the id of the item that it
//! holds, an id that an author changed stays as it was published, and of several that claim one id or address the one
//! that the ledger knows keeps it, else the one that can be read, else the first by file path.

use crate::newsroom::entry::{Basis, Entry, Withdrawal};
use crate::newsroom::identity::Id;
use crate::newsroom::item::Status;
use crate::newsroom::lifecycle::State;
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::record::{ItemRecord, Records};
use crate::newsroom::stamps::Stamps;
use crate::newsroom::{Clash, Newsroom};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Changed items on their way into a newsroom.
pub struct Intake<'a> {
    /// Where they go.
    pub newsroom: &'a mut Newsroom,
    /// What is remembered of items that are not there.
    pub records: &'a mut Records,
    /// The rows that change.
    pub stamps: &'a mut Stamps,
    /// What authors should know.
    pub problems: Vec<Problem>,
    /// Items that found their id or address taken.
    pub refused: Vec<Arc<Entry>>,
    /// What is to be withdrawn whatever files say, with what is said of it.
    pub removals: BTreeMap<Id, Withdrawal>,
    /// The files whose items were put into the newsroom, with their ids.
    pub placed: Vec<(Arc<str>, Id)>,
    /// Published items that stand on something else than their file.
    pub kept: BTreeSet<Id>,
    /// Files whose items have been found under other names.
    pub renamed: Vec<String>,
}

impl<'a> Intake<'a> {
    /// An intake of nothing yet.
    pub fn new(
        newsroom: &'a mut Newsroom,
        records: &'a mut Records,
        stamps: &'a mut Stamps,
    ) -> Self {
        Self {
            newsroom,
            records,
            stamps,
            problems: Vec::new(),
            refused: Vec::new(),
            removals: BTreeMap::new(),
            placed: Vec::new(),
            kept: BTreeSet::new(),
            renamed: Vec::new(),
        }
    }

    /// Takes entries in. `is_present` tells whether there is a file of a name, whatever is in it.
    pub fn take(&mut self, entries: Vec<Arc<Entry>>, is_present: &dyn Fn(&str) -> bool) {
        let identified = self.identify(entries, is_present);
        self.place_all(identified);
        self.link();
    }

    /// Lets the pages and feeds that name other versions of a text follow what changed of these.
    pub fn link(&mut self) {
        self.stamps.link(self.newsroom, self.records);
    }

    /// Places entries whose ids are found: of those that claim the same, who comes first has it.
    pub fn place_all(&mut self, entries: Vec<Arc<Entry>>) {
        let mut pool = self.with_rivals(entries);
        let rank = |entry: &Arc<Entry>| {
            let known = entry.seen.is_some() || self.is_at_home(entry);
            let was_published = known || entry.life.release() <= self.records.begun_at;
            let state = entry.life.state(self.newsroom.now(), was_published);
            let is_there = entry.seen.is_some() || self.stands(entry);
            (!known, !is_there, !state.answers())
        };
        pool.sort_unstable_by(|a, b| a.file.cmp(&b.file));
        pool.sort_by_cached_key(rank);
        for entry in pool {
            match self.newsroom.clash(&entry) {
                None => self.place(entry),
                Some(clash) => self.refuse(entry, &clash),
            }
        }
    }

    /// Gives every entry the id under which it was published, and sorts out those that use another item's.
    pub fn identify(
        &mut self,
        entries: Vec<Arc<Entry>>,
        is_present: &dyn Fn(&str) -> bool,
    ) -> Vec<Arc<Entry>> {
        let zone = self.newsroom.site().timezone;
        let (mut known, mut unsure): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|entry| entry.seen.is_some());
        if unsure.is_empty() {
            return known;
        }
        unsure.sort_by(|a, b| a.file.cmp(&b.file));
        let said = unsure.iter().filter(|entry| entry.has_own_id);
        let mut taken: BTreeSet<Id> = said.map(|entry| entry.id.clone()).collect();
        let homes = self.records.absent.values();
        let homes: HashMap<String, Id> = homes
            .map(|record| (record.file.clone(), record.id.clone()))
            .collect();
        let moved = self.moved_away(&unsure, &homes, &taken);
        let is_present = &|file: &str| is_present(file) && !moved.contains(file);
        // First those that are where they were: nobody takes their ids from them.
        let is_home = |entry: &Arc<Entry>| {
            let home = homes.get(&*entry.file);
            let record = home.and_then(|id| self.records.absent.get(id));
            let keeps = |record: &ItemRecord| !taken.contains(&record.id) || is_it(record, entry);
            // What is certainly another item, brought here under its name, is not at home.
            let is_certain = record.is_some_and(|record| is_it(record, entry));
            !entry.has_own_id
                && record.is_some_and(keeps)
                && (is_certain || self.gone_like(entry, &taken, is_present).is_none())
        };
        let (at_home, elsewhere): (Vec<_>, Vec<_>) = unsure.into_iter().partition(is_home);
        let housed = elsewhere.iter().filter(|entry| self.is_at_home(entry));
        let mut housed: BTreeSet<Id> = housed.map(|entry| entry.id.clone()).collect();
        for mut entry in at_home {
            if let Some(id) = homes.get(&*entry.file) {
                taken.insert(id.clone());
                housed.insert(id.clone());
                if *id != entry.id {
                    self.problems.push(named_otherwise(&entry, id));
                    Arc::make_mut(&mut entry).call(id.clone(), zone);
                }
            }
            known.push(entry);
        }
        for mut entry in elsewhere {
            let changed = homes.get(&*entry.file).cloned();
            match self.published_as(&entry, changed.as_ref(), &taken, is_present) {
                Published::Never | Published::So => {}
                // The other item is there, and keeps its id when the two meet.
                Published::AsAnother(_) if housed.contains(&entry.id) => {}
                Published::As(id) => {
                    self.problems.push(if entry.has_own_id {
                        changed_id(&entry, &id)
                    } else {
                        named_otherwise(&entry, &id)
                    });
                    taken.insert(id.clone());
                    Arc::make_mut(&mut entry).call(id, zone);
                }
                Published::AsAnother(file) => {
                    self.problems.push(used_again(&entry, &file));
                    self.refused.push(entry);
                    continue;
                }
            }
            if let Some(record) = self.records.absent.get(&entry.id) {
                self.renamed.push(record.file.clone());
            }
            known.push(entry);
        }
        known
    }

    /// The files in which there is another item now, by its own id and by what it is recognised by.
    fn moved_away(
        &self,
        entries: &[Arc<Entry>],
        homes: &HashMap<String, Id>,
        taken: &BTreeSet<Id>,
    ) -> BTreeSet<String> {
        let is_another = |entry: &&Arc<Entry>| {
            let home = homes.get(&*entry.file).filter(|id| **id != entry.id);
            let record = home.and_then(|id| self.records.absent.get(id));
            let path = self.newsroom.path(entry);
            let is_elsewhere = |record: &ItemRecord| {
                !is_it(record, entry) && (record.path != path || taken.contains(&record.id))
            };
            entry.has_own_id && record.is_some_and(is_elsewhere)
        };
        let others = entries.iter().filter(is_another);
        others.map(|entry| entry.file.to_string()).collect()
    }

    /// Under which id an item was published, by what the ledger remembers. `home` is the id that was published from
    /// its file.
    fn published_as(
        &self,
        entry: &Entry,
        home: Option<&Id>,
        taken: &BTreeSet<Id>,
        is_present: &dyn Fn(&str) -> bool,
    ) -> Published {
        let absent = &self.records.absent;
        let is_known = |record: &ItemRecord| {
            *record.file == *entry.file
                || record.hash == entry.hash
                || record.likeness.is_near(&entry.likeness)
        };
        let known = absent.get(&entry.id);
        let is_certain = known.is_some_and(|record| is_it(record, entry));
        if !entry.has_own_id
            && !is_certain
            && let Some(record) = self.gone_like(entry, taken, is_present)
        {
            return Published::As(record.id.clone());
        }
        if known.is_some_and(is_known) {
            return Published::So;
        }
        let is_free = |record: &&ItemRecord| !taken.contains(&record.id);
        if entry.has_own_id {
            // In the same file and at the same address it is the same item, whatever else was changed.
            let path = self.newsroom.path(entry);
            let is_same = |record: &&ItemRecord| {
                is_it(record, entry) || (is_free(record) && record.path == path)
            };
            let home = home.and_then(|id| absent.get(id));
            if let Some(record) = home.filter(is_same) {
                return Published::As(record.id.clone());
            }
        }
        if let Some(record) = known {
            return Published::AsAnother(record.file.clone());
        }
        Published::Never
    }

    /// The published item that an entry certainly holds, and whose own file is gone.
    fn gone_like(
        &self,
        entry: &Entry,
        taken: &BTreeSet<Id>,
        is_present: &dyn Fn(&str) -> bool,
    ) -> Option<&ItemRecord> {
        let absent = self.records.absent.values();
        let like = absent.filter(|record| is_it(record, entry) && !taken.contains(&record.id));
        let gone = like.filter(|record| !is_present(&record.file));
        gone.max_by_key(|record| record.hash == entry.hash)
    }

    /// The entries with all those of the newsroom that claim what they claim, which are taken out of it.
    fn with_rivals(&mut self, entries: Vec<Arc<Entry>>) -> Vec<Arc<Entry>> {
        if self.newsroom.is_empty() {
            return entries;
        }
        let mut pool = Vec::with_capacity(entries.len());
        let mut queue = entries;
        while let Some(entry) = queue.pop() {
            while let Some(clash) = self.newsroom.clash(&entry) {
                let rival = self.newsroom.remove(&clash.other().id);
                queue.extend(rival);
            }
            pool.push(entry);
        }
        pool
    }

    /// Whether the ledger knows an item in this very file.
    fn is_at_home(&self, entry: &Entry) -> bool {
        let record = self.records.absent.get(&entry.id);
        record.is_some_and(|record| *record.file == *entry.file)
    }

    /// Whether the ledger knows an item at this very address.
    fn stands(&self, entry: &Entry) -> bool {
        let record = self.records.absent.get(&entry.id);
        record.is_some_and(|record| record.path == self.newsroom.path(entry))
    }

    /// Puts an entry that clashes with no other into the newsroom, and stamps what that changes.
    pub fn place(&mut self, mut entry: Arc<Entry>) {
        let absent = self.records.absent.remove(&entry.id);
        let is_as_before = |entry: &Entry| {
            let now = self.newsroom.now();
            entry.seen.is_some_and(|seen| {
                let has_come = |at: &i64| *at > seen.changed_at && *at <= now;
                seen.state == entry.state(now) && !entry.changes.iter().any(has_come)
            })
        };
        if entry.basis == Basis::File {
            self.placed
                .push((Arc::clone(&entry.file), entry.id.clone()));
        } else {
            self.kept.insert(entry.id.clone());
        }
        let removal = self.removals.get(&entry.id).cloned();
        let removal = removal.filter(|_| absent.is_some() || entry.seen.is_some());
        if absent.is_none() && removal.is_none() && is_as_before(&entry) {
            self.note_moved_date(&entry);
            self.newsroom.insert(entry);
            return;
        }
        let changing = Arc::make_mut(&mut entry);
        let known = absent.or_else(|| ItemRecord::of(self.newsroom, changing));
        // What is withdrawn already stays as it was withdrawn.
        let is_withdrawn = known
            .as_ref()
            .is_some_and(|record| record.state == Some(State::Canceled));
        if let Some(removal) = removal.filter(|_| !is_withdrawn) {
            self.hold_withdrawn(changing, removal);
        }
        if let Some(record) = &known {
            self.hold_to_the_end(record, changing);
            let path = self.newsroom.path(changing);
            if record.path != path {
                self.newsroom
                    .remember_path(&record.path, changing.id.clone());
                self.stamps
                    .paths
                    .push((record.path.clone(), changing.id.clone()));
            }
        }
        self.stamps
            .look(self.newsroom, self.records, known.as_ref(), changing);
        self.note_moved_date(&entry);
        self.newsroom.insert(entry);
    }

    /// What is withdrawn stays so, whatever its file says later.
    fn hold_to_the_end(&mut self, record: &ItemRecord, entry: &mut Entry) {
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
    fn hold_withdrawn(&mut self, entry: &mut Entry, withdrawal: Withdrawal) {
        if entry.life.status == Status::Canceled {
            return;
        }
        entry.life.status = Status::Canceled;
        entry.withdrawal = Some(Box::new(withdrawal));
        if entry.basis != Basis::File {
            return;
        }
        let message = format!(
            "the item `{}` was withdrawn for good and stays so",
            entry.id
        );
        let problem = Problem::of_file(Severity::Error, entry.file.to_string(), message);
        let hint = "delete the file, or give the item an `id` of its own: it is then a new one";
        self.problems.push(problem.hint(hint));
    }

    fn note_moved_date(&mut self, entry: &Entry) {
        let is_moved = entry.seen.is_some() && entry.life.release() != entry.wire;
        if !is_moved || !entry.state(self.newsroom.now()).has_page() {
            return;
        }
        let wire = chrono::DateTime::from_timestamp(entry.wire, 0).unwrap_or_default();
        let message = format!(
            "the date was moved after the item was published; feeds keep {}",
            wire.format("%Y-%m-%dT%H:%M:%SZ")
        );
        let problem = Problem::of_file(Severity::Warning, entry.file.to_string(), message);
        let hint = "put it back; a significant change is told by `updated` or `corrections`";
        self.problems.push(problem.hint(hint));
    }

    fn refuse(&mut self, mut entry: Arc<Entry>, clash: &Clash) {
        self.problems
            .push(clash_problem(self.newsroom, &entry, clash));
        // A rival that was in the newsroom has its row in its entry.
        if let Some(record) = ItemRecord::of(self.newsroom, &entry) {
            self.records.absent.insert(record.id.clone(), record);
            Arc::make_mut(&mut entry).seen = None;
        }
        self.refused.push(entry);
    }
}

/// Whether a file holds the item that a row remembers: its bytes are the same, or its headline and date.
fn is_it(record: &ItemRecord, entry: &Entry) -> bool {
    record.hash == entry.hash || record.likeness == entry.likeness
}

/// What the ledger says of an item's id.
enum Published {
    /// The item was never published.
    Never,
    /// It was published under the id that it has.
    So,
    /// It was published under this id.
    As(Id),
    /// Its id was that of another item, in this file.
    AsAnother(String),
}

fn named_otherwise(entry: &Entry, id: &Id) -> Problem {
    let message =
        format!("this item was published as `{id}` from a file of another name, and keeps that id");
    Problem::of_file(Severity::Warning, entry.file.to_string(), message).hint(format!(
        "write `id = \"{id}\"` into it, as `tidings check --fix` does"
    ))
}

fn changed_id(entry: &Entry, id: &Id) -> Problem {
    let message = format!(
        "the id of this item was `{id}` when it was published, and is now `{}`; feeds keep `{id}`",
        entry.id
    );
    Problem::of_file(Severity::Error, entry.file.to_string(), message)
        .hint(format!("put `id = \"{id}\"` back: an id never changes"))
}

fn used_again(entry: &Entry, file: &str) -> Problem {
    let message = format!(
        "the id `{}` was that of another item, published from `{file}`",
        entry.id
    );
    Problem::of_file(Severity::Error, entry.file.to_string(), message)
        .hint("give this item an `id` of its own; an id is never used twice")
}

fn clash_problem(newsroom: &Newsroom, entry: &Entry, clash: &Clash) -> Problem {
    let file = &clash.other().file;
    let (message, hint) = match clash {
        Clash::Id(_) => (
            format!("the id `{}` belongs to `{file}`", entry.id),
            "give this item an `id` of its own; an id is never used twice",
        ),
        Clash::Uri(_) => (
            format!("the `id_uri` of this item is that of `{file}`"),
            "give one of the two its own; readers would take them for one item",
        ),
        Clash::Address(_) => (
            format!("the page `{}` belongs to `{file}`", newsroom.path(entry)),
            "give this item a `slug` of its own",
        ),
    };
    Problem::of_file(Severity::Error, entry.file.to_string(), message).hint(hint)
}
