//! What is ready to be answered at one instant: every URL with its version, fields and bytes.

pub mod dead;
pub mod fields;
pub mod path;
pub mod publish;
pub mod record;
pub mod representation;
pub mod resource;
pub mod route;
pub mod version;

use crate::edition::resource::Resource;
use crate::edition::resource::discovery::Discovery;
use crate::edition::route::Route;
use crate::edition::version::Version;
use crate::feed::Shown;
use crate::newsroom::Newsroom;
use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::item::Item;
use crate::newsroom::lifecycle::State;
use crate::newsroom::place::{Place, folder};
use crate::newsroom::record::{EVERYTHING, GroupRecord, Groups, SETTINGS};
use crate::newsroom::site::{Format, Tree};
use crate::newsroom::theme;
use bytes::Bytes;
use std::cmp::Reverse;
use std::sync::Arc;

/// All that is served at one instant. Immutable and swapped whole, so that a request sees exactly one.
#[derive(Clone)]
pub struct Edition {
    /// The items and settings that it is made of.
    pub newsroom: Newsroom,
    /// The instant it is made for, in seconds since 1970.
    pub now: i64,
    /// The stamp of everything that all pages share.
    pub settings_changed_at: i64,
    /// The stamp of everything that can be seen.
    pub changed_at: i64,
    /// How many editions there were before it since the start.
    number: i64,
    /// How often files of the media folder were others since the start.
    media_changes: u64,
    resources: imbl::HashMap<Arc<str>, Arc<Resource>>,
    shown: imbl::HashMap<Id, Shown>,
    recent: imbl::HashMap<Id, Shown>,
    groups: Groups,
    missing_pages: Arc<[Bytes]>,
}

/// What stands at a path.
pub enum Found<'a> {
    /// A resource that is ready.
    Resource(&'a Arc<Resource>),
    /// The absolute URL that has taken the path's place.
    Redirect(String),
    /// Something that is made on request.
    Make(Key),
    /// Nothing, and what kind of route it would have been.
    Missing(Route),
}

/// Names what is made on request. `server` makes it and asks again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// An item's page, or the notice of a canceled one.
    Item(Id),
    /// A page of a place's list, by its number from 1.
    List(Place, usize),
    /// A feed of a tag or an author.
    Feed(Place, Format),
    /// A file of the media folder: its path below it, percent-decoded, exactly as asked for.
    Media(String),
    /// What tells machines of all feeds or pages.
    Discovery(Discovery),
}

impl Key {
    /// The kind of route that it has.
    pub fn route(&self) -> Route {
        match self {
            Self::Item(_) | Self::List(..) => Route::Page,
            Self::Feed(..) => Route::Feed,
            Self::Media(_) => Route::Media,
            Self::Discovery(discovery) => discovery.route(),
        }
    }
}

/// What decides on what is made for a key: the counters of what it shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Revision {
    /// That of the thing itself.
    pub own: i64,
    /// That of the place that it lists.
    pub group: i64,
    /// That of what all pages share.
    pub settings: i64,
    /// That of the media folder.
    pub media_changes: u64,
}

/// Whether a file of the media folder may be sent (docs/http.md, “Media”).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaState {
    /// An item that may be read refers to it, or none at all.
    Served,
    /// Only items that nobody may see refer to it: the 404 of a file that never was.
    Hidden,
    /// Withdrawn items refer to it, and none that may be read: 410.
    Gone,
}

/// So many themes that are no longer in force are still served.
const FORMER_THEMES: usize = 4;

impl Edition {
    /// An edition without resources.
    ///
    /// `groups` are the stamps of places by their folders; `missing_pages` are the HTML of a 404 in each tree.
    pub fn new(newsroom: Newsroom, now: i64, groups: Groups, missing_pages: Arc<[Bytes]>) -> Self {
        let stamp = |name| groups.get(name).map_or(0, |group| group.changed_at);
        Self {
            settings_changed_at: stamp(SETTINGS),
            changed_at: stamp(EVERYTHING),
            number: 0,
            media_changes: 0,
            groups,
            resources: imbl::HashMap::new(),
            shown: imbl::HashMap::new(),
            recent: imbl::HashMap::new(),
            newsroom,
            now,
            missing_pages,
        }
    }

    /// The same edition with resources, by path below the base URL.
    #[must_use]
    pub fn with(mut self, resources: impl IntoIterator<Item = (String, Arc<Resource>)>) -> Self {
        self.resources.extend(
            resources
                .into_iter()
                .map(|(path, resource)| (Arc::from(path), resource)),
        );
        self
    }

    /// The same edition with every feed of an earlier one, and with the last few themes that are no longer in force:
    /// pages in caches name them.
    #[must_use]
    pub fn sharing_feeds(mut self, previous: &Self) -> Self {
        self.number = previous.number + 1;
        self.media_changes = previous.media_changes;
        let (feeds, others): (Vec<_>, Vec<_>) = previous
            .resources
            .iter()
            .map(|(path, resource)| (Arc::clone(path), Arc::clone(resource)))
            .partition(|(_, resource)| resource.route() == Route::Feed);
        let is_former = |(path, _): &(Arc<str>, Arc<Resource>)| {
            path.starts_with(theme::PATH) && !self.resources.contains_key(path)
        };
        let mut former: Vec<_> = others.into_iter().filter(is_former).collect();
        let dated = |resource: &Resource| resource.version().and_then(Version::last_modified);
        former.sort_by_key(|(_, resource)| Reverse(dated(resource)));
        former.truncate(FORMER_THEMES);
        self.resources.extend(feeds.into_iter().chain(former));
        self
    }

