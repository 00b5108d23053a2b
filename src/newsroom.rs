//! What the press office has written: the site, its sections and items, and when each of them may be seen.

pub mod absence;
pub mod absent;
pub mod claim;
pub mod entry;
pub mod identity;
mod index;
pub mod item;
pub mod lifecycle;
pub mod media;
pub mod parse;
pub mod place;
pub mod problem;
pub mod recognise;
pub mod record;
pub mod site;

use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::index::{Address, ByAddress, ById, ByWire};
use crate::newsroom::lifecycle::State;
use crate::newsroom::place::{Place, Scope};
use crate::newsroom::site::{FeedSettings, OnCancel, Section, Site, Tree};
use crate::text::slug::Slug;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// For how long after a significant change an item travels in its feeds however old it is: 30 days, in seconds.
pub const CORRECTED_SECONDS: i64 = 30 * DAY_SECONDS;

const DAY_SECONDS: i64 = 86_400;

/// The sections of a publication by name.
pub type Sections = BTreeMap<Slug, Arc<Section>>;

/// All valid items, indexed. Cloning shares everything; a change costs what changed.
#[derive(Clone)]
pub struct Newsroom {
    site: Arc<Site>,
    sections: Arc<Sections>,
    /// The instant up to which the clock's changes have been taken in; what is due later stands in `due`.
    now: i64,
    items: imbl::HashMap<ById, ()>,
    addresses: imbl::HashMap<ByAddress, ()>,
    uris: imbl::HashMap<Arc<str>, Id>,
    aliases: imbl::HashMap<Arc<str>, Vec<Id>>,
    former: imbl::HashMap<Arc<str>, Id>,
    published: imbl::HashMap<Place, imbl::OrdSet<ByWire>>,
    changed: imbl::HashMap<Place, imbl::OrdSet<(Reverse<i64>, Id)>>,
    canceled: imbl::HashMap<Place, imbl::OrdSet<ByWithdrawal>>,
    due: imbl::OrdSet<(i64, Id)>,
    media: imbl::HashMap<Arc<str>, Vec<Id>>,
}

/// The newest withdrawal first; of one second, by id.
type ByWithdrawal = (Reverse<Option<i64>>, Id);

/// Why an item cannot join the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clash {
    /// Another file has the id.
    Id(Arc<Entry>),
    /// Another item has the `id_uri`: two of one id in a feed would be one item to its readers.
    Uri(Arc<Entry>),
    /// Another item has the page's address.
    Address(Arc<Entry>),
}

impl Clash {
    /// The item that was there before.
    pub fn other(&self) -> &Arc<Entry> {
        match self {
            Self::Id(other) | Self::Uri(other) | Self::Address(other) => other,
        }
    }
}

impl Newsroom {
    /// A publication without items, as it is at `now`.
    pub fn new(site: Arc<Site>, sections: Arc<Sections>, now: i64) -> Self {
        Self {
            site,
            sections,
            now,
            items: imbl::HashMap::new(),
            addresses: imbl::HashMap::new(),
            uris: imbl::HashMap::new(),
            aliases: imbl::HashMap::new(),
            former: imbl::HashMap::new(),
            published: imbl::HashMap::new(),
            changed: imbl::HashMap::new(),
            canceled: imbl::HashMap::new(),
            due: imbl::OrdSet::new(),
            media: imbl::HashMap::new(),
        }
    }

    /// The same items under other settings. Where these decide which lists an item stands in, it is indexed anew.
    #[must_use]
    pub fn under(&self, site: Arc<Site>, sections: Arc<Sections>) -> Self {
        let in_main = |sections: &Sections| -> Vec<Slug> {
            let listed = sections.values().filter(|section| section.in_main);
            listed.map(|section| section.name.clone()).collect()
        };
        let notice_days = |room: &Self| -> Vec<u32> {
            let places = room.places();
            let settings = places.iter().map(|place| room.feeds_of(place));
            settings.map(|feeds| feeds.notice_days).collect()
        };
        let same_lists = in_main(&sections) == in_main(&self.sections);
        let renamed = Self {
            site,
            sections,
            ..self.clone()
        };
        if same_lists
            && notice_days(&renamed) == notice_days(self)
            && renamed.site.languages.len() == self.site.languages.len()
        {
            return renamed;
        }
        let mut anew = Self::new(renamed.site, renamed.sections, self.now);
        anew.former = renamed.former;
        for (ById(entry), ()) in renamed.items {
            anew.index(entry);
        }
        anew
    }

    /// The publication's settings.
    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// The sections by name.
    pub fn sections(&self) -> &Arc<Sections> {
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
        let found = self.items.get_key_value(id.as_str());
        found.map(|(ById(entry), ())| entry)
    }

