//! Which published items the files hold: told by what the ledger remembers of each, the surest signs first.
//!
//! The answer depends on the files and the rows alone, not on the way on which they came to be as they are.

use crate::newsroom::Newsroom;
use crate::newsroom::absent::Absent;
use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::lifecycle::State;
use crate::newsroom::record::ItemRecord;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Tells of files whose items are not among the entries.
#[derive(Clone, Copy)]
pub struct Unread<'a> {
    /// Whether a file cannot be read or understood.
    pub is_unread: &'a dyn Fn(&str) -> bool,
    /// Whether it says all the same that its item is not to be seen.
    pub is_withdrawing: &'a dyn Fn(&str) -> bool,
}

impl Unread<'_> {
    /// Of no file.
    pub const NONE: Self = Self {
        is_unread: &|_| false,
        is_withdrawing: &|_| false,
    };
}

/// Finds the published item that each entry holds; `None` for those that hold a new one. No item is found twice, and
/// none whose own file withdraws it. The entries are in the order of their files, and have the ids that their files give
/// them.
pub fn recognise(
    newsroom: &Newsroom,
    entries: &[Arc<Entry>],
    absent: &Absent,
    unread: Unread<'_>,
) -> Vec<Option<Id>> {
    if absent.is_empty() {
        return vec![None; entries.len()];
    }
    let mut search = Search {
        entries,
        absent,
        unread,
        homes: entries
            .iter()
            .enumerate()
            .map(|(at, entry)| (&*entry.file, at))
            .collect(),
        found: vec![None; entries.len()],
        taken: HashSet::new(),
    };
    let same_file = |entry: &Entry| absent.of_file(&entry.file);
    let same_id = |entry: &Entry| Vec::from_iter(absent.get(&entry.id));
    let same_bytes = |entry: &Entry| absent.of_hash(entry.hash);
    let same_words = |entry: &Entry| absent.of_likeness(entry.likeness);
    // An author who gives an item another id in the same place has changed its id, unless it was withdrawn for good.
    let is_changeable =
        |row: &ItemRecord, entry: &Entry| !entry.has_own_id || row.state != Some(State::Canceled);
    search.stage(same_file, &|_, row, entry| row.hash == entry.hash);
    search.stage(same_id, &|_, row, entry| row.hash == entry.hash);
    search.stage(same_id, &|_, row, entry| {
        entry.has_own_id && is_it(row, entry)
    });
    // Of what has moved under another's name the bytes say more than a headline and a date that both may share.
    search.stage(same_bytes, &|search, row, entry| {
        !entry.has_own_id && search.has_left(row, entry)
    });
    search.stage(same_id, &|_, row, entry| is_it(row, entry));
    search.stage(same_file, &|_, row, entry| {
        is_it(row, entry) && is_changeable(row, entry)
    });
    // An item that was found may have left its file to another.
    loop {
        let found = search.taken.len();
        search.stage(same_bytes, &|search, row, _| search.is_free(row));
        search.stage(same_words, &|search, row, entry| {
            !entry.has_own_id && search.is_free(row)
        });
        if search.taken.len() > found {
            continue;
        }
        // What has a file that cannot be read is in that file.
        search.stage(same_id, &|search, row, entry| {
            let is_home = (search.unread.is_unread)(&row.file);
            *row.file == *entry.file || (!is_home && row.likeness.is_near(&entry.likeness))
        });
        // In the same file it is the same item, whatever else was changed; with another id, at the same address.
        search.stage(same_file, &|_, row, entry| {
            let is_there = !entry.has_own_id || row.path == newsroom.path(entry);
            is_there && is_changeable(row, entry)
        });
        if search.taken.len() == found {
            break;
        }
    }
    search.found
}

/// Whether a file holds the item that a row remembers: its bytes are the same, or its headline and date.
fn is_it(row: &ItemRecord, entry: &Entry) -> bool {
    row.hash == entry.hash || row.likeness == entry.likeness
}

