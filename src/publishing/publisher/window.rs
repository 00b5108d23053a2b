//! What a place's feeds were made of, and whether a change touches that.

use crate::feed::{Context, notice, select};
use crate::newsroom::Newsroom;
use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::media::MediaFiles;
use crate::newsroom::problem::Problem;
use crate::source::scan::is_below;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a place's feeds were made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// The folder in which they stand, below the base URL.
    pub folder: String,
    /// The items and notices, in the order of the document.
    pub entries: Vec<Arc<Entry>>,
    /// The pages that its notices name as replacements.
    pub replacements: Vec<Option<String>>,
    /// What each was dated then: when it changed last, or was withdrawn.
    pub dates: Vec<i64>,
    /// The feed's own date.
    pub latest: Option<i64>,
    /// What was known of the media files.
    pub media: MediaFiles,
    /// What it lacks, since it could not be read.
    pub unread: Vec<Problem>,
}

impl Window {
    /// Counts what a document shows that could not be written anew: the window is that of no document then, and the place
    /// is made again as soon as anything touches it.
    pub(super) fn remember<'a>(&mut self, before: impl Iterator<Item = &'a Arc<Entry>>) {
        let known: BTreeSet<Id> = self.entries.iter().map(|entry| entry.id.clone()).collect();
        let others = before.filter(|entry| !known.contains(&entry.id));
        self.entries.extend(others.cloned());
        self.dates.clear();
    }
}

/// The dates that the entries of a document have.
pub(super) fn dates(entries: &[Arc<Entry>], now: i64) -> Vec<i64> {
    let date = |entry: &Arc<Entry>| {
        if select::is_notice(entry, now) {
            entry.notice_at(now)
        } else {
            entry.updated(now)
        }
    };
    entries.iter().map(date).collect()
}

/// What the notices among these name as their replacements, where that can be read.
pub(super) fn replacements(
    newsroom: &Newsroom,
    entries: &[Arc<Entry>],
    now: i64,
) -> Vec<Option<String>> {
    let media = MediaFiles::new();
    let context = Context {
        newsroom,
        media: &media,
        now,
    };
    let notices = entries.iter().filter(|entry| select::is_notice(entry, now));
    notices
        .map(|entry| notice::replacement(context, entry))
        .collect()
}

/// Whether a notice in a window names a changed item as its replacement.
pub(super) fn replaced(window: &Window, changed: &BTreeSet<Id>) -> bool {
    let mut replacing = window
        .entries
        .iter()
        .filter_map(|entry| entry.replaced_by());
    replacing.any(|id| changed.contains(id))
}

pub(super) fn shows_media(window: &Window, path: &str) -> bool {
    let mut entries = window.entries.iter();
    entries.any(|entry| entry.media.iter().any(|media| is_below(media, path)))
}
