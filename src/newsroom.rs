//! What the press office has written: the site, its sections and items, and when each of them may be seen.

pub mod absence;
pub mod absent;
pub mod base_url;
pub mod entry;
pub mod identity;
mod index;
pub mod item;
pub mod label;
pub mod ledger_changes;
pub mod lifecycle;
mod listing;
pub mod lists;
pub mod media;
pub mod parse;
pub mod place;
pub mod problem;
pub mod rare_fields;
pub mod recognise;
pub mod reconciler;
pub mod record;
pub mod redirects;
pub mod reference;
pub mod relation;
pub mod signature;
pub mod site;
mod spelling;
pub mod theme;
pub mod vanished_lists;
pub mod vocabulary;
pub mod wording;

use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::index::{ByHash, ByText, ByWire};
use crate::newsroom::item::Status;
use crate::newsroom::label::Kind;
use crate::newsroom::place::Place;
use crate::newsroom::site::{Section, Site, Tree};
use crate::newsroom::spelling::Spellings;
use crate::text::slug::Slug;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The sections of a publication by name.
pub type Sections = BTreeMap<Slug, Arc<Section>>;

/// All valid items, indexed. Cloning shares everything; a change costs what changed.
#[derive(Clone)]
pub struct Newsroom {
    site: Arc<Site>,
    sections: Arc<Sections>,
    /// The instant up to which the clock's changes have been taken in; what is due later stands in `due`.
    now: i64,
    /// All items by id.
    items: imbl::OrdSet<ByHash>,
    /// All items by the address of their pages.
    addresses: imbl::OrdSet<ByHash>,
    uris: imbl::HashMap<Arc<str>, Id>,
    /// The items that claim each old path.
    aliases: imbl::OrdSet<(Arc<str>, Id)>,
    former: imbl::HashMap<Arc<str>, Id>,
    /// The visible items of each place, newest first.
    listed: imbl::HashMap<Place, imbl::OrdSet<ByWire>>,
    /// Those among them that its page keeps at the top.
    pinned: imbl::HashMap<Place, imbl::OrdSet<ByWire>>,
    /// The items whose texts may have other versions.
    texts: imbl::OrdSet<ByText>,
    changed: imbl::HashMap<Place, imbl::OrdSet<(Reverse<i64>, Id)>>,
    canceled: imbl::HashMap<Place, imbl::OrdSet<ByWithdrawal>>,
    spellings: Spellings,
    /// The items that their authors hold back or have withdrawn, of texts that may have other versions.
    withdrawn: imbl::OrdSet<Id>,
    /// The withdrawn items that name another in their place, by that.
    replaced: imbl::OrdSet<(Id, Id)>,
    due: imbl::OrdSet<(i64, Id)>,
    /// The items that refer to each file of the media folder.
    media: imbl::OrdSet<(Arc<str>, Id)>,
    /// What refers to files of the media folder and stands nowhere.
    hidden_media: HiddenMedia,
}

