//! Places: everything that feeds and a list page hang from.

use crate::newsroom::site::{Site, Tree};
use crate::text::slug::Slug;

/// One list of items: all news or a section, in one tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The tree of pages that it belongs to.
    pub tree: Tree,
    /// Which items it lists.
    pub scope: Scope,
}

/// Which items a place lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// All news: the items of every section with `in_main`.
    All,
    /// One section.
    Section(Slug),
}

/// The path below the base URL of everything that hangs from a place: `/`, `/news/`, `/ru/news/`. It is the place's
/// name in the ledger, too.
pub fn folder(site: &Site, place: &Place) -> String {
    let root = site.root(place.tree);
    match &place.scope {
        Scope::All => root,
        Scope::Section(section) => format!("{root}{section}/"),
    }
}
