//! The whole items that documents show: read when they are needed, held while a feed shows them.

use super::{Publisher, unwritten, window};
use crate::feed::{Row, Shown, select};
use crate::newsroom::entry::{Entry, StandsOn};
use crate::newsroom::identity::Id;
use crate::newsroom::item::Item;
use crate::newsroom::media::MediaFiles;
use crate::newsroom::place::{Place, folder};
use crate::newsroom::problem::{Problem, Severity};
use crate::publishing::desk::Changes;
use crate::source;
use crate::source::load::Whole;
use crate::store::ledger::Source;
use crate::text::causes::joined;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// So often what changed while documents were made is taken in before they are. After that it is left out and follows.
const AGAIN_MAX: usize = 5;

/// What was read for the documents of one step.
#[derive(Default)]
pub struct Reading {
    /// The items, by id.
    items: HashMap<Id, Shown>,
    /// The texts of those that were not in memory, by id.
    pub texts: BTreeMap<String, Source>,
    /// The items as they were read under other settings, by id.
    former: imbl::HashMap<Id, Shown>,
}

/// What cannot be read is tried again after so many milliseconds.
const AGAIN_MILLISECONDS: i64 = 1_000;

/// What a document shows, and what of it could not be read as it was taken in.
pub(super) struct Contents {
    pub rows: Vec<Row>,
    pub unread: Vec<Problem>,
}

impl Publisher {
    /// Reads what the documents to be made will show, place by place. A file may be another by now than when it was
    /// taken in: then it is taken in again.
    pub(super) fn read(
        &mut self,
        taken: &mut Changes,
        reading: &mut Reading,
        now: DateTime<Utc>,
    ) -> Vec<(Place, Contents)> {
        self.retry_at = None;
        let mut read = self.read_windows(taken, reading, now.timestamp());
        for _ in 0..AGAIN_MAX {
            if self.dirty.is_empty() {
                return read;
            }
            let later = self.take(now);
            let is_same = later.is_empty();
            taken.extend(later);
            if is_same {
                // Somebody may be writing to it, or it went a moment ago: there is nothing new to see yet.
                self.retry_at = Some(now.timestamp_millis() + AGAIN_MILLISECONDS);
                return read;
            }
            read = self.read_windows(taken, reading, now.timestamp());
        }
        read
    }

    fn read_windows(
        &mut self,
        taken: &mut Changes,
        reading: &mut Reading,
        now: i64,
    ) -> Vec<(Place, Contents)> {
        if taken.has_new_settings {
            reading.former.extend(std::mem::take(&mut self.live));
            self.recent.clear();
            reading.items.clear();
        }
        let newsroom = self.desk.newsroom().clone();
        let is_forced = self.is_forced(taken, now);
        let mut places = newsroom.places();
        places.retain(|place| is_forced || self.is_touched(place, taken));
        let read = places.into_iter().map(|place| {
            let entries = select::window(&newsroom, &place, now);
            let contents = self.contents(&entries, taken, reading, now);
            (place, contents)
        });
        read.collect()
    }

    /// What a document shows of a window. What cannot be read as it was taken in is shown as it was under other settings,
    /// or else left out, until it can be; its file is looked at again.
    fn contents(
        &mut self,
        entries: &[Arc<Entry>],
        taken: &mut Changes,
        reading: &mut Reading,
        now: i64,
    ) -> Contents {
        let mut rows = Vec::with_capacity(entries.len());
        let mut unread = Vec::new();
        for entry in entries {
            if select::is_notice(entry, now) {
                rows.push(Row::Notice(Arc::clone(entry)));
                continue;
            }
            let read = reading.items.get(&entry.id);
            let read = read.filter(|shown| shown.is_of(entry));
            let item = match read.map(|shown| Arc::clone(&shown.item)) {
                Some(item) => Ok(item),
                None => self.item(entry, taken, reading),
            };
            match item {
                Ok(item) => {
                    let entry = Arc::clone(entry);
                    let shown = Shown { entry, item };
                    reading.items.insert(shown.entry.id.clone(), shown.clone());
                    rows.push(Row::Item(shown));
                }
                Err(error) => {
                    self.dirty.add(&entry.file);
                    let former = reading.former.get(&entry.id);
                    let former = former.filter(|shown| shown.is_of(entry));
                    unread.push(not_read(entry, &error, former.is_some()));
                    rows.extend(former.map(|shown| {
                        Row::Item(Shown {
                            entry: Arc::clone(entry),
                            item: Arc::clone(&shown.item),
                        })
                    }));
                }
            }
        }
        Contents { rows, unread }
    }