/// The files of the media folder that are named by what stands nowhere: nobody may see them, unless an item that may be
/// read refers to them, too. Cloning is free.
#[derive(Debug, Clone, Default)]
pub struct HiddenMedia {
    /// By rows of published items that have no entry, with how many name each.
    pub of_rows: imbl::HashMap<Arc<str>, usize>,
    /// By files that are broken or refused.
    pub of_files: imbl::HashSet<Arc<str>>,
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
            items: imbl::OrdSet::new(),
            addresses: imbl::OrdSet::new(),
            uris: imbl::HashMap::new(),
            aliases: imbl::OrdSet::new(),
            former: imbl::HashMap::new(),
            listed: imbl::HashMap::new(),
            pinned: imbl::HashMap::new(),
            texts: imbl::OrdSet::new(),
            changed: imbl::HashMap::new(),
            canceled: imbl::HashMap::new(),
            spellings: Spellings::default(),
            withdrawn: imbl::OrdSet::new(),
            replaced: imbl::OrdSet::new(),
            due: imbl::OrdSet::new(),
            media: imbl::OrdSet::new(),
            hidden_media: HiddenMedia::default(),
        }
    }

    /// The same items under other settings. Where these decide which lists an item stands in, it is indexed anew.
    #[must_use]
    pub fn under(&self, site: Arc<Site>, sections: Arc<Sections>) -> Self {
        let in_main = |sections: &Sections| -> Vec<Slug> {
            let listed = sections.values().filter(|section| section.in_main);
            listed.map(|section| section.name.clone()).collect()
        };
        let notice_days = |room: &Self| -> Vec<(Place, u32)> {
            let days = |place: Place| {
                let days = room.feeds_of(&place).notice_days;
                (place, days)
            };
            room.places().into_iter().map(days).collect()
        };
        let same_pages = |kind: Kind| {
            site.vocabulary(kind)
                .has_same_pages(self.site.vocabulary(kind))
        };
        let same_lists =
            in_main(&sections) == in_main(&self.sections) && Kind::ALL.into_iter().all(same_pages);
        let renamed = Self {
            site,
            sections,
            ..self.clone()
        };
        if same_lists
            && notice_days(&renamed) == notice_days(self)
            && renamed.site.feeds.notice_days == self.site.feeds.notice_days
            && renamed.site.languages.len() == self.site.languages.len()
        {
            return renamed;
        }
        let entries: Vec<Arc<Entry>> = self.entries().cloned().collect();
        let mut anew = Self::new(renamed.site, renamed.sections, self.now);
        anew.former = renamed.former;
        anew.hidden_media = renamed.hidden_media;
        entries.iter().for_each(|entry| anew.index(entry));
        anew.list(&entries);
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
        let mut found = index::id(id.as_str()).among(&self.items);
        found.find(|entry| entry.id == *id)
    }

    /// All items, in no particular order.
    pub fn entries(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.items.iter().map(|item| &item.entry)
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
        let mut found = index::address(tree, section, slug).among(&self.addresses);
        found.find(|entry| {
            (entry.tree, entry.section.as_str(), entry.slug.as_str()) == (tree, section, slug)
        })
    }

    /// The items that claim an old path, the first claimant first: those whose files say so, then the one that the
    /// ledger saw there. Several may: what nobody may see must not take an old path away from what can be read.
    pub fn at_alias(&self, path: &str) -> impl Iterator<Item = &Arc<Entry>> {
        let said = of_key(&self.aliases, Arc::from(path));
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
        of_key(&self.media, Arc::from(media)).filter_map(|id| self.get(id))
    }

    /// Whether something that stands nowhere refers to a file of the media folder: a broken file, one whose item is
    /// refused, or a published item that was lost.
    pub fn hides_media(&self, media: &str) -> bool {
        let hidden = &self.hidden_media;
        hidden.of_rows.contains_key(media) || hidden.of_files.contains(media)
    }

    /// Takes up what refers to media and stands nowhere.
    pub fn hide_media(&mut self, hidden: HiddenMedia) {
        self.hidden_media = hidden;
    }

    /// Why an item cannot be taken in, if so.
    pub fn clash(&self, entry: &Entry) -> Option<Clash> {
        if let Some(other) = self.get(&entry.id) {
            return Some(Clash::Id(Arc::clone(other)));
        }
        let claimed = entry
            .rare
            .id_uri
            .as_ref()
            .and_then(|uri| self.uris.get(uri));
        if let Some(other) = claimed.and_then(|id| self.get(id)) {
            return Some(Clash::Uri(Arc::clone(other)));
        }
        let other = self.at_address(entry.tree, entry.section.as_str(), entry.slug.as_str())?;
        Some(Clash::Address(Arc::clone(other)))
    }

    /// Takes an item in that clashes with no other, or takes the place of its earlier entry.
    pub fn insert(&mut self, entry: Arc<Entry>) {
        self.remove(&entry.id);
        self.index(&entry);
        self.list(&[entry]);
    }

    /// Takes an item in that clashes with no other. Lists do not show it before [`Newsroom::list`].
    pub(super) fn index(&mut self, entry: &Arc<Entry>) {
        if let Some(uri) = &entry.rare.id_uri {
            self.uris.insert(Arc::clone(uri), entry.id.clone());
        }
        for alias in &entry.rare.aliases {
            // The order of claimants is that of their ids, however they came.
            self.aliases.insert((Arc::clone(alias), entry.id.clone()));
        }
        for media in &entry.media {
            self.media.insert((Arc::clone(media), entry.id.clone()));
        }
        if let Some(other) = entry.replaced_by() {
            self.replaced.insert((other.clone(), entry.id.clone()));
        }
        if self.text_of(entry).is_some() {
            if matches!(entry.life.status, Status::Withheld | Status::Canceled) {
                self.withdrawn.insert(entry.id.clone());
            }
            self.texts.insert(ByText(Arc::clone(entry)));
        }
        self.schedule(entry);
        self.addresses.insert(ByHash::of_address(entry));
        self.items.insert(ByHash::of_id(entry));
    }

    /// Takes an item out. Returns it, or `None` if it was not there.
    pub fn remove(&mut self, id: &Id) -> Option<Arc<Entry>> {
        let entry = Arc::clone(self.get(id)?);
        self.items.remove(&ByHash::of_id(&entry));
        self.addresses.remove(&ByHash::of_address(&entry));
        if let Some(uri) = &entry.rare.id_uri {
            self.uris.remove(uri);
        }
        for alias in &entry.rare.aliases {
            self.aliases.remove(&(Arc::clone(alias), id.clone()));
        }
        self.unlist(&entry);
        for media in &entry.media {
            self.media.remove(&(Arc::clone(media), id.clone()));
        }
        if let Some(other) = entry.replaced_by() {
            self.replaced.remove(&(other.clone(), id.clone()));
        }
        self.texts.remove(&ByText(Arc::clone(&entry)));
        self.withdrawn.remove(id);
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

    /// Whether the clock alone has changed something about an item after an instant.
    pub fn has_changed_since(&self, entry: &Entry, since: i64) -> bool {
        let mut instants = self.instants(entry);
        instants.any(|at| since < at && at <= self.now)
    }

    /// The instants at which something about an item changes by the clock alone.
    fn instants(&self, entry: &Entry) -> impl Iterator<Item = i64> {
        let mut instants: Vec<i64> = entry.instants().collect();
        if let Some(at) = entry.withdrawn_at() {
            let places = self.places_of(entry);
            let labels = self.label_places_of(entry);
            let places = places.iter().chain(labels.first());
            instants.extend(places.map(|place| self.notice_end(place, at)));
        }
        instants.into_iter()
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

/// The items of a key, in the order of their ids.
fn of_key<K: Ord + Clone>(index: &imbl::OrdSet<(K, Id)>, key: K) -> impl Iterator<Item = &Id> {
    let from = (key.clone(), Id::first());
    let rest = index.range(from..);
    rest.take_while(move |(of, _)| *of == key).map(|(_, id)| id)
}
