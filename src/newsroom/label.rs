//! Labels: the tags and the authors that items name. Each has a page and feeds of its own.

use crate::text::slug::Slug;
use std::collections::HashMap;
use std::sync::Arc;

/// What a label says of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A free keyword.
    Tag,
    /// Who wrote it.
    Author,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Tag, Self::Author];

    /// The first segment of its pages' paths.
    pub fn segment(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Author => "author",
        }
    }

    /// The table of `site.toml` that tells of them.
    pub fn table(self) -> &'static str {
        match self {
            Self::Tag => "tags",
            Self::Author => "authors",
        }
    }
}

/// One tag or author as an item spells it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    kind: Kind,
    slug: Slug,
    spelling: Box<str>,
}

impl Label {
    /// The label of a spelling; `None` where no address can be made of it.
    pub fn new(kind: Kind, spelling: &str) -> Option<Self> {
        let slug = Slug::of(spelling)?;
        Some(Self {
            kind,
            slug,
            spelling: spelling.into(),
        })
    }

    /// The label of which the page is known and nothing else.
    pub fn of_page(kind: Kind, page: Slug) -> Self {
        Self {
            kind,
            slug: page,
            spelling: Box::default(),
        }
    }

    /// Whether it is a tag or an author.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The spelling as a URL segment.
    pub fn slug(&self) -> &Slug {
        &self.slug
    }

    /// As the item spells it; `None` where that is not known.
    pub fn spelling(&self) -> Option<&str> {
        Some(&*self.spelling).filter(|spelling| !spelling.is_empty())
    }
}

/// Labels in memory once, however many items have them.
#[derive(Debug, Default)]
pub struct Labels {
    known: [HashMap<Box<str>, Arc<Label>>; Kind::ALL.len()],
}

impl Labels {
    /// The shared label of a spelling; `None` where no address can be made of it.
    pub fn of(&mut self, kind: Kind, spelling: &str) -> Option<Arc<Label>> {
        let known = &mut self.known[kind as usize];
        if let Some(label) = known.get(spelling) {
            return Some(Arc::clone(label));
        }
        let label = Arc::new(Label::new(kind, spelling)?);
        known.insert(spelling.into(), Arc::clone(&label));
        Some(label)
    }

    /// Puts the shared labels in the place of equal ones.
    pub fn share(&mut self, labels: &mut [Arc<Label>]) {
        for label in labels {
            let known = &mut self.known[label.kind as usize];
            match known.get(&label.spelling) {
                Some(shared) => *label = Arc::clone(shared),
                None => {
                    known.insert(label.spelling.clone(), Arc::clone(label));
                }
            }
        }
    }

    /// Forgets those that no item has any more.
    pub fn tidy(&mut self) {
        for known in &mut self.known {
            known.retain(|_, label| Arc::strong_count(label) > 1);
        }
    }
}