    /// All items, in no particular order.
    pub fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.items.keys().map(|ById(entry)| entry)
    }

    /// The item whose page is at a path below the base URL.
    pub fn at_path(&self, path: &str) -> Option<&Arc<Entry>> {
        self.site.trees().find_map(|tree| {
            let rest = path.strip_prefix(self.site.root(tree).as_str())?;
            let (section, slug) = rest.strip_suffix('/')?.split_once('/')?;
            self.at_address(tree, section, slug)
        })
    }

    fn at_address(&self, tree: Tree, section: &str, slug: &str) -> Option<&Arc<Entry>> {
        let address: &dyn Address = &(tree, section, slug);
        let found = self.addresses.get_key_value(address);
        found.map(|(ByAddress(entry), ())| entry)
    }

    /// The items that claim an old path, the first claimant first: those whose files say so, then the one that the
    /// ledger saw there. Several may: what nobody may see must not take an old path away from what can be read.
    pub fn at_alias(&self, path: &str) -> impl Iterator<Item = &Arc<Entry>> {
        let said = self.aliases.get(path).into_iter().flatten();
        said.chain(self.former.get(path))
            .filter_map(|id| self.get(id))
    }

    /// Remembers that an item was published at a path.
    pub fn remember_path(&mut self, path: &str, id: Id) {
        self.former.insert(path.into(), id);
    }

    /// The path of an item's page below the base URL.
    pub fn path(&self, entry: &Entry) -> String {
        format!(
            "{}{}/{}/",
            self.site.root(entry.tree),
            entry.section,
            entry.slug
        )
    }

    /// The items that refer to a file of the media folder.
    pub fn referring(&self, media: &str) -> impl Iterator<Item = &Arc<Entry>> {
        let ids = self.media.get(media).into_iter().flatten();
        ids.filter_map(|id| self.get(id))
    }

    /// Why an item cannot be taken in, if so.
    pub fn clash(&self, entry: &Entry) -> Option<Clash> {
        if let Some(other) = self.get(&entry.id) {
            return Some(Clash::Id(Arc::clone(other)));
        }
        let claimed = entry.id_uri.as_ref().and_then(|uri| self.uris.get(uri));
        if let Some(other) = claimed.and_then(|id| self.get(id)) {
            return Some(Clash::Uri(Arc::clone(other)));
        }
        let other = self.at_address(entry.tree, entry.section.as_str(), entry.slug.as_str())?;
        Some(Clash::Address(Arc::clone(other)))
    }

    /// Takes an item in that clashes with no other, or takes the place of its earlier entry.
    pub fn insert(&mut self, entry: Arc<Entry>) {
        self.remove(&entry.id);
        self.index(entry);
    }

    fn index(&mut self, entry: Arc<Entry>) {
        if let Some(uri) = &entry.id_uri {
            self.uris.insert(Arc::clone(uri), entry.id.clone());
        }
        for alias in &entry.aliases {
            let ids = self.aliases.entry(Arc::clone(alias)).or_default();
            // The order of claimants is that of their ids, however they came.
            let at = ids.partition_point(|id| *id < entry.id);
            ids.insert(at, entry.id.clone());
        }
        let is_canceled = entry.state(self.now) == State::Canceled;
        for place in self.places_of(&entry) {
            if is_canceled {
                let order = self.canceled.entry(place.clone()).or_default();
                order.insert((Reverse(entry.withdrawn_at()), entry.id.clone()));
            }
            let order = self.published.entry(place.clone()).or_default();
            order.insert(ByWire(Arc::clone(&entry)));
            if !entry.changes.is_empty() {
                let order = self.changed.entry(place).or_default();
                let changes = entry.changes.iter();
                order.extend(changes.map(|at| (Reverse(*at), entry.id.clone())));
            }
        }
        for media in &entry.media {
            let ids = self.media.entry(Arc::clone(media)).or_default();
            ids.push(entry.id.clone());
        }
        self.schedule(&entry);
        self.addresses.insert(ByAddress(Arc::clone(&entry)), ());
        self.items.insert(ById(entry), ());
    }

    /// Takes an item out. Returns it, or `None` if it was not there.
    pub fn remove(&mut self, id: &Id) -> Option<Arc<Entry>> {
        let (ById(entry), ()) = self.items.remove_with_key(id.as_str())?;
        let address: &dyn Address = &(entry.tree, entry.section.as_str(), entry.slug.as_str());
        self.addresses.remove(address);
        if let Some(uri) = &entry.id_uri {
            self.uris.remove(uri);
        }
        for alias in &entry.aliases {
            forget(&mut self.aliases, alias, id);
        }
        let by_wire = ByWire(Arc::clone(&entry));
        for place in self.places_of(&entry) {
            if let Some(order) = self.published.get_mut(&place) {
                order.remove(&by_wire);
            }
            if let Some(order) = self.canceled.get_mut(&place) {
                order.remove(&(Reverse(entry.withdrawn_at()), id.clone()));
            }
            if let Some(order) = self.changed.get_mut(&place) {
                for at in &entry.changes {
                    order.remove(&(Reverse(*at), id.clone()));
                }
            }
        }
        for media in &entry.media {
            forget(&mut self.media, media, id);
        }
        let instants: Vec<i64> = self.instants(&entry).collect();
        for at in instants {
            self.due.remove(&(at, id.clone()));
        }
        Some(entry)
    }

    fn schedule(&mut self, entry: &Entry) {
        let now = self.now;
        let ahead = self.instants(entry).filter(|at| *at > now);
        let ahead: Vec<(i64, Id)> = ahead.map(|at| (at, entry.id.clone())).collect();
        self.due.extend(ahead);
    }

    /// Moves the instant up to which the clock's changes are taken in. Where the clock was set back, what lies ahead is
    /// found anew.
    pub fn advance(&mut self, now: i64) {
        if now < self.now {
            self.now = now;
            self.due = imbl::OrdSet::new();
            let entries: Vec<Arc<Entry>> = self.entries().cloned().collect();
            entries.iter().for_each(|entry| self.schedule(entry));
            return;
        }
        self.now = now;
        while let Some(first) = self.due.get_min().filter(|(at, _)| *at <= now).cloned() {
            self.due.remove(&first);
        }
    }

    /// The instant up to which the clock's changes are taken in.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// The instants at which something about an item changes by the clock alone.
    fn instants(&self, entry: &Entry) -> impl Iterator<Item = i64> {
        let mut instants: Vec<i64> = entry.instants().collect();
        if let Some(at) = entry.withdrawn_at() {
            let places = self.places_of(entry);
            let ends = places.iter().map(|place| self.notice_end(place, at));
            instants.extend(ends);
        }
        instants.into_iter()
    }

    /// When the notice of what was withdrawn at an instant leaves the feeds of a place.
    fn notice_end(&self, place: &Place, at: i64) -> i64 {
        at + i64::from(self.feeds_of(place).notice_days) * DAY_SECONDS
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
            .get(&entry.section)
            .is_none_or(|section| section.in_main);
        let main = in_main.then_some(Scope::All);
        let sections = entry.sections().cloned().map(Scope::Section);
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
        order.map(|ByWire(entry)| entry)
    }

    /// The items of a place that changed significantly in the [`CORRECTED_SECONDS`] before `now`, the newest change
    /// first. An item with several changes comes several times.
    pub fn corrected(&self, place: &Place, now: i64) -> impl Iterator<Item = &Arc<Entry>> {
        let order = self.changed.get(place).into_iter().flatten();
        let recent = order.skip_while(move |(at, _)| at.0 > now);
        let recent = recent.take_while(move |(at, _)| at.0 + CORRECTED_SECONDS > now);
        recent.filter_map(|(_, id)| self.get(id))
    }

    /// The withdrawn items of a place whose notices its feeds carry at `now`, the newest withdrawal first.
    pub fn notices(&self, place: &Place, now: i64) -> Vec<Arc<Entry>> {
        if self.feeds_of(place).on_cancel == OnCancel::Remove {
            return Vec::new();
        }
        let order = self.canceled.get(place).into_iter().flatten();
        let is_on = |at: &Option<i64>| at.is_some_and(|at| now < self.notice_end(place, at));
        let on = order.take_while(|(Reverse(at), _)| is_on(at));
        let entries = on.filter_map(|(_, id)| self.get(id));
        let noticed =
            entries.filter(|entry| !entry.is_advisory && entry.state(now) == State::Canceled);
        noticed.cloned().collect()
    }

    /// The first instant ahead at which something changes by the clock alone.
    pub fn next_change(&self) -> Option<i64> {
        self.due.get_min().map(|(at, _)| *at)
    }

    /// The items that have changed by the clock alone up to `now`.
    pub fn due(&self, now: i64) -> BTreeSet<Id> {
        let due = self.due.iter().take_while(|(at, _)| *at <= now);
        due.map(|(_, id)| id.clone()).collect()
    }
}

fn forget(lists: &mut imbl::HashMap<Arc<str>, Vec<Id>>, key: &Arc<str>, id: &Id) {
    let Some(ids) = lists.get_mut(key) else {
        return;
    };
    ids.retain(|other| other != id);
    if ids.is_empty() {
        lists.remove(key);
    }
}
