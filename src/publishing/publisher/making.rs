//! The making of feeds: of the places that a change touches, those whose documents it makes others.

use super::Publisher;
use super::reading::{Contents, Reading};
use super::window::{self, Window};
use crate::edition::Edition;
use crate::edition::publish::{self, Before};
use crate::edition::record::VersionRecord;
use crate::edition::resource::Resource;
use crate::feed::{self, Context, Row};
use crate::newsroom::entry::Entry;
use crate::newsroom::item::Status;
use crate::newsroom::lifecycle::State;
use crate::newsroom::place::{Place, Scope, folder};
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::site::Format;
use crate::publishing::desk::{Changes, board};
use crate::source::{SECTION_FILE, SITE_FILE};
use chrono::{DateTime, Utc};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// A place whose feeds may be others.
struct Prepared {
    place: Place,
    rows: Vec<Row>,
    window: Window,
    /// Whether the dates of what it shows have moved that of the feed.
    has_moved: bool,
    /// Whether it shows something else than before.
    is_new: bool,
}

/// What a round of making feeds gave.
#[derive(Default)]
pub struct MadeFeeds {
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

impl MadeFeeds {
    /// Whether anything that is served may be another. What nobody may see decides on the files that it refers to.
    pub fn has_changed(&self, taken: &Changes) -> bool {
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
    pub(super) fn make(&mut self, taken: &mut Changes, now: DateTime<Utc>) -> MadeFeeds {
        let mut round = MadeFeeds::default();
        let read = self.read(taken, &mut round.reading, now);
        let now = now.timestamp();
        let is_forced = self.is_forced(taken, now);
        self.unsent = self.unsent.filter(|at| *at > now);
        self.drop_places(&mut round);
        let mut prepared = Vec::new();
        for (place, contents) in read {
            let one = self.prepare(place, contents, taken, now);
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
                has_moved: one.has_moved,
                versions: Some(&self.versions),
                edition: Some(&previous),
                rendered: Some(&self.rendered),
            };
            publish::feeds(context, &one.place, &one.rows, before)
        };
        let made: Vec<publish::Made> = prepared.par_iter().map(make).collect();
        for (mut one, made) in prepared.into_iter().zip(made) {
            if let Some(at) = made.latest {
                let group = self.desk.records_mut().group(&one.window.folder);
                group.take_date(at, now);
                one.window.latest = group.latest;
                taken.stamps.groups.insert(one.window.folder.clone());
            }
            self.take_made(one, made, &previous, &mut round);
        }
        self.hold(taken, &mut round.reading, now);
        self.forget_unshown();
        round
    }