    fn item(
        &mut self,
        entry: &Arc<Entry>,
        taken: &mut Changes,
        reading: &mut Reading,
    ) -> Result<Arc<Item>, source::Error> {
        let live = self.live.get(&entry.id);
        if let Some(shown) = live.filter(|shown| shown.is_of(entry)) {
            return Ok(Arc::clone(&shown.item));
        }
        let at_hand = taken.wholes.remove(&entry.id);
        let whole = match at_hand.filter(|whole| is_of(whole, entry)) {
            Some(Whole { item, text, .. }) => Ok((item, text)),
            None => {
                let (ledger, unwritten) = (&self.ledger, &self.unwritten);
                let last_good = |name: &str| unwritten::last_good(ledger, unwritten, name);
                self.desk.whole(entry, &last_good)
            }
        };
        whole.map(|(item, text)| {
            let source = Source {
                file: entry.file.to_string(),
                hash: entry.hash,
                text,
            };
            reading.texts.insert(entry.id.to_string(), source);
            Arc::new(item)
        })
    }

    /// Holds the whole items that stand on the last good versions of their files, whether a feed shows them or not:
    /// there is no file to make their pages from. Holds for a while what changed just now and no feed shows.
    pub(super) fn hold(&mut self, taken: &mut Changes, reading: &mut Reading, now: i64) {
        let kept = self.desk.kept().filter(|entry| is_held(entry, now));
        let kept: Vec<Arc<Entry>> = kept.cloned().collect();
        for entry in kept {
            if let Ok(item) = self.item(&entry, taken, reading) {
                self.live.insert(entry.id.clone(), Shown { entry, item });
            }
        }
        for (id, whole) in taken.wholes.drain() {
            let entry = self.desk.newsroom().get(&id);
            if let Some(entry) = entry.filter(|entry| is_of(&whole, entry)) {
                let (entry, item) = (Arc::clone(entry), Arc::new(whole.item));
                self.recent.hold(Shown { entry, item }, whole.text.len());
            }
        }
    }

    /// Forgets what no feed shows: whole items that have files, and what was made of any.
    pub(super) fn forget_unshown(&mut self) {
        let now = self.desk.newsroom().now();
        let windows = self.windows.values();
        let entries = windows.flat_map(|window| &window.entries);
        let mut shown: HashSet<&Id> = entries
            .filter(|entry| !select::is_notice(entry, now))
            .map(|entry| &entry.id)
            .collect();
        self.rendered.retain(|id, _| shown.contains(id));
        let kept = self.desk.kept().filter(|entry| is_held(entry, now));
        shown.extend(kept.map(|entry| &entry.id));
        let unshown = self.live.keys().filter(|id| !shown.contains(id));
        for id in unshown.cloned().collect::<Vec<_>>() {
            self.live.remove(&id);
        }
    }
}

/// What is told of an item that cannot be read for a document.
fn not_read(entry: &Entry, error: &source::Error, is_shown: bool) -> Problem {
    let how = if is_shown {
        "goes out as it was under the former settings"
    } else {
        "is left out of feeds"
    };
    let message = format!("{how} until it can be read: {}", joined(error));
    Problem::of_file(Severity::Warning, &*entry.file, message)
}

/// Whether a whole item was read from the very text that an entry stands on.
fn is_of(whole: &Whole, entry: &Entry) -> bool {
    whole.entry.hash == entry.hash && whole.entry.file == entry.file
}

fn is_held(entry: &Entry, now: i64) -> bool {
    entry.basis == StandsOn::LastGood && entry.state(now).has_page()
}

impl Publisher {
    /// Whether the feeds of every place are made.
    pub(super) fn is_forced(&self, taken: &Changes, now: i64) -> bool {
        let is_unsent = self.unsent.is_some_and(|at| at <= now);
        // After the clock was set back a version may lie in the future, which must not be told (docs/http.md,
        // “Versions”).
        is_unsent || taken.has_new_settings || taken.was_set_back
    }

    /// Whether a place's feeds may be others.
    pub(super) fn is_touched(&self, place: &Place, taken: &Changes) -> bool {
        let Some(window) = self.windows.get(place) else {
            return true;
        };
        let name = folder(self.desk.newsroom().site(), place);
        let has_media = || {
            taken.media.contains("")
                || taken
                    .media
                    .iter()
                    .any(|path| window::shows_media(window, path))
                || self.shows_site_pictures(taken)
        };
        !window.unread.is_empty()
            || taken.groups.contains(&name)
            || has_media()
            || window::replaced(window, &taken.stamps.items)
    }

    fn shows_site_pictures(&self, taken: &Changes) -> bool {
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
