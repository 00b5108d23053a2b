//! Shared entries under an order or a name of their own: an index costs a pointer an item, not a copy of its keys.

use crate::newsroom::entry::Entry;
use crate::newsroom::site::Tree;
use equivalent::{Comparable, Equivalent};
use std::cmp::{Ordering, Reverse};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// An entry under the hash of a name: its id or the address of its page. A tree of these takes a third of the room of
/// a hash trie.
#[derive(Clone)]
pub(super) struct ByHash {
    hash: u64,
    pub(super) entry: Arc<Entry>,
}

impl ByHash {
    /// An entry under its id.
    pub(super) fn of_id(entry: &Arc<Entry>) -> Self {
        Self {
            hash: id(entry.id.as_str()).0,
            entry: Arc::clone(entry),
        }
    }

    /// An entry under the address of its page.
    pub(super) fn of_address(entry: &Arc<Entry>) -> Self {
        Self {
            hash: address(entry.tree, entry.section.as_str(), entry.slug.as_str()).0,
            entry: Arc::clone(entry),
        }
    }

    fn key(&self) -> (u64, &str) {
        (self.hash, self.entry.id.as_str())
    }
}

/// The hash of a name that is looked up.
pub(super) struct NameHash(u64);

/// The hash of an id.
pub(super) fn id(id: &str) -> NameHash {
    NameHash::of(id)
}

/// The hash of the address of a page: tree, section and slug.
pub(super) fn address(tree: Tree, section: &str, slug: &str) -> NameHash {
    NameHash::of((tree, section, slug))
}

impl NameHash {
    fn of(name: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        Self(hasher.finish())
    }

    /// The entries under names of this hash: hardly ever more than one.
    pub(super) fn among(self, index: &imbl::OrdSet<ByHash>) -> impl Iterator<Item = &Arc<Entry>> {
        let hash = self.0;
        let rest = index.range(self..);
        let same = rest.take_while(move |other| other.hash == hash);
        same.map(|other| &other.entry)
    }
}

impl Equivalent<ByHash> for NameHash {
    fn equivalent(&self, _: &ByHash) -> bool {
        false
    }
}

impl Comparable<ByHash> for NameHash {
    /// It stands before all entries that have it.
    fn compare(&self, other: &ByHash) -> Ordering {
        self.0.cmp(&other.hash).then(Ordering::Less)
    }
}

/// An entry in the order of a list: newest first by wire time; of one second, by id. The same on every machine.
#[derive(Clone)]
pub(super) struct ByWire(pub(super) Arc<Entry>);

impl ByWire {
    fn key(&self) -> (Reverse<i64>, &str) {
        (Reverse(self.0.wire), self.0.id.as_str())
    }
}

/// An entry beside the other language versions of its text.
#[derive(Clone)]
pub(super) struct ByText(pub(super) Arc<Entry>);

impl ByText {
    fn key(&self) -> (&str, &str) {
        (&self.0.text, self.0.id.as_str())
    }
}

/// The key of a text.
pub(super) struct TextKey<'k>(pub(super) &'k str);

impl Equivalent<ByText> for TextKey<'_> {
    fn equivalent(&self, _: &ByText) -> bool {
        false
    }
}

impl Comparable<ByText> for TextKey<'_> {
    /// It stands before all versions of the text.
    fn compare(&self, other: &ByText) -> Ordering {
        self.0.cmp(&other.0.text).then(Ordering::Less)
    }
}

macro_rules! ordered_by_key {
    ($($index:ident)*) => {$(
        impl Ord for $index {
            fn cmp(&self, other: &Self) -> Ordering {
                self.key().cmp(&other.key())
            }
        }

        impl PartialOrd for $index {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl PartialEq for $index {
            fn eq(&self, other: &Self) -> bool {
                self.key() == other.key()
            }
        }

        impl Eq for $index {}
    )*};
}

ordered_by_key!(ByHash ByWire ByText);