/// Whether an item had no file any more when it was looked for last.
fn is_lost(row: &ItemRecord) -> bool {
    row.state.is_none()
}

/// The name of a file without its folders.
fn name_of(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}

struct Search<'a> {
    entries: &'a [Arc<Entry>],
    absent: &'a Absent,
    unread: Unread<'a>,
    /// Which entry a file holds.
    homes: HashMap<&'a str, usize>,
    found: Vec<Option<Id>>,
    taken: HashSet<Id>,
}

/// Whether a row and an entry belong together.
type IsMatch<'m> = &'m dyn Fn(&Search<'_>, &ItemRecord, &Entry) -> bool;

impl Search<'_> {
    /// Gives each entry that has none yet the best of some rows that match: what was published until now before what was
    /// lost earlier, then one whose file had the same name in another folder, then the first by id.
    fn stage<'a>(&mut self, rows: impl Fn(&Entry) -> Vec<&'a ItemRecord>, is_match: IsMatch<'_>) {
        for (at, entry) in self.entries.iter().enumerate() {
            if self.found[at].is_some() {
                continue;
            }
            let rows = rows(entry);
            let is_withdrawn = |row: &ItemRecord| {
                *row.file != *entry.file && (self.unread.is_withdrawing)(&row.file)
            };
            let free = rows.iter().filter(|row| !self.taken.contains(&row.id));
            let free = free.filter(|row| !is_withdrawn(row));
            let id = free
                .filter(|row| is_match(self, row, entry))
                .min_by_key(|row| (is_lost(row), name_of(&row.file) != name_of(&entry.file)))
                .map(|row| row.id.clone());
            self.taken.extend(id.clone());
            self.found[at] = id;
        }
    }

    /// Whether the bytes of an item are no longer in its file, and those of another item are: it has changed its name. So
    /// it has where its file is gone and a file that held nothing before has its bytes.
    fn has_left(&self, row: &ItemRecord, entry: &Entry) -> bool {
        let has_left = match self.homes.get(&*row.file) {
            Some(at) => {
                let there = self.entries[*at].hash;
                row.hash != there && !self.absent.of_hash(there).is_empty()
            }
            None => {
                !is_lost(row)
                    && !(self.unread.is_unread)(&row.file)
                    && self.absent.of_file(&entry.file).is_empty()
            }
        };
        has_left && self.published_of(row.hash) == 1
    }

    /// How many of the items whose files had these bytes were published until now.
    fn published_of(&self, hash: [u8; 16]) -> usize {
        let rows = self.absent.of_hash(hash).into_iter();
        rows.filter(|row| !is_lost(row)).count()
    }

    /// Whether an item is no longer in its file: that is gone, or holds what is certainly another.
    fn is_free(&self, row: &ItemRecord) -> bool {
        let Some(at) = self.homes.get(&*row.file) else {
            return !(self.unread.is_unread)(&row.file);
        };
        let entry = &self.entries[*at];
        if let Some(id) = &self.found[*at] {
            return *id != row.id;
        }
        let mut same_bytes = self.absent.of_hash(entry.hash).into_iter();
        if row.hash != entry.hash && same_bytes.any(|other| other.id != row.id) {
            return true;
        }
        let is_near = row.hash == entry.hash || row.likeness.is_near(&entry.likeness);
        let has_other_id = entry.has_own_id && entry.id != row.id;
        !is_near && (has_other_id || self.is_another(row, entry))
    }

    /// Whether an entry is like what another row remembers.
    fn is_another(&self, row: &ItemRecord, entry: &Entry) -> bool {
        let same_bytes = self.absent.of_hash(entry.hash);
        let same_words = self.absent.of_likeness(entry.likeness);
        let mut like = same_bytes.iter().chain(&same_words);
        like.any(|other| other.id != row.id)
    }
}
