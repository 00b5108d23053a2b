//! What the press office has written: the site, its sections and items, and when each of them may be seen.

pub mod entry;
pub mod identity;
pub mod item;
pub mod lifecycle;
pub mod media;
pub mod parse;
pub mod place;
pub mod problem;
pub mod record;
pub mod site;

use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::place::{Place, Scope};
use crate::newsroom::site::{FeedSettings, Section, Site};
use crate::text::slug::Slug;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// For how long after a significant change an item travels in its feeds however old it is: 30 days, in seconds.
pub const CORRECTED_SECONDS: i64 = 30 * 86_400;

/// Items of one place, newest first; of one second, by id. The same order on every machine.
type Order = imbl::OrdSet<(Reverse<i64>, Id)>;

/// All valid items, indexed. Cloning shares everything; a change costs what changed.
#[derive(Clone)]
pub struct Newsroom {
    site: Arc<Site>,
    sections: Arc<BTreeMap<Slug, Arc<Section>>>,
    items: imbl::HashMap<Id, Arc<Entry>>,
    uris: imbl::HashMap<Arc<str>, Id>,
    paths: imbl::HashMap<Arc<str>, Id>,
    aliases: imbl::HashMap<Arc<str>, Vec<Id>>,
    published: imbl::HashMap<Place, Order>,
    changed: imbl::HashMap<Place, Order>,
    due: imbl::OrdSet<(i64, Id)>,
    media: imbl::HashMap<Arc<str>, Vec<Id>>,
}

/// Why an item cannot join the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clash {
    /// Another file has the id.
    Id {
        /// That file.
        file: Arc<str>,
    },
    /// Another item has the `id_uri`: two of one id in a feed would be one item to its readers.
    Uri {
        /// That item's file.
        file: Arc<str>,
    },
    /// Another item has the page's path.
    Path {
        /// The path below the base URL.
        path: String,
        /// That item's file.
        file: Arc<str>,
    },
}

impl Newsroom {
    /// A publication without items.
    pub fn new(site: Arc<Site>, sections: BTreeMap<Slug, Arc<Section>>) -> Self {
        Self {
            site,
            sections: Arc::new(sections),
            items: imbl::HashMap::new(),
            uris: imbl::HashMap::new(),
            paths: imbl::HashMap::new(),
            aliases: imbl::HashMap::new(),
            published: imbl::HashMap::new(),
            changed: imbl::HashMap::new(),
            due: imbl::OrdSet::new(),
            media: imbl::HashMap::new(),
        }
    }

    /// The publication's settings.
    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// The sections by name.
    pub fn sections(&self) -> &BTreeMap<Slug, Arc<Section>> {
        &self.sections
    }

    /// The section that a place lists; `None` for all news.
    pub fn section_of(&self, place: &Place) -> Option<&Section> {
        match &place.scope {
            Scope::All => None,
            Scope::Section(name) => self.sections.get(name).map(Arc::as_ref),
        }
    }

    /// What a place is called: the section's title, or the publication's.
    pub fn title_of(&self, place: &Place) -> &str {
        let section = self
            .section_of(place)
            .map(|section| section.title(self.site.language(place.tree)));
        section.unwrap_or_else(|| self.site.title(place.tree))
    }

    /// One line about a place: the section's own, else the publication's.
    pub fn description_of(&self, place: &Place) -> &str {
        let section = self
            .section_of(place)
            .and_then(|section| section.description(self.site.language(place.tree)));
        section.unwrap_or_else(|| self.site.description(place.tree))
    }

    /// The settings of a place's feeds.
    pub fn feeds_of(&self, place: &Place) -> &FeedSettings {
        self.section_of(place)
            .map_or(&self.site.feeds, |section| &section.feeds)
    }

    /// How many items there are, whatever their state.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is no item at all.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The item of an id.
    pub fn get(&self, id: &Id) -> Option<&Arc<Entry>> {
        self.items.get(id)
    }

