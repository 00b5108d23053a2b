//! What a place's feeds were made of, and whether a change touches that.

use super::Publisher;
use crate::feed::{Context, notice, select};
use crate::newsroom::Newsroom;
use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::media::MediaFiles;
use crate::newsroom::place::{Place, folder};
use crate::newsroom::problem::Problem;
use crate::publishing::desk::Taken;
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

impl Publisher {
    /// Whether the feeds of every place are made.
    pub(super) fn is_forced(&self, taken: &Taken, now: i64) -> bool {
        let is_unsent = self.unsent.is_some_and(|at| at <= now);
        // After the clock was set back a version may lie in the future, which must not be told (http.md R-005).
        is_unsent || taken.has_new_settings || taken.was_set_back
    }

    /// Whether a place's feeds may be others.
    pub(super) fn is_touched(&self, place: &Place, taken: &Taken) -> bool {
        let Some(window) = self.windows.get(place) else {
            return true;
        };
        let name = folder(self.desk.newsroom().site(), place);
        let has_media = || {
            taken.media.contains("")
                || taken.media.iter().any(|path| shows_media(window, path))
                || self.shows_site_pictures(taken)
        };
        !window.unread.is_empty()
            || taken.groups.contains(&name)
            || has_media()
            || replaced(window, &taken.stamps.items)
    }

    fn shows_site_pictures(&self, taken: &Taken) -> bool {
        let mut pictures = self.desk.newsroom().site().pictures();
        pictures.any(|path| taken.media.contains(path))
    }

    /// What is known of the media files of a window, and of the site's own pictures.
    pub(super) fn media_of(&self, entries: &[Arc<Entry>], now: i64) -> MediaFiles {
        let site = self.desk.newsroom().site();
        let own = entries
            .iter()
            .filter(|entry| !select::is_notice(entry, now))
            .flat_map(|entry| entry.media.iter().map(|path| &**path));
        let measured = self
            .media
            .measure(self.desk.directory(), own.chain(site.pictures()), now);
        measured.files
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
fn replaced(window: &Window, changed: &BTreeSet<Id>) -> bool {
    let mut replacing = window
        .entries
        .iter()
        .filter_map(|entry| entry.replaced_by());
    replacing.any(|id| changed.contains(id))
}

fn shows_media(window: &Window, path: &str) -> bool {
    let mut entries = window.entries.iter();
    entries.any(|entry| entry.media.iter().any(|media| is_below(media, path)))
}
