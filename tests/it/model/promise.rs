//! What holds in every edition, whatever happened.

use super::snapshot::Snapshot;
use super::world::{Held, World};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use tidings::edition::Edition;
use tidings::newsroom::entry::{Basis, Entry};
use tidings::newsroom::identity::Id;
use tidings::newsroom::lifecycle::State;

/// What was promised so far.
#[derive(Default)]
pub(crate) struct Promises {
    /// Every path at which an item ever stood.
    pub(crate) paths: BTreeSet<String>,
    /// When each item was published, by its id on the wire.
    published: HashMap<String, i64>,
    /// The date of each feed.
    updated: BTreeMap<String, i64>,
    last_modified: BTreeMap<String, i64>,
    /// The ids of published items, with the hashes of their texts, by their files.
    ids: HashMap<String, (String, [u8; 16])>,
    /// The words of the items that a file ever held.
    words: HashMap<String, HashSet<String>>,
    /// The ids of items that were withdrawn.
    canceled: HashSet<Id>,
}

impl Promises {
    /// After the clock was set back, dates may be earlier.
    pub(crate) fn forget_dates(&mut self) {
        self.last_modified.clear();
    }

    /// Looks whether all are kept.
    pub(crate) fn check(
        &mut self,
        edition: &Edition,
        shown: &Snapshot,
        world: &mut World,
    ) -> Result<(), TestCaseError> {
        let published = edition.newsroom.entries();
        let published = published.filter(|entry| entry.seen.is_some());
        world
            .published
            .extend(published.map(|entry| entry.file.to_string()));
        world.note_shown();
        self.canceled(edition)?;
        for path in world.secret_media() {
            let found = shown.parts.get(&format!("path {path}"));
            let is_there = found.is_some_and(|found| found == "a file");
            prop_assert!(!is_there, "{path} can be had");
        }
        for (path, body) in &shown.bodies {
            let name = path.rsplit('/').next().unwrap_or_default();
            if matches!(name, "rss.xml" | "atom.xml" | "feed.json") {
                self.feed(path, body)?;
            }
            for secret in world.secrets() {
                prop_assert!(!body.contains(&secret), "{secret} is in {path}: {body}");
            }
        }
        self.withdrawn(edition, shown, world)?;
        let is_feed = |path: &str| !path.starts_with("/assets/");
        for (path, at) in shown.last_modified.iter().filter(|(path, _)| is_feed(path)) {
            let before = self.last_modified.insert(path.clone(), *at);
            prop_assert!(
                before.is_none_or(|before| before <= *at),
                "{path} was modified at {before:?}, now {at}"
            );
            prop_assert!(
                *at <= world.now(),
                "{path} is modified at {at}, in the future"
            );
        }
        self.identity(edition, world)
    }

    /// What was withdrawn is never to be read again.
    fn canceled(&mut self, edition: &Edition) -> Result<(), TestCaseError> {
        for entry in edition.newsroom.entries() {
            match entry.state(edition.now) {
                State::Canceled => {
                    self.canceled.insert(entry.id.clone());
                }
                state => prop_assert!(
                    !(state.has_page() && self.canceled.contains(&entry.id)),
                    "{} was withdrawn",
                    entry.id
                ),
            }
        }
        Ok(())
    }

    /// A feed is well-formed, has no item twice, and moves no date.
    fn feed(&mut self, path: &str, body: &str) -> Result<(), TestCaseError> {
        let feed = feed_rs::parser::parse(body.as_bytes());
        let feed = feed.map_err(|error| TestCaseError::fail(format!("{path}: {error}: {body}")))?;
        let mut ids = HashSet::new();
        for entry in &feed.entries {
            prop_assert!(ids.insert(&entry.id), "{} is in {path} twice", entry.id);
            let at = entry.published.unwrap().timestamp();
            let first = *self.published.entry(entry.id.clone()).or_insert(at);
            prop_assert_eq!(
                at,
                first,
                "the publication of {} has moved in {}",
                entry.id,
                path
            );
        }
        if let Some(at) = feed.updated.or(feed.published).map(|at| at.timestamp()) {
            let before = self.updated.insert(path.to_owned(), at);
            prop_assert!(
                before.is_none_or(|before| before <= at),
                "{path} was updated at {before:?}, now {at}"
            );
        }
        Ok(())
    }

    /// Of what is not to be seen there is nothing.
    fn withdrawn(
        &mut self,
        edition: &Edition,
        shown: &Snapshot,
        world: &World,
    ) -> Result<(), TestCaseError> {
        let hidden = world.hidden_files();
        let (mut open, mut closed) = (HashSet::new(), HashSet::new());
        for entry in edition.newsroom.entries() {
            let has_page = entry.state(edition.now).has_page();
            if let Some(words) = world.words_of(&entry.file) {
                self.words
                    .entry(entry.file.to_string())
                    .or_default()
                    .extend(words.clone());
                if !has_page {
                    closed.extend(words);
                }
            }
            if has_page {
                let has_left = entry.basis == Basis::LastGood && world.left.contains(&*entry.file);
                let is_hidden = hidden.contains(&*entry.file) && !has_left;
                prop_assert!(!is_hidden, "{entry:#?} may not be seen");
                open.extend(self.words.get(&*entry.file).cloned().unwrap_or_default());
            }
        }
        for word in closed.difference(&open) {
            for (path, body) in &shown.bodies {
                prop_assert!(!body.contains(word), "{word} is in {path}: {body}");
            }
        }
        Ok(())
    }

    /// A file under another name holds the same item, with the same id.
    fn identity(&mut self, edition: &Edition, world: &mut World) -> Result<(), TestCaseError> {
        let now: HashMap<&str, &Entry> = edition
            .newsroom
            .entries()
            .filter(|entry| entry.basis == Basis::File && entry.seen.is_some())
            .map(|entry| (&*entry.file, &**entry))
            .collect();
        for (from, to) in world.take_renamed() {
            // What has a new text and the old name may be the item that was edited, or is broken.
            let was_known = |home: &&Entry| self.ids.values().any(|(_, hash)| *hash == home.hash);
            let is_broken = matches!(world.files.get(&from), Some(Held::Broken { .. }));
            if is_broken || now.get(&*from).is_some_and(|home| !was_known(home)) {
                continue;
            }
            if let (Some((before, hash)), Some(entry)) = (self.ids.get(&from), now.get(&*to))
                // Of two files with one text nobody can tell which has got the new name.
                && self.ids.values().filter(|(_, other)| other == hash).count() == 1
                && now.values().filter(|other| other.hash == entry.hash).count() == 1
            {
                prop_assert_eq!(before, entry.id.as_str(), "{} became {}", from, to);
            }
        }
        self.ids = now
            .iter()
            .map(|(file, entry)| ((*file).to_owned(), (entry.id.to_string(), entry.hash)))
            .collect();
        Ok(())
    }
}
