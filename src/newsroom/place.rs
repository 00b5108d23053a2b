//! Places: everything that feeds and a list page hang from.

use crate::newsroom::label::Kind;
use crate::newsroom::site::{Site, Tree};
use crate::text::slug::Slug;

/// One list of items: all news, a section, a tag or an author, in one tree.
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
    /// The items that name a tag.
    Tag(Slug),
    /// The items that name an author.
    Author(Slug),
}

impl Scope {
    /// The scope of a tag's or an author's page.
    pub fn of_label(kind: Kind, page: Slug) -> Self {
        match kind {
            Kind::Tag => Self::Tag(page),
            Kind::Author => Self::Author(page),
        }
    }

    /// The tag or author that it is about.
    pub fn label(&self) -> Option<(Kind, &Slug)> {
        match self {
            Self::Tag(page) => Some((Kind::Tag, page)),
            Self::Author(page) => Some((Kind::Author, page)),
            Self::All | Self::Section(_) => None,
        }
    }
}

/// The path below the base URL of everything that hangs from a place: `/`, `/news/`, `/ru/news/`, `/tag/climate/`. It
/// is the place's name in the ledger, too.
pub fn folder(site: &Site, place: &Place) -> String {
    let root = site.root(place.tree);
    match &place.scope {
        Scope::All => root,
        Scope::Section(section) => format!("{root}{section}/"),
        Scope::Tag(page) => format!("{root}{}/{page}/", Kind::Tag.segment()),
        Scope::Author(page) => format!("{root}{}/{page}/", Kind::Author.segment()),
    }
}

/// Whether a folder is that of a tag or an author: no section may be called like the segment before them.
pub fn is_label_folder(folder: &str) -> bool {
    let mut segments = folder.split('/').rev().skip(2);
    let segment = segments.next();
    Kind::ALL.iter().any(|kind| segment == Some(kind.segment()))
}

/// The place in whose folder a path below the base URL lies, and the rest of that. Whether there is such a place does
/// not matter.
pub fn locate<'p>(site: &Site, path: &'p str) -> Vec<(Place, &'p str)> {
    let of_tree = |tree: Tree| {
        let rest = path.strip_prefix(site.root(tree).as_str())?;
        let place = |scope| Place { tree, scope };
        let mut found = vec![(place(Scope::All), rest)];
        if let Some((first, below)) = rest.split_once('/') {
            let label = Kind::ALL.into_iter().find(|kind| kind.segment() == first);
            found.extend(match label {
                Some(kind) => below.split_once('/').and_then(|(page, rest)| {
                    Some((place(Scope::of_label(kind, Slug::new(page)?)), rest))
                }),
                None => Slug::new(first).map(|name| (place(Scope::Section(name)), below)),
            });
        }
        Some(found)
    };
    site.trees().filter_map(of_tree).flatten().collect()
}
