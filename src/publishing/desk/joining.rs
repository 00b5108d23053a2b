//! What was found, joined with what stands in the newsroom and with what the ledger remembers.

use super::board::Found as Where;
use super::found::Changed;
use super::{Changes, Desk, LastGood};
use crate::newsroom::HiddenMedia;
use crate::newsroom::absence::{self, Absence};
use crate::newsroom::entry::{Entry, StandsOn};
use crate::newsroom::identity::Id;
use crate::newsroom::parse::salvage::Salvage;
use crate::newsroom::problem::Problem;
use crate::newsroom::rare_fields::Withdrawal;
use crate::newsroom::recognise::{Unread, recognise};
use crate::newsroom::reconciler::{Candidate, Reconciler};
use crate::newsroom::record::ItemRecord;
use crate::newsroom::vanished_lists;
use crate::publishing::desk::found::Found;
use crate::source::SITE_FILE;
use crate::source::load;
use crate::source::scan::is_below;
use crate::source::settings::kept_section;
use crate::store::ledger::Removal;
use crate::text::slug::Slug;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

impl Desk {
    /// Joins. `loose` are the ids of rows that stand for no entry and have not been looked at yet.
    pub(super) fn join(
        &mut self,
        mut found: Found,
        loose: Vec<Id>,
        removals: &[Removal],
        now: DateTime<Utc>,
        last_good: &LastGood<'_>,
        taken: &mut Changes,
    ) {
        let mut loose: BTreeSet<Id> = loose.into_iter().collect();
        let sections = Arc::clone(self.newsroom.sections());
        let mut gone = std::mem::take(&mut found.gone);
        gone.extend(self.renamed(&found));
        for Changed { file, .. } in &found.changed {
            loose.extend(self.take_away(file));
        }
        for file in &gone {
            loose.extend(self.take_away(file));
            self.files.remove(file);
            self.waiting.close(file);
            self.aside.forget(file);
            self.read_open.remove(file);
            self.board.set(Where::Text, file, Vec::new());
        }
        for file in &found.unread {
            loose.extend(self.take_away(file));
        }
        self.know(&found);
        self.broken.extend(std::mem::take(&mut found.broken));
        for id in std::mem::take(&mut self.kept) {
            let is_homeless = self.newsroom.get(&id).is_none();
            loose.extend(self.detach(&id).or(is_homeless.then_some(id)));
        }
        let mut pool = std::mem::take(&mut found.entries);
        for (file, entry) in std::mem::take(&mut self.open) {
            loose.extend(self.take_out(&file));
            loose.extend(self.lost_like(&entry));
            pool.push(entry);
        }
        for removal in removals {
            match self.newsroom.remove(&removal.id) {
                Some(entry) => pool.push(entry),
                None => loose.extend(Some(removal.id.clone())),
            }
        }
        self.add_lost_beside(&mut loose);
        pool.extend(self.take_unseen_like(&loose));
        self.add_sections(&loose, last_good);
        let problems = self.fill(pool, &loose, removals, last_good, taken);
        self.board.set_each(Where::Place, BTreeMap::new(), problems);
        self.moved.clear();
        self.drop_sections(last_good);
        self.tell_versions();
        let spellings = self.newsroom.label_problems();
        self.board.set(Where::Spelling, SITE_FILE, spellings);
        if taken.has_new_settings || !Arc::ptr_eq(&sections, self.newsroom.sections()) {
            self.tell_gone();
        }
        self.hide_media();
        taken.groups.extend(taken.stamps.groups.iter().cloned());
        taken.has_new_items = true;
        taken.removed = removals.iter().map(|removal| removal.id.clone()).collect();
        self.hand_over(found, now.timestamp(), taken);
    }

    /// Hides the media of what stands nowhere: of broken files, of items that are not taken in as they are written, and
    /// of published ones that were lost.
    fn hide_media(&mut self) {
        let open = self
            .open
            .values()
            .flat_map(|entry| entry.media.iter().cloned());
        let broken = self.broken.values().flat_map(|salvage| &salvage.media);
        let of_files = open
            .chain(broken.map(|name| Arc::from(name.as_str())))
            .collect();
        self.newsroom.hide_media(HiddenMedia {
            of_rows: self.records.absent.media().clone(),
            of_files,
        });
    }

    /// Tells of the texts that readers of a language lack.
    pub(super) fn tell_versions(&mut self) {
        let mut versions = self.newsroom.version_problems();
        versions.extend(self.newsroom.language_problems());
        self.board.set_all(Where::Versions, versions);
    }

    /// Tells of the lists that are no longer.
    pub(super) fn tell_gone(&mut self) {
        let problems = vanished_lists::problems(&self.newsroom, &self.records.groups);
        self.board.set(Where::Gone, SITE_FILE, problems);
    }

