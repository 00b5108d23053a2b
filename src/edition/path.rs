//! What stands at a path: what is ready, what is made on request, or where it leads.

use super::{Edition, Found, Key};
use crate::edition::resource::discovery::Discovery;
use crate::edition::route::Route;
use crate::newsroom::entry::Entry;
use crate::newsroom::media::plain_url_path;
use crate::newsroom::place::{Place, Scope, folder, locate};
use crate::newsroom::site::Format;
use crate::page::list::Position;

/// The longest number of a list's page.
const PAGE_DIGITS_MAX: usize = 9;

/// How a path ends that says of a list what its folder says: there it leads.
const FIRST_PAGE: &str = "/page/1/";

/// Where browsers and feed readers look for an icon that no page named to them.
const FAVICON: &str = "/favicon.ico";

/// An address with the query of a request: campaigns count their readers by it. What no address may have in it is
/// percent-encoded.
pub fn with_query(url: String, query: Option<&str>) -> String {
    use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
    const QUERY: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'<')
        .add(b'>')
        .add(b'\\')
        .add(b'^')
        .add(b'`');
    match query.filter(|query| !query.is_empty()) {
        Some(query) => format!("{url}?{}", utf8_percent_encode(query, QUERY)),
        None => url,
    }
}

impl Edition {
    /// Finds what stands at a percent-decoded path (which begins with `/` and has no dot segments). A query matters where
    /// `[redirects]` names it (docs/http.md, “Redirects”).
    pub fn find(&self, path: &str, query: Option<&str>) -> Found<'_> {
        let site = self.newsroom.site();
        let base = &site.base_url;
        if let Some(discovery) = Discovery::at_root(path) {
            return Found::Make(Key::Discovery(discovery));
        }
        let Some(path) = path.strip_prefix(base.path()) else {
            let icon = site.icon.as_deref().filter(|_| path == FAVICON);
            return icon.map_or(Found::Missing(Route::Page), |icon| {
                Found::Redirect(base.join(&plain_url_path(icon)))
            });
        };
        let asked = query.and_then(|query| site.redirects.of_query(path, query));
        if let Some(target) = asked.and_then(|target| self.lands(target)) {
            return Found::Redirect(base.join(&target));
        }
        let here = self.standing(path).or_else(|| {
            let media = path.strip_prefix("/media/").unwrap_or_default();
            (!media.is_empty()).then(|| Found::Make(Key::Media(media.to_owned())))
        });
        if let Some(found) = here {
            return found;
        }
        let closed = format!("{path}/");
        let by_itself = self
            .moved(path)
            .or_else(|| self.standing(&closed).map(|_| closed.clone()))
            .or_else(|| self.moved(&closed));
        let target = by_itself.or_else(|| {
            let mut said = [path, &closed].into_iter();
            said.find_map(|path| self.lands(&site.redirects.of_path(path)?))
        });
        if let Some(target) = target {
            return Found::Redirect(with_query(base.join(&target), query));
        }
        let icon = site.icon.as_deref().filter(|_| path == FAVICON);
        icon.map_or_else(
            || Found::Missing(route(path)),
            |icon| Found::Redirect(base.join(&plain_url_path(icon))),
        )
    }

    /// What stands at a path, media files aside.
    fn standing(&self, path: &str) -> Option<Found<'_>> {
        if let Some(resource) = self.resources.get(path) {
            return Some(Found::Resource(resource));
        }
        let discovery = Discovery::at(path).map(Key::Discovery);
        discovery.or_else(|| self.made(path)).map(Found::Make)
    }

    /// Where what `site.toml` sends to a path arrives at last; `None` where nothing is there. Whether a media file is
    /// there shows when it is asked for.
    fn lands(&self, path: &str) -> Option<String> {
        if let Some(file) = path.strip_prefix("/media/") {
            return Some(plain_url_path(file));
        }
        if self.standing(path).is_some() {
            return Some(path.to_owned());
        }
        self.moved(path)
    }

    /// What is made for a path.
    fn made(&self, path: &str) -> Option<Key> {
        for (place, rest) in locate(self.newsroom.site(), path) {
            let key = match rest {
                "" if self.newsroom.has_page(&place) => Some(Key::List(place, 1)),
                "" => None,
                _ => self.page(&place, rest).or_else(|| self.feed(&place, rest)),
            };
            if key.is_some() {
                return key;
            }
        }
        let entry = self.newsroom.at_path(path)?;
        self.answers(entry).then(|| Key::Item(entry.id.clone()))
    }

    /// A further page of a place's list.
    fn page(&self, place: &Place, rest: &str) -> Option<Key> {
        let digits = rest.strip_prefix("page/")?.strip_suffix('/')?;
        let is_plain = digits.len() <= PAGE_DIGITS_MAX
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
            && digits != "1";
        let number = digits.parse().ok().filter(|_| is_plain)?;
        let is_there =
            self.newsroom.has_page(place) && Position::of(&self.newsroom, place, number).is_some();
        is_there.then(|| Key::List(place.clone(), number))
    }

    /// A feed of a tag or an author.
    fn feed(&self, place: &Place, rest: &str) -> Option<Key> {
        let formats = &self.newsroom.feeds_of(place).formats;
        let format = formats.iter().find(|format| format.file_name() == rest)?;
        let is_there = place.scope.label().is_some() && self.newsroom.has_feeds(place, self.now);
        is_there.then(|| Key::Feed(place.clone(), *format))
    }

    /// The present path of what an old path belonged to. What nobody may see redirects nobody.
    fn moved(&self, path: &str) -> Option<String> {
        if let Some(folder) = path.strip_suffix(FIRST_PAGE) {
            let folder = &path[..=folder.len()];
            return self.made(folder).map(|_| folder.to_owned());
        }
        let mut claimants = self.newsroom.at_alias(path);
        let claimant = claimants.find(|entry| self.answers(entry));
        claimant
            .map(|entry| self.newsroom.path(entry))
            .or_else(|| self.merged(path))
    }

    /// The same path below the page that a spelling of a tag or an author shares with others.
    fn merged(&self, path: &str) -> Option<String> {
        let site = self.newsroom.site();
        locate(site, path).into_iter().find_map(|(place, rest)| {
            let (kind, slug) = place.scope.label()?;
            let page = site.vocabulary(kind).page(slug);
            let target = Place {
                tree: place.tree,
                scope: Scope::of_label(kind, page.clone()),
            };
            let path = format!("{}{rest}", folder(site, &target));
            (page != slug && self.made(&path).is_some()).then_some(path)
        })
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
