//! What is remembered and does not stand in an entry: the rows of items that have none, found by id and by everything that
//! a file can be recognised by, and those of groups.

use crate::newsroom::entry::Likeness;
use crate::newsroom::identity::Id;
use crate::newsroom::record::{GroupRecord, Groups, ItemRecord};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is remembered and does not stand in an entry.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// The rows of items that have no entry: their files are gone, broken or claim what another has.
    pub absent: Absent,
    /// The rows of groups.
    pub groups: Groups,
}

impl Records {
    /// The newest stamp of a group: then somebody looked, perhaps not for the last time. `None` before anybody did.
    pub fn looked_at(&self) -> Option<i64> {
        let stamps = self.groups.values().map(|group| group.changed_at);
        stamps.max()
    }

    /// The row of a group.
    ///
    /// # Panics
    ///
    /// Never: a row that is missing is made first.
    pub fn group(&mut self, name: &str) -> &mut GroupRecord {
        if !self.groups.contains_key(name) {
            self.groups.insert(name.to_owned(), GroupRecord::default());
        }
        self.groups.get_mut(name).expect("it is there now")
    }
}

/// The rows. Those that are found by the same come in the order of their ids.
#[derive(Debug, Clone, Default)]
pub struct Absent {
    rows: BTreeMap<Id, ItemRecord>,
    files: BTreeMap<String, BTreeSet<Id>>,
    hashes: BTreeMap<[u8; 16], BTreeSet<Id>>,
    likenesses: BTreeMap<Likeness, BTreeSet<Id>>,
    /// How many of them refer to each file of the media folder.
    media: imbl::HashMap<Arc<str>, usize>,
}

impl Absent {
    /// The row of an id.
    pub fn get(&self, id: &Id) -> Option<&ItemRecord> {
        self.rows.get(id)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = &ItemRecord> {
        self.rows.values()
    }

    /// Puts a row in, in the place of the one of its id.
    pub fn insert(&mut self, record: ItemRecord) {
        self.remove(&record.id);
        let id = &record.id;
        note(&mut self.files, record.file.clone(), id);
        note(&mut self.hashes, record.hash, id);
        note(&mut self.likenesses, record.likeness, id);
        for media in &record.media {
            *self.media.entry(Arc::from(media.as_str())).or_default() += 1;
        }
        self.rows.insert(id.clone(), record);
    }

    /// Takes a row out.
    pub fn remove(&mut self, id: &Id) -> Option<ItemRecord> {
        let record = self.rows.remove(id)?;
        forget(&mut self.files, &record.file, id);
        forget(&mut self.hashes, &record.hash, id);
        forget(&mut self.likenesses, &record.likeness, id);
        for media in &record.media {
            if let Some(count) = self.media.get_mut(media.as_str()) {
                *count -= 1;
                if *count == 0 {
                    self.media.remove(media.as_str());
                }
            }
        }
        Some(record)
    }

    /// The files of the media folder that the rows refer to, with how many do. A clone is free.
    pub fn media(&self) -> &imbl::HashMap<Arc<str>, usize> {
        &self.media
    }

    /// The rows of items that a file held last.
    pub fn of_file(&self, file: &str) -> Vec<&ItemRecord> {
        self.of(self.files.get(file))
    }

    /// The rows of items whose files had these bytes.
    pub fn of_hash(&self, hash: [u8; 16]) -> Vec<&ItemRecord> {
        self.of(self.hashes.get(&hash))
    }

    /// The rows of items with this headline and date.
    pub fn of_likeness(&self, likeness: Likeness) -> Vec<&ItemRecord> {
        self.of(self.likenesses.get(&likeness))
    }

    fn of(&self, ids: Option<&BTreeSet<Id>>) -> Vec<&ItemRecord> {
        let ids = ids.into_iter().flatten();
        ids.filter_map(|id| self.rows.get(id)).collect()
    }
}

fn note<K: Ord>(index: &mut BTreeMap<K, BTreeSet<Id>>, key: K, id: &Id) {
    index.entry(key).or_default().insert(id.clone());
}

fn forget<K: Ord>(index: &mut BTreeMap<K, BTreeSet<Id>>, key: &K, id: &Id) {
    if let Some(ids) = index.get_mut(key) {
        ids.remove(id);
        if ids.is_empty() {
            index.remove(key);
        }
    }
}

impl FromIterator<ItemRecord> for Absent {
    fn from_iter<I: IntoIterator<Item = ItemRecord>>(records: I) -> Self {
        let mut absent = Self::default();
        records.into_iter().for_each(|record| absent.insert(record));
        absent
    }
}