    /// Joins what the clock has changed, whose rows are in the records, with what does not stand as it is written.
    pub(super) fn join_due(
        &mut self,
        due: &[Arc<Entry>],
        now: DateTime<Utc>,
        last_good: &LastGood<'_>,
        taken: &mut Changes,
    ) {
        let stands = |entry: &&Arc<Entry>| {
            entry.basis == StandsOn::File && !self.open.contains_key(&entry.file)
        };
        let found = Found {
            entries: due
                .iter()
                .filter(stands)
                .map(|entry| Arc::new(entry.as_read()))
                .collect(),
            ..Found::default()
        };
        let loose = due.iter().map(|entry| entry.id.clone()).collect();
        self.join(found, loose, &[], now, last_good, taken);
    }

    /// Adds what else was lost in the files of these: what is said of a file is said anew, of all that it held.
    fn add_lost_beside(&self, loose: &mut BTreeSet<Id>) {
        let absent = &self.records.absent;
        let rows = loose.iter().filter_map(|id| absent.get(id));
        let beside = rows.flat_map(|record| absent.of_file(&record.file));
        let beside: Vec<Id> = beside.map(|record| record.id.clone()).collect();
        loose.extend(beside);
    }

    /// Takes out what was never published and may be what the files of these items held.
    fn take_unseen_like(&mut self, loose: &BTreeSet<Id>) -> Vec<Arc<Entry>> {
        let rows = loose.iter().filter_map(|id| self.records.absent.get(id));
        let signs = rows.map(|record| (record.hash, record.likeness));
        let (hashes, likenesses): (HashSet<_>, HashSet<_>) = signs.unzip();
        if hashes.is_empty() {
            return Vec::new();
        }
        let mut like = Vec::new();
        let newsroom = &self.newsroom;
        self.unseen.retain(|id| {
            let entry = newsroom.get(id).filter(|entry| entry.seen.is_none());
            let is_like = |entry: &&Arc<Entry>| {
                hashes.contains(&entry.hash) || likenesses.contains(&entry.likeness)
            };
            like.extend(entry.filter(is_like).map(|_| id.clone()));
            entry.is_some()
        });
        like.iter()
            .filter_map(|id| self.newsroom.remove(id))
            .collect()
    }

    /// The files that went a moment ago and whose items are found in what came: they were renamed. All others that went
    /// wait, whatever else came.
    fn renamed(&mut self, found: &Found) -> Vec<Arc<str>> {
        if found.entries.is_empty() {
            return Vec::new();
        }
        let going: Vec<Arc<str>> = self.waiting.gone().cloned().collect();
        let mut came: Vec<Arc<Entry>> = found
            .entries
            .iter()
            .chain(self.open.values())
            .cloned()
            .collect();
        came.sort_by(|a, b| a.file.cmp(&b.file));
        let mut rows: BTreeMap<Id, Arc<str>> = BTreeMap::new();
        let mut renamed = Vec::new();
        for file in &going {
            let id = self.files.get(file).and_then(|known| known.id.as_ref());
            let Some(entry) = id.and_then(|id| self.newsroom.get(id)) else {
                continue;
            };
            match ItemRecord::of(&self.newsroom, entry) {
                Some(record) => {
                    rows.insert(record.id.clone(), Arc::clone(file));
                    self.records.absent.insert(record);
                }
                // What was never published has no row, and nothing is lost with it.
                None if came.iter().any(|other| is_like(entry, other)) => {
                    renamed.push(Arc::clone(file));
                }
                None => {}
            }
        }
        let is_unread =
            |file: &str| self.broken.contains_key(file) || self.waiting.is_written(file);
        let broken = &self.broken;
        let unread = Unread {
            is_unread: &is_unread,
            is_withdrawing: &|file| broken.get(file).is_some_and(Salvage::is_withdrawing),
        };
        let recognised = recognise(&self.newsroom, &came, &self.records.absent, unread);
        for id in rows.keys() {
            self.records.absent.remove(id);
        }
        let found = recognised.into_iter().flatten();
        renamed.extend(found.filter_map(|id| rows.remove(&id)));
        renamed
    }

    /// Takes out everything that a file gave and held. Returns the ids of what was published of it: of what was lost in
    /// it, too, there may be something new to say.
    fn take_away(&mut self, file: &Arc<str>) -> BTreeSet<Id> {
        let standing = self.take_out(file);
        let refused = self.open.remove(file);
        let refused = refused.map(|entry| self.lost_like(&entry));
        let lost = self.records.absent.of_file(file);
        let lost = lost.iter().map(|record| record.id.clone());
        let lost = lost.chain(standing);
        lost.chain(refused.into_iter().flatten()).collect()
    }