    /// The next edition under the same settings, made of one without resources: all resources are shared.
    #[must_use]
    pub fn next(&self, bare: Self) -> Self {
        Self {
            number: self.number + 1,
            media_changes: self.media_changes,
            resources: self.resources.clone(),
            shown: self.shown.clone(),
            recent: self.recent.clone(),
            ..bare
        }
    }

    /// The same edition after files of the media folder became others: what shows them is made anew.
    #[must_use]
    pub fn with_other_media(mut self) -> Self {
        self.media_changes += 1;
        self
    }

    /// The same edition without resources that are there no longer.
    #[must_use]
    pub fn without(mut self, paths: &[String]) -> Self {
        for path in paths {
            self.resources.remove(path.as_str());
        }
        self
    }

    /// The same edition with the whole items that its feeds show, and with those that changed lately.
    #[must_use]
    pub fn showing(
        mut self,
        shown: imbl::HashMap<Id, Shown>,
        recent: imbl::HashMap<Id, Shown>,
    ) -> Self {
        self.shown = shown;
        self.recent = recent;
        self
    }

    /// The whole item of an entry, where a feed shows it or it changed lately.
    pub fn whole(&self, entry: &Entry) -> Option<&Arc<Item>> {
        let held = [&self.shown, &self.recent];
        let mut held = held.into_iter().filter_map(|held| held.get(&entry.id));
        held.find(|shown| shown.is_of(entry))
            .map(|shown| &shown.item)
    }

    /// The resource that is ready at a path below the base URL.
    pub fn resource(&self, path: &str) -> Option<&Arc<Resource>> {
        self.resources.get(path)
    }

    /// All resources that are ready.
    pub fn resources(&self) -> impl Iterator<Item = (&str, &Arc<Resource>)> {
        self.resources
            .iter()
            .map(|(path, resource)| (&**path, resource))
    }

    /// The stamp of a place's group.
    pub fn place_changed_at(&self, place: &Place) -> i64 {
        self.group(place).map_or(0, |group| group.changed_at)
    }

    /// The stamp of what the list of a place shows. It names the same place in other languages, and where that has a page
    /// decides what it lists there.
    pub fn list_changed_at(&self, place: &Place) -> i64 {
        let trees = self.newsroom.site().trees();
        let same = trees.map(|tree| Place {
            tree,
            scope: place.scope.clone(),
        });
        let named = same.filter(|other| other == place || place.scope.label().is_some());
        let stamps = named.map(|place| self.place_changed_at(&place));
        stamps.max().unwrap_or(0)
    }

    /// The latest date of anything that a place's feeds ever showed.
    pub fn place_latest(&self, place: &Place) -> Option<i64> {
        self.group(place)?.latest
    }

    fn group(&self, place: &Place) -> Option<&GroupRecord> {
        self.groups.get(&folder(self.newsroom.site(), place))
    }

    /// What decides on what is made for a key: while this is the same, so is that. `None` for what is not kept.
    pub fn mark(&self, key: &Key) -> Option<Revision> {
        // In a preview the clock changes what stamps do not tell.
        if self.newsroom.site().is_preview {
            return None;
        }
        let (own, group) = match key {
            Key::Item(id) => {
                let entry = self.newsroom.get(id)?;
                if !entry.state(self.now).has_page() {
                    return None;
                }
                // Its page names its neighbours, relations and versions: whatever changes may show in it.
                (self.number, 0)
            }
            Key::List(place, _) => (0, self.list_changed_at(place)),
            Key::Feed(place, _) => (0, self.place_changed_at(place)),
            // An item leaves the sitemap of news by the clock alone.
            Key::Media(_) | Key::Discovery(Discovery::News) => return None,
            Key::Discovery(_) => (0, self.changed_at),
        };
        Some(Revision {
            own,
            group,
            settings: self.settings_changed_at,
            media_changes: self.media_changes,
        })
    }

    /// Whether a file of the media folder may be sent.
    pub fn media_state(&self, path: &str) -> MediaState {
        let mut state = MediaState::Served;
        for entry in self.newsroom.referring(path) {
            match entry.state(self.now) {
                State::Visible | State::Expired => return MediaState::Served,
                // A secret item that refers to it, too, must not show in the answer.
                State::Canceled => state = MediaState::Gone,
                State::Draft | State::Scheduled | State::Withheld => {
                    if state == MediaState::Served {
                        state = MediaState::Hidden;
                    }
                }
            }
        }
        // Nor what a broken or refused file names, or an item that was lost.
        if state == MediaState::Served && self.newsroom.hides_media(path) {
            state = MediaState::Hidden;
        }
        state
    }

    /// The small HTML pages that say that there is nothing, by the number of their tree.
    pub fn missing_pages(&self) -> Arc<[Bytes]> {
        Arc::clone(&self.missing_pages)
    }

    /// The small HTML page that says that there is nothing at a path, in the language of its tree.
    pub fn missing_page(&self, path: &str) -> Bytes {
        let site = self.newsroom.site();
        let path = path.strip_prefix(site.base_url.path()).unwrap_or(path);
        let is_in = |tree: &Tree| path.starts_with(&site.root(*tree));
        let tree = site.trees().skip(1).find(is_in).unwrap_or(Tree::DEFAULT);
        let page = self.missing_pages.get(usize::from(tree.number()));
        page.cloned().unwrap_or_default()
    }
}