    /// Drops what was made for places that are no longer, or stand in another folder now.
    fn drop_places(&mut self, round: &mut MadeFeeds) {
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
    fn prepare(
        &mut self,
        place: Place,
        contents: Contents,
        taken: &mut Changes,
        now: i64,
    ) -> Prepared {
        let Contents { rows, unread } = contents;
        let newsroom = self.desk.newsroom();
        let entries: Vec<Arc<Entry>> = rows.iter().map(|row| Arc::clone(row.entry())).collect();
        let media = self.media_of(&entries, now);
        let replacements = window::replacements(newsroom, &entries, now);
        let name = folder(newsroom.site(), &place);
        let group = self.desk.records_mut().group(&name);
        let latest = feed::latest(&rows, now);
        let has_moved = latest.is_some_and(|at| group.take_date(at, now));
        if has_moved {
            taken.stamps.groups.insert(name.clone());
        }
        let window = Window {
            folder: name,
            dates: window::dates(&entries, now),
            entries,
            latest: group.latest,
            replacements,
            media,
            unread,
        };
        Prepared {
            has_moved,
            is_new: self.windows.get(&place) != Some(&window),
            place,
            rows,
            window,
        }
    }

    /// Whether the documents of a place may stay as they were: all that they show may still be shown.
    fn may_stay(&self, place: &Place) -> bool {
        let newsroom = self.desk.newsroom();
        let is_told = |entry: &Arc<Entry>| {
            let present = newsroom.get(&entry.id);
            let state = present.map(|entry| entry.state(newsroom.now()));
            state.is_some_and(State::has_page)
                || (state == Some(State::Canceled) && entry.life.status == Status::Canceled)
        };
        let shown = self.windows.get(place);
        shown.is_some_and(|window| window.entries.iter().all(is_told))
    }

    fn take_made(
        &mut self,
        one: Prepared,
        made: publish::Made,
        previous: &Edition,
        round: &mut MadeFeeds,
    ) {
        let Prepared {
            place,
            rows,
            mut window,
            ..
        } = one;
        let mut problems = made.problems;
        problems.extend(window.unread.iter().cloned());
        let may_stay = self.may_stay(&place);
        for (path, why) in &made.unwritable {
            let stays = may_stay && previous.resource(path).is_some();
            problems.push(unwritable(&place, (path, why), stays));
        }
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
            let stays = may_stay && made.unwritable.iter().any(|(kept, _)| *kept == path);
            if !is_offered && !stays && previous.resource(&path).is_some() {
                round.dropped.push(path);
            }
        }
        if !made.unwritable.is_empty() && may_stay {
            let before = self.windows.get(&place);
            window.remember(before.into_iter().flat_map(|window| &window.entries));
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

/// What is told of a document that cannot be written, with what the parser says.
fn unwritable(place: &Place, (path, why): (&str, &str), stays: bool) -> Problem {
    let file = match &place.scope {
        Scope::Section(name) => format!("{name}/{SECTION_FILE}"),
        _ => SITE_FILE.to_owned(),
    };
    let what = if stays {
        "stays as it was"
    } else {
        "is taken off"
    };
    let message = format!("`{path}` cannot be written and {what}: {why}");
    Problem::of_file(Severity::Error, file, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::publishing::desk::Setting;
    use crate::publishing::desk::dirty::Dirty;
    use crate::publishing::publisher::Store;
    use crate::source::settings::Overrides;
    use crate::store::ledger::Ledger;
    use std::fs;

    const SITE: &str = "title = \"E\"\nbase_url = \"https://press.example.org\"\nid_authority = \"example.org\"\n\
                        id_authority_date = \"2022\"\n";

    #[test]
    fn a_document_that_cannot_be_written_stays_unless_it_shows_what_nobody_may_see() {
        let folder = tempfile::tempdir().unwrap();
        let item = |title: &str, more: &str| {
            let text =
                format!("title = \"{title}\"\ndate = 2024-01-01T00:00:00Z\n{more}body = \"b\"\n");
            fs::write(folder.path().join("news/a.toml"), text).unwrap();
        };
        fs::create_dir(folder.path().join("news")).unwrap();
        fs::write(folder.path().join(SITE_FILE), SITE).unwrap();
        item("A", "");
        let clock = Clock::of(
            || DateTime::from_timestamp(4_000_000_000, 0).unwrap(),
            |_| {},
        );
        let setting = Setting {
            data: folder.path().to_owned(),
            overrides: Overrides::default(),
            gone_after_milliseconds: 0,
        };
        let store = Store {
            ledger: Ledger::in_memory(4_000_000_000).unwrap(),
            state: None,
        };
        let mut publisher = Publisher::start(setting, store, clock.clone()).unwrap();
        for (more, stays) in [("", true), ("status = \"withheld\"\n", false)] {
            let previous = publisher.current.load_full();
            assert!(previous.resource("/news/rss.xml").is_some());
            item("B", more);
            let mut dirty = Dirty::default();
            dirty.add("news/a.toml");
            publisher.note(dirty);
            let mut taken = publisher.take(clock.now());
            let mut round = MadeFeeds::default();
            let read = publisher.read(&mut taken, &mut round.reading, clock.now());
            for (place, contents) in read {
                let path = format!(
                    "{}rss.xml",
                    super::folder(publisher.desk.newsroom().site(), &place)
                );
                let one = publisher.prepare(place, contents, &mut taken, 4_000_000_000);
                let made = publish::Made {
                    unwritable: vec![(path, "why".to_owned())],
                    ..publish::Made::default()
                };
                publisher.take_made(one, made, &previous, &mut round);
            }
            let is_dropped = |path: &str| round.dropped.iter().any(|dropped| dropped == path);
            assert_eq!(!is_dropped("/news/rss.xml"), stays);
            assert!(is_dropped("/news/atom.xml"));
            let problems = publisher.problems();
            let told = problems
                .iter()
                .any(|problem| problem.message.contains("why"));
            assert!(told, "{problems:?}");
        }
    }
}
