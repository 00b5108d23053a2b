//! What holds in every edition, whatever happened.

use super::draft::Draft;
use super::snapshot::Snapshot;
use super::world::World;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use tidings::edition::Edition;
use tidings::newsroom::entry::{Entry, StandsOn};
use tidings::newsroom::identity::Id;
use tidings::newsroom::lifecycle::State;

/// What was promised so far.
#[derive(Default)]
pub(crate) struct Promises {
    /// Every path at which an item ever stood.
    pub(crate) paths: BTreeSet<String>,
    /// When each item was published, by its id on the wire.
    dates: HashMap<String, i64>,
    /// The date of each feed.
    updated: BTreeMap<String, i64>,
    last_modified: BTreeMap<String, i64>,
    /// The ids of published items, with the hashes of their texts, by their files.
    ids: HashMap<String, (String, [u8; 16])>,
    /// The hashes of all items' texts at the last look, also of those whose files are gone.
    hashes: Vec<[u8; 16]>,
    /// The words of the items that a file ever held.
    words: HashMap<String, HashSet<String>>,
    /// The items that were withdrawn for good.
    canceled: HashSet<Id>,
    /// The items that could be read at the last look, with their files.
    shown: HashMap<Id, String>,
    /// The items that stood as their files say at the last look.
    before: HashSet<Id>,
    /// The files of those among them that could be read at the look before, too.
    pub(crate) published: BTreeSet<String>,
}

impl Promises {
    /// After the clock was set back, dates may be earlier.
    pub(crate) fn forget_dates(&mut self) {
        self.last_modified.clear();
    }

    /// Looks at what is published now. What is withdrawn is so for good.
    pub(crate) fn see(&mut self, edition: &Edition, now: i64) -> Result<(), TestCaseError> {
        let entries = || edition.newsroom.entries();
        let is_shown = |entry: &&Arc<Entry>| entry.state(edition.now).has_page();
        let canceled = entries().filter(|entry| entry.state(edition.now) == State::Canceled);
        self.canceled.extend(canceled.map(|entry| entry.id.clone()));
        for entry in entries().filter(is_shown) {
            prop_assert!(
                !self.canceled.contains(&entry.id),
                "{} was withdrawn for good, and is shown at {now}: {entry:#?}",
                entry.id
            );
        }
        let shown = entries().filter(is_shown);
        let shown: HashMap<Id, String> = shown
            .map(|entry| (entry.id.clone(), entry.file.to_string()))
            .collect();
        let known = shown.iter().filter(|(id, _)| self.shown.contains_key(id));
        self.published = known.map(|(_, file)| file.clone()).collect();
        self.shown = shown;
        Ok(())
    }

    /// No text is shown of which only a half was ever there.
    pub(crate) fn whole(&self, shown: &Snapshot, world: &World) -> Result<(), TestCaseError> {
        for (path, body) in &shown.bodies {
            for text in &world.halves {
                let draft = Draft {
                    text: *text,
                    ..Draft::default()
                };
                prop_assert!(
                    !body.contains(&draft.text_word()) || body.contains(&draft.end_word()),
                    "half of text {text} is in {path}: {body}"
                );
            }
        }
        Ok(())
    }

    /// A picture that only hidden files name is not there, and what is published stays when its date slips.
    fn hidden(
        &self,
        edition: &Edition,
        shown: &Snapshot,
        world: &World,
    ) -> Result<(), TestCaseError> {
        for number in world.hidden_pictures(&self.published) {
            let name = format!("{number}.png");
            let readable = edition.newsroom.referring(&name);
            let mut readable = readable.filter(|entry| entry.state(edition.now).has_page());
            let found = &shown.parts[&format!("path /media/{name}")];
            prop_assert!(
                readable.next().is_some() || found.starts_with("nothing"),
                "{name} is named by hidden files alone, and is {found}"
            );
        }
        for entry in edition.newsroom.entries() {
            let state = entry.state(edition.now);
            let draft = world.draft_of(&entry.file);
            if let Some(draft) = draft
                && entry.basis == StandsOn::File
                && self.before.contains(&entry.id)
                && entry.wire <= world.now()
                && !draft.is_held_back()
                && draft.embargo.is_none()
            {
                prop_assert!(
                    state.has_page() || state == State::Canceled,
                    "{} was published, and is {state:?}: {entry:#?}",
                    entry.id
                );
            }
        }
        Ok(())
    }

