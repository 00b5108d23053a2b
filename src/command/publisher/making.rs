//! The making of feeds: of the places that a change touches, those whose documents it makes others.

use super::Publisher;
use super::reading::Reading;
use super::window::{self, Window};
use crate::command::desk::Taken;
use crate::command::desk::board;
use crate::edition::Edition;
use crate::edition::publish::{self, Before};
use crate::edition::record::VersionRecord;
use crate::edition::resource::Resource;
use crate::feed::{self, Context, Row, content};
use crate::newsroom::entry::Entry;
use crate::newsroom::media::MediaFiles;
use crate::newsroom::parse::report::PROBLEMS_MAX;
use crate::newsroom::place::{Place, folder};
use crate::newsroom::problem::Problem;
use crate::newsroom::site::Format;
use chrono::{DateTime, Utc};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// A place whose feeds may be others.
struct Prepared {
    place: Place,
    rows: Vec<Row>,
    window: Window,
    /// Whether it shows something else than before.
    is_new: bool,
}

/// What a round of making feeds gave.
#[derive(Default)]
pub struct Round {
    /// The resources by path below the base URL. Those whose bytes are the same are the same.
    pub resources: Vec<(String, Arc<Resource>)>,
    /// The version records that are new.
    pub versions: Vec<(String, VersionRecord)>,
    /// The paths at which there is nothing any more.
    pub dropped: Vec<String>,
    /// The second before which no version of these may be sent: none has a `Last-Modified` after `Date`.
    pub not_before: i64,
    /// What was read for them.
    pub reading: Reading,
}

impl Round {
    /// Whether anything that is served may be another. What nobody may see decides on the files that it refers to.
    pub fn has_changed(&self, taken: &Taken) -> bool {
        let served = !self.resources.is_empty() || !self.dropped.is_empty();
        served
            || taken.has_new_settings
            || taken.has_new_items
            || taken.has_come
            || taken.was_set_back
            || !taken.stamps.groups.is_empty()
            || !taken.stamps.items.is_empty()
            || !taken.media.is_empty()
    }
}

impl Publisher {
    /// Makes the feeds of the places that a change touches, as far as they are others.
    pub(super) fn make(&mut self, taken: &mut Taken, now: DateTime<Utc>) -> Round {
        let mut round = Round::default();
        let read = self.read(taken, &mut round.reading, now);
        let now = now.timestamp();
        let is_forced = self.is_forced(taken, now);
        self.unsent = self.unsent.filter(|at| *at > now);
        self.drop_places(&mut round);
        let mut prepared = Vec::new();
        for (place, rows) in read {
            let one = self.prepare(place, rows, taken, now);
            prepared.extend(Some(one).filter(|one| is_forced || one.is_new));
        }
        let previous = self.current.load_full();
        let make = |one: &Prepared| {
            let context = Context {
                newsroom: self.desk.newsroom(),
                media: &one.window.media,
                now,
            };
            let before = Before {
                latest: one.window.latest,
                versions: Some(&self.versions),
                edition: Some(&previous),
                rendered: Some(&self.rendered),
            };
            publish::feeds(context, &one.place, &one.rows, before)
        };
        let made: Vec<publish::Made> = prepared.par_iter().map(make).collect();
        for (one, made) in prepared.into_iter().zip(made) {
            self.take_made(one, made, &previous, &mut round);
        }
        self.hold(taken, &mut round.reading, now);
        self.forget_unshown();
        round
    }

    /// Drops what was made for places that are no longer, or stand in another folder now.
    fn drop_places(&mut self, round: &mut Round) {
        let newsroom = self.desk.newsroom();
        let (site, places) = (newsroom.site(), newsroom.places());
        let places: BTreeSet<Place> = places.into_iter().collect();
        let folders: HashSet<String> = places.iter().map(|place| folder(site, place)).collect();
        self.windows.retain(|place, window| {
            if !folders.contains(&window.folder) {
                let paths =
                    Format::ALL.map(|format| format!("{}{}", window.folder, format.file_name()));
                round.dropped.extend(paths);
            }
            places.contains(place) && folder(site, place) == window.folder
        });
        self.made_problems.retain(|place, _| places.contains(place));
    }

    /// Finds what a place's feeds are to say of what was read. What could not be read is looked for again.
    fn prepare(&mut self, place: Place, rows: Vec<Row>, taken: &mut Taken, now: i64) -> Prepared {
        let newsroom = self.desk.newsroom();
        let entries: Vec<Arc<Entry>> = rows.iter().map(|row| Arc::clone(row.entry())).collect();
        let media = self.media_of(&entries, now);
        let replacements = window::replacements(newsroom, &entries, now);
        let name = folder(newsroom.site(), &place);
        let group = self.desk.records_mut().group(&name);
        if let Some(at) = feed::latest(&rows, now)
            && group.take_date(at, now)
        {
            taken.stamps.groups.insert(name.clone());
        }
        let window = Window {
            folder: name,
            dates: window::dates(&entries, now),
            entries,
            latest: group.latest,
            replacements,
            media,
        };
        Prepared {
            is_new: self.windows.get(&place) != Some(&window),
            place,
            rows,
            window,
        }
    }

    fn take_made(
        &mut self,
        one: Prepared,
        made: publish::Made,
        previous: &Edition,
        round: &mut Round,
    ) {
        let Prepared {
            place,
            rows,
            window,
            ..
        } = one;
        let mut problems = made.problems;
        problems.extend(
            rows.iter()
                .flat_map(|row| without_media(row, &window.media)),
        );
        for problem in &problems {
            if !self
                .made_problems
                .values()
                .flatten()
                .any(|known| known == problem)
            {
                board::log(problem);
            }
        }
        self.made_problems.insert(place.clone(), problems);
        self.unsent = self.unsent.into_iter().chain(made.unsent).min();
        round.not_before = round.not_before.max(made.not_before);
        let name = folder(self.desk.newsroom().site(), &place);
        for format in Format::ALL {
            let path = format!("{name}{}", format.file_name());
            let is_offered = made.resources.iter().any(|(offered, _)| *offered == path);
            if !is_offered && previous.resource(&path).is_some() {
                round.dropped.push(path);
            }
        }
        let is_new = |(path, resource): &(String, Arc<Resource>)| {
            let before = previous.resource(path);
            before.is_none_or(|before| !Arc::ptr_eq(before, resource))
        };
        round
            .resources
            .extend(made.resources.into_iter().filter(is_new));
        // Most places do not change after a start: what was made of their items is not kept for that.
        if self.published_at > 0 {
            let rendered = made.rendered.into_iter();
            self.rendered
                .extend(rendered.map(|item| (item.id().clone(), item)));
        }
        self.versions.extend(made.versions.iter().cloned());
        round.versions.extend(made.versions);
        for row in rows {
            if let Row::Item(shown) = row {
                self.live.insert(shown.entry.id.clone(), shown);
            }
        }
        self.windows.insert(place, window);
    }
}

/// What is told of the media files that an item of a feed refers to and that are not there.
fn without_media(row: &Row, found: &MediaFiles) -> Vec<Problem> {
    let Row::Item(shown) = row else {
        return Vec::new();
    };
    let mut referred = shown.entry.media.iter();
    if referred.all(|path| found.contains_key(&**path)) {
        return Vec::new();
    }
    let missing = content::missing_media(&shown.item, found);
    let problem = |path: &String| content::missing_file(&shown.entry.file, path);
    missing.iter().take(PROBLEMS_MAX).map(problem).collect()
}
