//! What a look at the directory found.

use crate::newsroom::entry::Entry;
use crate::newsroom::parse::salvage::Salvage;
use crate::source::load::Whole;
use crate::source::stamp::FileStamp;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A file that changed.
#[derive(Debug, Clone)]
pub struct Changed {
    /// The file.
    pub file: Arc<str>,
    /// Its stamp.
    pub stamp: FileStamp,
    /// Whether it was parsed, rather than found in the index.
    pub is_parsed: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The entries of the files that changed and hold an item.
    pub entries: Vec<Arc<Entry>>,
    /// The whole items of these, where they are few.
    pub wholes: Vec<Whole>,
    /// The files that changed, with their stamps, and whether they were parsed rather than found in the index.
    pub changed: Vec<Changed>,
    /// What can be read of broken ones.
    pub broken: Vec<(Arc<str>, Salvage)>,
    /// The files that are there no longer.
    pub gone: BTreeSet<Arc<str>>,
    /// Files that somebody may be writing or that went a moment ago, and whose items cannot stay as they are until it is
    /// clear what becomes of them.
    pub unread: BTreeSet<Arc<str>>,
}

impl Found {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.gone.is_empty() && self.unread.is_empty()
    }
}
