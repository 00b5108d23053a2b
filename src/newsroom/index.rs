//! Shared entries under an order or a name of their own: an index costs one pointer an item, not a copy of its keys.

use crate::newsroom::entry::Entry;
use crate::newsroom::site::Tree;
use std::borrow::Borrow;
use std::cmp::{Ordering, Reverse};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// An entry under its id.
#[derive(Clone)]
pub(super) struct ById(pub(super) Arc<Entry>);

impl Borrow<str> for ById {
    fn borrow(&self) -> &str {
        self.0.id.as_str()
    }
}

impl Hash for ById {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.id.as_str().hash(state);
    }
}

impl PartialEq for ById {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for ById {}

/// An entry in the order of a list: newest first by wire time; of one second, by id. The same on every machine.
#[derive(Clone)]
pub(super) struct ByWire(pub(super) Arc<Entry>);

impl ByWire {
    fn key(&self) -> (Reverse<i64>, &str) {
        (Reverse(self.0.wire), self.0.id.as_str())
    }
}

impl Ord for ByWire {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for ByWire {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ByWire {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for ByWire {}

/// An entry under the address of its page.
#[derive(Clone)]
pub(super) struct ByAddress(pub(super) Arc<Entry>);

/// Where a page is: tree, section and slug.
pub(super) trait Address {
    fn address(&self) -> (Tree, &str, &str);
}

impl Address for ByAddress {
    fn address(&self) -> (Tree, &str, &str) {
        (self.0.tree, self.0.section.as_str(), self.0.slug.as_str())
    }
}

impl Address for (Tree, &str, &str) {
    fn address(&self) -> (Tree, &str, &str) {
        *self
    }
}

impl Hash for dyn Address + '_ {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.address().hash(state);
    }
}

impl PartialEq for dyn Address + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.address() == other.address()
    }
}

impl Eq for dyn Address + '_ {}

impl<'a> Borrow<dyn Address + 'a> for ByAddress {
    fn borrow(&self) -> &(dyn Address + 'a) {
        self
    }
}

impl Hash for ByAddress {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.address().hash(state);
    }
}

impl PartialEq for ByAddress {
    fn eq(&self, other: &Self) -> bool {
        self.address() == other.address()
    }
}

impl Eq for ByAddress {}

/// An entry beside the other language versions of its text.
#[derive(Clone)]
pub(super) struct ByText(pub(super) Arc<Entry>);

/// Which text, and which version of it: the key that links the versions, and the item's id.
pub(super) trait Text {
    fn text(&self) -> (&str, &str);
}

impl Text for ByText {
    fn text(&self) -> (&str, &str) {
        (&self.0.text, self.0.id.as_str())
    }
}

impl Text for (&str, &str) {
    fn text(&self) -> (&str, &str) {
        *self
    }
}

impl Ord for dyn Text + '_ {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text().cmp(&other.text())
    }
}

impl PartialOrd for dyn Text + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for dyn Text + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for dyn Text + '_ {}

impl<'a> Borrow<dyn Text + 'a> for ByText {
    fn borrow(&self) -> &(dyn Text + 'a) {
        self
    }
}

impl Ord for ByText {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text().cmp(&other.text())
    }
}

impl PartialOrd for ByText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ByText {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for ByText {}