    /// The published items that a refused file may have held under another name: if it does so no longer that is said.
    fn lost_like(&self, entry: &Entry) -> Vec<Id> {
        let absent = &self.records.absent;
        let like = absent.of_hash(entry.hash).into_iter();
        let like = like.chain(absent.of_likeness(entry.likeness));
        let like = like.chain(absent.get(&entry.id));
        like.map(|record| record.id.clone()).collect()
    }

    /// Takes out everything that a file gave. Returns the id of its item if that was published.
    fn take_out(&mut self, file: &Arc<str>) -> Option<Id> {
        self.broken.remove(file);
        self.board.set(Where::Place, file, Vec::new());
        self.board.set(Where::Date, file, Vec::new());
        let id = self.files.get_mut(file)?.id.take()?;
        self.detach(&id)
    }

    /// Takes an item out of the newsroom; if it was published its row stays in the records.
    fn detach(&mut self, id: &Id) -> Option<Id> {
        let entry = self.newsroom.remove(id)?;
        let moved = self.moved.remove(id);
        let record = moved.or_else(|| ItemRecord::of(&self.newsroom, &entry))?;
        self.records.absent.insert(record);
        Some(id.clone())
    }

    fn fill(
        &mut self,
        pool: Vec<Arc<Entry>>,
        loose: &BTreeSet<Id>,
        removals: &[Removal],
        last_good: &LastGood<'_>,
        taken: &mut Changes,
    ) -> Vec<Problem> {
        let site = Arc::clone(self.newsroom.site());
        let sections = Arc::clone(self.newsroom.sections());
        let (broken, unreadable) = (&self.broken, &self.unreadable);
        let (waiting, aside) = (&self.waiting, &self.aside);
        let is_hidden = |file: &str| unreadable.iter().any(|folder| is_below(file, folder));
        let copy = |record: &ItemRecord| {
            let kept = record.state.and_then(|_| last_good(record.id.as_str()))?;
            let file = Arc::from(record.file.as_str());
            let loaded = load::of_text(&file, kept.text, &site, &sections);
            let mut entry = loaded.item.ok()?.entry;
            entry.id = record.id.clone();
            entry.basis = StandsOn::LastGood;
            Some(entry)
        };
        let mut intake = Reconciler::new(&mut self.newsroom, &mut self.records, &mut taken.stamps);
        intake.removals = removals.iter().map(withdrawal).collect();
        let is_unread = |file: &str| {
            let is_written = waiting.is_written(file) || aside.is_busy(file);
            broken.contains_key(file) || is_written || is_hidden(file)
        };
        let unread = Unread {
            is_unread: &is_unread,
            is_withdrawing: &|file| broken.get(file).is_some_and(Salvage::is_withdrawing),
        };
        let mut claims = intake.identify(pool, unread);
        let known = claims.iter().filter(|claim| claim.is_known);
        let known: BTreeSet<Id> = known.map(|claim| claim.entry.id.clone()).collect();
        // What was published and has no file stays where it was.
        let without: Vec<&Id> = loose.difference(&known).collect();
        let canceled = without.iter().filter_map(|id| {
            let record = intake.records.absent.get(id)?;
            let is_missing = !is_unread(&record.file)
                && !waiting.has_gone(&record.file)
                && !intake.removals.contains_key(id);
            (is_missing && absence::is_canceled_when_missing(intake.newsroom, record))
                .then(|| record.id.clone())
        });
        let canceled: BTreeSet<Id> = canceled.collect();
        let is_lost = |id: &Id| {
            let row = intake.records.absent.get(id);
            !known.contains(id) && row.is_some_and(|record| record.state.is_none())
        };
        let (going, now) = (waiting.gone().count(), intake.newsroom.now());
        if self.missing.take(&canceled, going, now, is_lost) {
            taken.unconfirmed = Some(self.missing.unconfirmed().clone());
        }
        self.board
            .set(Where::Missing, ".", Vec::from_iter(self.missing.problem()));
        for id in without {
            let Some(record) = intake.records.absent.get(id) else {
                continue;
            };
            let absence = match broken.get(record.file.as_str()) {
                Some(salvage) => Absence::Broken(salvage),
                None if waiting.is_written(&record.file) || waiting.has_gone(&record.file) => {
                    Absence::PutOff
                }
                None => Absence::Gone {
                    is_certain: !is_hidden(&record.file) && !self.missing.must_wait(id),
                },
            };
            self.board.set(Where::Place, &record.file, Vec::new());
            self.board.set(Where::Date, &record.file, Vec::new());
            let kept = copy(record);
            let kept = intake.settle(id, &absence, kept);
            claims.extend(kept.map(|entry| Candidate {
                entry,
                is_known: true,
            }));
        }
        intake.place_all(claims, &copy);
        intake.link();
        for file in &intake.renamed {
            self.board.set(Where::Place, file, Vec::new());
        }
        self.kept = std::mem::take(&mut intake.kept);
        self.open = std::mem::take(&mut intake.open);
        // What was there may have lost its place to another.
        for file in self.open.keys() {
            if let Some(known) = self.files.get_mut(file) {
                known.id = None;
            }
        }
        let of_files = intake.placed.iter();
        for entry in of_files.filter(|entry| entry.basis == StandsOn::File) {
            if entry.seen.is_none() {
                self.unseen.insert(entry.id.clone());
            }
            if let Some(known) = self.files.get_mut(&entry.file) {
                known.id = Some(entry.id.clone());
            }
        }
        // Of what was placed or lost its place now, no more is told than what was found now.
        let placed = intake.placed.iter().map(|entry| &entry.file);
        let told = placed.chain(self.open.keys());
        let told = told.filter(|file| !self.board.is_same(Where::Date, file, &[]));
        let told = told.map(|file| (file.to_string(), Vec::new())).collect();
        let dates = std::mem::take(&mut intake.dates);
        self.board.set_each(Where::Date, told, dates);
        std::mem::take(&mut intake.problems)
    }

