//! What is ready to be answered at one instant: every URL with its version, fields and bytes.

pub mod fields;
pub mod publish;
pub mod record;
pub mod representation;
pub mod resource;
pub mod version;

use crate::edition::resource::Resource;
use crate::edition::resource::discovery::Discovery;
use crate::feed::Shown;
use crate::newsroom::Newsroom;
use crate::newsroom::entry::Entry;
use crate::newsroom::identity::Id;
use crate::newsroom::item::Item;
use crate::newsroom::lifecycle::State;
use crate::newsroom::place::{Place, folder};
use crate::newsroom::record::{EVERYTHING, SETTINGS};
use crate::newsroom::site::Format;
use bytes::Bytes;
use std::collections::HashMap;
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
    resources: imbl::HashMap<Arc<str>, Arc<Resource>>,
    shown: imbl::HashMap<Id, Shown>,
    recent: imbl::HashMap<Id, Shown>,
    places: Arc<HashMap<String, PlaceStamp>>,
    missing_page: Bytes,
}

/// A place with the stamp of its group.
#[derive(Debug, Clone)]
struct PlaceStamp {
    place: Place,
    changed_at: i64,
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

/// What kind of route a path has; it decides the fields of an error (http.md, table 1b).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// A feed.
    Feed,
    /// A page; its 404 and 410 are small HTML pages.
    Page,
    /// A stylesheet or the like.
    Asset,
    /// A file of the media folder.
    Media,
    /// The list of all feeds.
    Opml,
    /// A sitemap, or what crawlers are told.
    Sitemap,
}

/// Names what is made on request. `server` makes it and asks again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// An item's page, or the notice of a canceled one.
    Item(Id),
    /// The list page of a place.
    List(Place),
    /// A file of the media folder: its path below it, percent-decoded, exactly as asked for.
    Media(String),
    /// What tells machines of all feeds or pages.
    Discovery(Discovery),
}

impl Key {
    /// The kind of route that it has.
    pub fn route(&self) -> Route {
        match self {
            Self::Item(_) | Self::List(_) => Route::Page,
            Self::Media(_) => Route::Media,
            Self::Discovery(discovery) => discovery.route(),
        }
    }
}

/// Whether a file of the media folder may be sent (http.md R-163).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaState {
    /// An item that may be read refers to it, or none at all.
    Served,
    /// Only items that nobody may see refer to it: the 404 of a file that never was.
    Hidden,
    /// Withdrawn items refer to it, and none that may be read: 410.
    Gone,
}

impl Edition {
    /// An edition without resources.
    ///
    /// `groups` tells the stamp of a place's group by its folder; `missing_page` is the HTML of a 404.
    pub fn new(
        newsroom: Newsroom,
        now: i64,
        groups: &dyn Fn(&str) -> i64,
        missing_page: Bytes,
    ) -> Self {
        let stamped = newsroom.places().into_iter().map(|place| {
            let folder = folder(newsroom.site(), &place);
            let changed_at = groups(&folder);
            (folder, PlaceStamp { place, changed_at })
        });
        Self {
            places: Arc::new(stamped.collect()),
            settings_changed_at: groups(SETTINGS),
            changed_at: groups(EVERYTHING),
            resources: imbl::HashMap::new(),
            shown: imbl::HashMap::new(),
            recent: imbl::HashMap::new(),
            newsroom,
            now,
            missing_page,
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

    /// The same edition with every feed of an earlier one.
    #[must_use]
    pub fn sharing_feeds(mut self, previous: &Self) -> Self {
        let feeds = previous.resources.iter();
        let feeds = feeds.filter(|(_, resource)| resource.route() == Route::Feed);
        self.resources
            .extend(feeds.map(|(path, resource)| (Arc::clone(path), Arc::clone(resource))));
        self
    }

    /// The next edition under the same settings: all resources are shared.
    #[must_use]
    pub fn next(&self, newsroom: Newsroom, now: i64, groups: &dyn Fn(&str) -> i64) -> Self {
        let next = Self::new(newsroom, now, groups, self.missing_page.clone());
        Self {
            resources: self.resources.clone(),
            shown: self.shown.clone(),
            recent: self.recent.clone(),
            ..next
        }
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
        self.places
            .get(&folder(self.newsroom.site(), place))
            .map_or(0, |stamp| stamp.changed_at)
    }

    /// Finds what stands at a percent-decoded path (which begins with `/` and has no dot segments).
    pub fn find(&self, path: &str) -> Found<'_> {
        let base = &self.newsroom.site().base_url;
        if let Some(discovery) = Discovery::at_root(path) {
            return Found::Make(Key::Discovery(discovery));
        }
        let Some(path) = path.strip_prefix(base.path()) else {
            return Found::Missing(Route::Page);
        };
        if let Some(resource) = self.resources.get(path) {
            return Found::Resource(resource);
        }
        if let Some(discovery) = Discovery::at(path) {
            return Found::Make(Key::Discovery(discovery));
        }
        if let Some(file) = path.strip_prefix("/media/").filter(|file| !file.is_empty()) {
            return Found::Make(Key::Media(file.to_owned()));
        }
        if let Some(key) = self.page(path) {
            return Found::Make(key);
        }
        let target = self.moved(path).or_else(|| {
            let closed = format!("{path}/");
            self.page(&closed)
                .map(|_| closed.clone())
                .or_else(|| self.moved(&closed))
        });
        target.map_or_else(
            || Found::Missing(route(path)),
            |path| Found::Redirect(base.join(&path)),
        )
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
        state
    }

    /// The small HTML page that says that there is nothing.
    pub fn missing_page(&self) -> Bytes {
        self.missing_page.clone()
    }

    /// What is made for a page's path.
    fn page(&self, path: &str) -> Option<Key> {
        if let Some(stamp) = self.places.get(path) {
            return Some(Key::List(stamp.place.clone()));
        }
        let entry = self.newsroom.at_path(path)?;
        self.answers(entry).then(|| Key::Item(entry.id.clone()))
    }

    /// The present path of the item that an old path belonged to. What nobody may see redirects nobody.
    fn moved(&self, path: &str) -> Option<String> {
        let mut claimants = self.newsroom.at_alias(path);
        claimants
            .find(|entry| self.answers(entry))
            .map(|entry| self.newsroom.path(entry))
    }

    fn answers(&self, entry: &Entry) -> bool {
        entry.state(self.now).answers()
    }
}

/// What kind of route a path below the base URL would have, were there something.
fn route(path: &str) -> Route {
    let name = path.rsplit('/').next().unwrap_or_default();
    if path.starts_with("/media/") {
        Route::Media
    } else if path.starts_with("/assets/") {
        Route::Asset
    } else if Format::ALL.iter().any(|format| format.file_name() == name) {
        Route::Feed
    } else {
        Route::Page
    }
}
