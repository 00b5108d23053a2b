//! Labels: the tags and the authors that items name. Each has a page and feeds of its own.

use crate::text::slug::Slug;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

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
#[derive(Clone)]
pub struct Label {
    kind: Kind,
    spelling: Box<str>,
    /// Made when it is asked for: most labels are put aside for shared ones before.
    slug: OnceLock<Slug>,
}

impl Label {
    /// The label of a spelling; `None` where no address can be made of it.
    pub fn new(kind: Kind, spelling: &str) -> Option<Self> {
        // Of such a spelling a slug can always be made.
        let is_plain = spelling.bytes().any(|byte| byte.is_ascii_alphanumeric());
        let slug = if is_plain {
            OnceLock::new()
        } else {
            OnceLock::from(Slug::of(spelling)?)
        };
        Some(Self {
            kind,
            spelling: spelling.into(),
            slug,
        })
    }

    /// The label of which the page is known and nothing else.
    pub fn of_page(kind: Kind, page: Slug) -> Self {
        Self {
            kind,
            spelling: Box::default(),
            slug: OnceLock::from(page),
        }
    }

    /// Whether it is a tag or an author.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The spelling as a URL segment.
    ///
    /// # Panics
    ///
    /// Never: the constructor takes no spelling without letters and digits.
    pub fn slug(&self) -> &Slug {
        self.slug
            .get_or_init(|| Slug::of(&self.spelling).expect("there is a letter or a digit"))
    }

    fn key(&self) -> (Kind, &Slug, &str) {
        (self.kind, self.slug(), &self.spelling)
    }

    /// As the item spells it; `None` where that is not known.
    pub fn spelling(&self) -> Option<&str> {
        Some(&*self.spelling).filter(|spelling| !spelling.is_empty())
    }
}

impl Ord for Label {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Label {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Label {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Label {}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.key().fmt(f)
    }
}

/// Labels in memory once, however many items have them.
#[derive(Debug, Default)]
pub struct Labels {
    known: [Mutex<HashMap<Box<str>, Arc<Label>>>; Kind::ALL.len()],
}

impl Labels {
    /// The shared label of a spelling; `None` where no address can be made of it.
    pub fn of(&self, kind: Kind, spelling: &str) -> Option<Arc<Label>> {
        let mut known = self.known(kind);
        if let Some(label) = known.get(spelling) {
            return Some(Arc::clone(label));
        }
        let label = Arc::new(Label::new(kind, spelling)?);
        known.insert(spelling.into(), Arc::clone(&label));
        Some(label)
    }

    /// Puts the shared labels in the place of equal ones.
    pub fn share(&self, labels: &mut [Arc<Label>]) {
        for label in labels {
            let mut known = self.known(label.kind);
            match known.get(&label.spelling) {
                Some(shared) => *label = Arc::clone(shared),
                None => {
                    known.insert(label.spelling.clone(), Arc::clone(label));
                }
            }
        }
    }

    /// Forgets those that no item has any more.
    pub fn tidy(&self) {
        for kind in Kind::ALL {
            let mut known = self.known(kind);
            known.retain(|_, label| Arc::strong_count(label) > 1);
        }
    }

    /// What a panic left is whole: each change is one step.
    fn known(&self, kind: Kind) -> MutexGuard<'_, HashMap<Box<str>, Arc<Label>>> {
        let known = &self.known[kind as usize];
        known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