    /// Adds the sections of published items whose folders are gone.
    fn add_sections(&mut self, loose: &BTreeSet<Id>, last_good: &LastGood<'_>) {
        let records = loose.iter().filter_map(|id| self.records.absent.get(id));
        let named = records.filter_map(|record| absence::section_of(&self.newsroom, record));
        let named = named.collect();
        self.set_sections(&named, last_good);
    }

    /// Drops those that no kept item needs.
    fn drop_sections(&mut self, last_good: &LastGood<'_>) {
        let kept = self.kept.iter().filter_map(|id| self.newsroom.get(id));
        let named = kept.flat_map(|entry| entry.sections().cloned()).collect();
        self.set_sections(&named, last_good);
    }

    /// The sections are those of the folders that there are, and these.
    fn set_sections(&mut self, named: &BTreeSet<Slug>, last_good: &LastGood<'_>) {
        let folders = &self.settings.sections;
        let is_further = |name: &&Slug| !folders.contains_key(*name);
        let further: BTreeSet<&Slug> = named.iter().filter(is_further).collect();
        let present = self.newsroom.sections();
        let is_there = further.iter().all(|name| present.contains_key(*name))
            && present.len() == folders.len() + further.len();
        if is_there {
            return;
        }
        let mut sections = (**folders).clone();
        let text = |file: &str| last_good(&format!("/{file}")).map(|source| source.text);
        for name in further {
            let section = kept_section(name.as_str(), &self.settings.site, &text);
            sections.extend(section.map(|section| (name.clone(), Arc::new(section))));
        }
        self.newsroom = self
            .newsroom
            .under(Arc::clone(&self.settings.site), Arc::new(sections));
    }

    /// Hands over what was read on the way: whole items for documents, entries for the parsed index.
    fn hand_over(&self, found: Found, now: i64, taken: &mut Changes) {
        for whole in found.wholes {
            let id = self
                .files
                .get(&whole.entry.file)
                .and_then(|known| known.id.clone());
            // An item that was published under another id is read again, since its id is in its text.
            if let Some(id) = id.filter(|id| *id == whole.entry.id) {
                taken.wholes.insert(id, whole);
            }
        }
        let known = found.changed.iter();
        let known = known.filter_map(|changed| self.files.get(&changed.file));
        taken
            .read
            .extend(known.filter_map(|known| known.id.clone()));
        let parsed = found.changed.iter().filter(|changed| changed.is_parsed);
        for file in parsed.map(|changed| &changed.file) {
            let Some(known) = self
                .files
                .get(file)
                .filter(|known| known.stamp.is_settled(now))
            else {
                continue;
            };
            let entry = known.id.as_ref().and_then(|id| self.newsroom.get(id));
            if let Some(entry) = entry.filter(|_| self.board.is_clear(file)) {
                taken.parsed.push((known.stamp, Arc::clone(entry)));
            }
        }
    }
}

fn withdrawal(removal: &Removal) -> (Id, Withdrawal) {
    let withdrawal = Withdrawal {
        at: Some(removal.at),
        note: removal.note.clone(),
        replaced_by: None,
    };
    (removal.id.clone(), withdrawal)
}

/// Whether two entries may be one item that was never published.
fn is_like(one: &Entry, other: &Entry) -> bool {
    one.id == other.id || one.hash == other.hash || one.likeness == other.likeness
}
