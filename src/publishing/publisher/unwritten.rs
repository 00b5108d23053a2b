//! What the ledger has not got yet.

use crate::edition::record::VersionRecord;
use crate::newsroom::identity::Id;
use crate::newsroom::ledger_changes::LedgerChanges;
use crate::source::media::MediaRecord;
use crate::store::ledger::{Ledger, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// Publishing waits so long for another program that holds the ledger: a withdrawal must not wait for it.
pub const WAIT_MAX: Duration = Duration::from_millis(100);

/// So many rows are written together.
pub const ROWS_MAX: usize = 2_000;

/// What is to be written: what the last change asks for, and what could not be written before.
#[derive(Debug, Default)]
pub struct Unwritten {
    /// The rows of items and groups that changed, and old paths.
    pub stamps: LedgerChanges,
    /// The version records that are new, by path.
    pub versions: BTreeMap<String, VersionRecord>,
    /// The last good versions that are to be kept, by name.
    pub sources: BTreeMap<String, Source>,
    /// The names of those that are kept no longer.
    pub forgotten: BTreeSet<String>,
    /// The items whose removal is done.
    pub removed: BTreeSet<Id>,
    /// The items whose withdrawal waits for a confirmation, where these are others now.
    pub unconfirmed: Option<BTreeSet<Id>>,
    /// What was measured of media files, by path.
    pub media: BTreeMap<String, MediaRecord>,
    /// When it could not be written, the last time that was tried.
    pub failed_at: Option<Instant>,
}

impl Unwritten {
    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.stamps.is_empty()
            && self.versions.is_empty()
            && self.sources.is_empty()
            && self.forgotten.is_empty()
            && self.removed.is_empty()
            && self.unconfirmed.is_none()
            && self.media.is_empty()
    }
}

/// The last good version under a name.
pub fn last_good(ledger: &Ledger, unwritten: &Unwritten, name: &str) -> Option<Source> {
    let waiting = unwritten.sources.get(name).cloned();
    waiting.or_else(|| ledger.source(name).ok().flatten())
}