    /// All items, in no particular order.
    pub fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.items.values()
    }

    /// The item whose page is at a path below the base URL.
    pub fn at_path(&self, path: &str) -> Option<&Arc<Entry>> {
        self.paths.get(path).and_then(|id| self.items.get(id))
    }

    /// The items that claim an old path, the first claimant first. Several may: what nobody may see must not take an
    /// old path away from what can be read.
    pub fn at_alias(&self, path: &str) -> impl Iterator<Item = &Arc<Entry>> {
        self.aliases
            .get(path)
            .into_iter()
            .flatten()
            .filter_map(|id| self.items.get(id))
    }

    /// The path of an item's page below the base URL.
    pub fn path(&self, entry: &Entry) -> String {
        format!(
            "{}{}/{}/",
            self.site.root(entry.tree),
            entry.section(),
            entry.slug
        )
    }

    /// The items that refer to a file of the media folder.
    pub fn referring(&self, media: &str) -> impl Iterator<Item = &Arc<Entry>> {
        self.media
            .get(media)
            .into_iter()
            .flatten()
            .filter_map(|id| self.items.get(id))
    }

    /// Why an item cannot be taken in, if so.
    pub fn clash(&self, entry: &Entry) -> Option<Clash> {
        if let Some(other) = self.items.get(&entry.id) {
            return Some(Clash::Id {
                file: Arc::clone(&other.file),
            });
        }
        let claimed = entry.id_uri.as_ref().and_then(|uri| self.uris.get(uri));
        if let Some(other) = claimed.and_then(|id| self.items.get(id)) {
            return Some(Clash::Uri {
                file: Arc::clone(&other.file),
            });
        }
        let path = self.path(entry);
        let other = self.at_path(&path)?;
        Some(Clash::Path {
            file: Arc::clone(&other.file),
            path,
        })
    }

    /// Takes an item in that clashes with no other, or takes the place of its earlier entry.
    pub fn insert(&mut self, entry: Entry) {
        self.remove(&entry.id);
        let path: Arc<str> = self.path(&entry).into();
        self.paths.insert(path, entry.id.clone());
        if let Some(uri) = &entry.id_uri {
            self.uris.insert(Arc::clone(uri), entry.id.clone());
        }
        for alias in &entry.aliases {
            self.aliases
                .entry(Arc::clone(alias))
                .or_default()
                .push(entry.id.clone());
        }
        for place in self.places_of(&entry) {
            let order = self.published.entry(place.clone()).or_default();
            order.insert((Reverse(entry.wire), entry.id.clone()));
            if !entry.changes.is_empty() {
                let order = self.changed.entry(place).or_default();
                order.extend(
                    entry
                        .changes
                        .iter()
                        .map(|at| (Reverse(*at), entry.id.clone())),
                );
            }
        }
        for media in &entry.media {
            self.media
                .entry(Arc::clone(media))
                .or_default()
                .push(entry.id.clone());
        }
        self.due
            .extend(entry.instants().map(|at| (at, entry.id.clone())));
        self.items.insert(entry.id.clone(), Arc::new(entry));
    }

    /// Takes an item out. Returns it, or `None` if it was not there.
    pub fn remove(&mut self, id: &Id) -> Option<Arc<Entry>> {
        let entry = self.items.remove(id)?;
        self.paths.remove(self.path(&entry).as_str());
        if let Some(uri) = &entry.id_uri {
            self.uris.remove(uri);
        }
        for alias in &entry.aliases {
            if let Some(ids) = self.aliases.get_mut(alias) {
                ids.retain(|other| other != id);
            }
        }
        for place in self.places_of(&entry) {
            if let Some(order) = self.published.get_mut(&place) {
                order.remove(&(Reverse(entry.wire), id.clone()));
            }
            if let Some(order) = self.changed.get_mut(&place) {
                for at in &entry.changes {
                    order.remove(&(Reverse(*at), id.clone()));
                }
            }
        }
        for media in &entry.media {
            if let Some(ids) = self.media.get_mut(media) {
                ids.retain(|other| other != id);
            }
        }
        for at in entry.instants() {
            self.due.remove(&(at, id.clone()));
        }
        Some(entry)
    }

    /// Every place that has a page and feeds: all news and each section, in each tree.
    pub fn places(&self) -> Vec<Place> {
        let scopes =
            || std::iter::once(Scope::All).chain(self.sections.keys().cloned().map(Scope::Section));
        let trees = self.site.trees();
        trees
            .flat_map(|tree| scopes().map(move |scope| Place { tree, scope }))
            .collect()
    }

    /// The places that list an item.
    pub fn places_of(&self, entry: &Entry) -> Vec<Place> {
        let in_main = self
            .sections
            .get(entry.section())
            .is_none_or(|section| section.in_main);
        let main = in_main.then_some(Scope::All);
        let sections = entry.sections.iter().cloned().map(Scope::Section);
        main.into_iter()
            .chain(sections)
            .map(|scope| Place {
                tree: entry.tree,
                scope,
            })
            .collect()
    }

    /// The items of a place, newest first by wire time, whatever their state.
    pub fn newest(&self, place: &Place) -> impl Iterator<Item = &Arc<Entry>> {
        let order = self.published.get(place).into_iter().flatten();
        order.filter_map(|(_, id)| self.items.get(id))
    }

    /// The items of a place that changed significantly in the [`CORRECTED_SECONDS`] before `now`, the newest change
    /// first. An item with several changes comes several times.
    pub fn corrected(&self, place: &Place, now: i64) -> impl Iterator<Item = &Arc<Entry>> {
        let order = self.changed.get(place).into_iter().flatten();
        let recent = order.skip_while(move |(at, _)| at.0 > now);
        let recent = recent.take_while(move |(at, _)| at.0 + CORRECTED_SECONDS > now);
        recent.filter_map(|(_, id)| self.items.get(id))
    }

    /// The first instant after `now` at which something changes by the clock alone.
    pub fn next_change(&self, now: i64) -> Option<i64> {
        self.due_after(now).next().map(|(at, _)| *at)
    }

    /// The items that changed by the clock alone after `since` and up to `now`.
    pub fn due_between(&self, since: i64, now: i64) -> impl Iterator<Item = &Arc<Entry>> {
        let due = self.due_after(since).take_while(move |(at, _)| *at <= now);
        due.filter_map(|(_, id)| self.items.get(id))
    }

    fn due_after(&self, now: i64) -> impl Iterator<Item = &(i64, Id)> {
        // The upper end of an id: no id sorts after it, so the range begins with the first instant after `now`.
        use std::ops::Bound::{Excluded, Unbounded};
        let last = Id::last();
        self.due.range((Excluded((now, last)), Unbounded))
    }
}
