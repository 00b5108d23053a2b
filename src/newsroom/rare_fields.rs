//! What few items have: it takes no room in the entries of the others.

use crate::newsroom::identity::Id;
use crate::text::language::Language;
use crate::text::slug::Slug;
use std::ops::Deref;
use std::sync::Arc;

/// What an entry has beyond what every entry has; mostly nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RareFields(Option<Box<RareValues>>);

/// The things themselves. Instants are seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RareValues {
    /// The guid that an imported item had elsewhere.
    pub id_uri: Option<Arc<str>>,
    /// Its language, where that is not its tree's.
    pub language: Option<Language>,
    /// The sections that list it beside the one of its URL.
    pub sections: Vec<Slug>,
    /// Old paths below the base URL, as the file says them.
    pub aliases: Vec<Arc<str>>,
    /// The instants of its significant changes, oldest first; of one that is dated with a day alone its first.
    pub changes: Vec<i64>,
    /// Those that are dated with a day alone: the first instants of their days, oldest first. A day may stand there twice.
    pub day_changes: Vec<i64>,
    /// Whether the page that search engines are to find is another than its own.
    pub is_elsewhere: bool,
    /// What its author says of a withdrawal.
    pub withdrawal: Withdrawal,
}

/// What an author says of a withdrawal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Withdrawal {
    /// When it was.
    pub at: Option<i64>,
    /// The public reason.
    pub note: Option<String>,
    /// The item that takes its place.
    pub replaced_by: Option<Id>,
}

static NOTHING: RareValues = RareValues {
    id_uri: None,
    language: None,
    sections: Vec::new(),
    aliases: Vec::new(),
    changes: Vec::new(),
    day_changes: Vec::new(),
    is_elsewhere: false,
    withdrawal: Withdrawal {
        at: None,
        note: None,
        replaced_by: None,
    },
};

impl From<RareValues> for RareFields {
    fn from(further: RareValues) -> Self {
        Self((further != NOTHING).then(|| Box::new(further)))
    }
}

impl Deref for RareFields {
    type Target = RareValues;

    fn deref(&self) -> &RareValues {
        self.0.as_deref().unwrap_or(&NOTHING)
    }
}

impl RareFields {
    /// The same with another withdrawal.
    #[must_use]
    pub fn withdrawn(&self, withdrawal: Withdrawal) -> Self {
        Self::from(RareValues {
            withdrawal,
            ..(**self).clone()
        })
    }
}