    /// Looks whether all are kept.
    pub(crate) fn check(
        &mut self,
        edition: &Edition,
        shown: &Snapshot,
        world: &mut World,
    ) -> Result<(), TestCaseError> {
        self.see(edition, world.now())?;
        self.whole(shown, world)?;
        self.hidden(edition, shown, world)?;
        let standing = edition
            .newsroom
            .entries()
            .filter(|entry| entry.basis == StandsOn::File && entry.state(edition.now).has_page());
        self.before = standing.map(|entry| entry.id.clone()).collect();
        world.note_shown(&self.published);
        for (path, body) in &shown.bodies {
            let name = path.rsplit('/').next().unwrap_or_default();
            if matches!(name, "rss.xml" | "atom.xml" | "feed.json") {
                self.feed(path, body)?;
            }
            for secret in world.secrets(&self.published) {
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

    /// A feed is well-formed, has no item twice, and moves no date.
    fn feed(&mut self, path: &str, body: &str) -> Result<(), TestCaseError> {
        let feed = feed_rs::parser::parse(body.as_bytes());
        let feed = feed.map_err(|error| TestCaseError::fail(format!("{path}: {error}: {body}")))?;
        let mut ids = HashSet::new();
        for entry in &feed.entries {
            prop_assert!(ids.insert(&entry.id), "{} is in {path} twice", entry.id);
            let at = entry.published.unwrap().timestamp();
            let first = *self.dates.entry(entry.id.clone()).or_insert(at);
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
        let hidden = world.held_back_files();
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
                let is_hidden = hidden.contains(&*entry.file);
                prop_assert!(
                    !is_hidden || self.is_elsewhere(entry, world),
                    "{entry:#?} may not be seen"
                );
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

    /// Whether what an item stands on is the text of a file of another name, which was refused: what its former file says
    /// is said of another item.
    fn is_elsewhere(&self, entry: &Entry, world: &World) -> bool {
        let Some(known) = self.words.get(&*entry.file) else {
            return false;
        };
        let mut others = world.open_words(&entry.file);
        entry.basis == StandsOn::LastGood
            && others.any(|words| words.iter().all(|word| known.contains(word)))
    }

    /// A file under another name holds the same item, with the same id.
    fn identity(&mut self, edition: &Edition, world: &mut World) -> Result<(), TestCaseError> {
        let now: HashMap<&str, &Entry> = edition
            .newsroom
            .entries()
            .filter(|entry| entry.basis == StandsOn::File && entry.seen.is_some())
            .map(|entry| (&*entry.file, &**entry))
            .collect();
        for (file, entry) in &now {
            // The same bytes under the same name are the same item.
            if let Some((before, hash)) = self.ids.get(*file)
                && *hash == entry.hash
                && self.ids.values().filter(|(_, other)| other == hash).count() == 1
            {
                prop_assert_eq!(before, entry.id.as_str(), "{} has another id", file);
            }
        }
        for (from, to) in world.take_renamed() {
            // Where a text that nobody has seen came under the old name it may have been written there, after the old one
            // was copied.
            let is_written_anew = now.get(&*from).is_some_and(|there| {
                let mut known = self.ids.values();
                !known.any(|(_, hash)| *hash == there.hash)
            });
            if is_written_anew {
                continue;
            }
            if let (Some((before, hash)), Some(entry)) = (self.ids.get(&from), now.get(&*to))
                // Of two items with one text nobody can tell which has got the new name.
                && self.hashes.iter().filter(|other| *other == hash).count() == 1
                && now.values().filter(|other| other.hash == entry.hash).count() == 1
                // Nor which was copied where the old name holds what cannot be understood.
                && (now.contains_key(&*from) || !world.has_file(&from))
            {
                prop_assert_eq!(before, entry.id.as_str(), "{} became {}", from, to);
            }
        }
        let all = edition.newsroom.entries();
        self.hashes = all.map(|entry| entry.hash).collect();
        self.ids = now
            .iter()
            .map(|(file, entry)| ((*file).to_owned(), (entry.id.to_string(), entry.hash)))
            .collect();
        Ok(())
    }
}
