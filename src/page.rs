//! Web pages: every link that a feed writes answers with one.

pub mod item;
pub mod list;
pub mod notice;
pub mod opml;
mod preview;
pub mod robots;
pub mod sitemap;
pub mod style;
mod xml;

use crate::newsroom::Newsroom;
use crate::newsroom::item::Moment;
use crate::newsroom::place::{Place, Scope, folder};
use crate::newsroom::site::{FooterLink, Tree};
use crate::text::language::Language;
use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::Tz;

/// A page before it becomes a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The document.
    pub html: String,
    /// Its language.
    pub language: Language,
    /// The address that stands for it; `None` on notices.
    pub canonical: Option<String>,
    /// The feeds that it names, its own first.
    pub feeds: Vec<FeedLink>,
}

/// A feed that a page names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedLink {
    /// What it is called: `News (RSS)`.
    pub title: String,
    /// Its absolute URL.
    pub url: String,
    /// Its media type.
    pub media_type: &'static str,
}

/// What surrounds every page.
struct Frame {
    language: Language,
    is_right_to_left: bool,
    title: String,
    site: String,
    home: String,
    stylesheet: String,
    feeds: Vec<FeedLink>,
    links: Vec<FooterLink>,
    rights: Option<String>,
}

impl Frame {
    /// The frame of a page that belongs to `place`, under a title of its own.
    fn of(newsroom: &Newsroom, place: &Place, title: String) -> Self {
        let site = newsroom.site();
        let language = site.language(place.tree).clone();
        let absolute = |link: &FooterLink| FooterLink {
            title: link.title.clone(),
            url: if link.url.starts_with('/') {
                site.base_url.join(&link.url)
            } else {
                link.url.clone()
            },
        };
        Self {
            is_right_to_left: language.is_right_to_left(),
            language,
            title,
            site: site.title(place.tree).to_owned(),
            home: site.base_url.join(&site.root(place.tree)),
            stylesheet: site.base_url.join(&style::page_path()),
            feeds: feed_links(newsroom, place),
            links: site.links.iter().map(absolute).collect(),
            rights: site.rights.clone(),
        }
    }
}

impl Page {
    /// A page that is written.
    fn of(html: String, frame: Frame, canonical: Option<String>) -> Self {
        Self {
            html,
            language: frame.language,
            canonical,
            feeds: frame.feeds,
        }
    }
}

/// The feeds of a place, and after a section's those of all news.
fn feed_links(newsroom: &Newsroom, place: &Place) -> Vec<FeedLink> {
    let main = Place {
        tree: place.tree,
        scope: Scope::All,
    };
    let places = if *place == main {
        vec![main]
    } else {
        vec![place.clone(), main]
    };
    places
        .iter()
        .flat_map(|place| links_of(newsroom, place))
        .collect()
}

fn links_of(newsroom: &Newsroom, place: &Place) -> Vec<FeedLink> {
    let title = newsroom.title_of(place);
    let folder = newsroom
        .site()
        .base_url
        .join(&folder(newsroom.site(), place));
    let formats = &newsroom.feeds_of(place).formats;
    let link = |format: &crate::newsroom::site::Format| FeedLink {
        title: format!("{title} ({})", format.name()),
        url: format!("{folder}{}", format.file_name()),
        media_type: format.media_type(),
    };
    formats.iter().map(link).collect()
}

/// A date for people and for machines.
struct Date {
    machine: String,
    shown: String,
}

impl Date {
    /// A date as its author wrote it, in the site's time zone: a day alone stays one.
    fn of_moment(moment: &Moment, zone: Tz) -> Self {
        match moment {
            Moment::Day { day, .. } => Self {
                machine: day.to_string(),
                shown: day.to_string(),
            },
            Moment::Instant(instant) => Self::of_instant(instant.to_utc(), zone),
        }
    }

    fn of_instant(instant: DateTime<Utc>, zone: Tz) -> Self {
        let local = zone.from_utc_datetime(&instant.naive_utc());
        Self {
            machine: local.format("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            shown: local.format("%Y-%m-%d %H:%M").to_string(),
        }
    }
}

/// The place of all news in a tree.
fn all_news(tree: Tree) -> Place {
    Place {
        tree,
        scope: Scope::All,
    }
}

/// A text that is another whenever the pages of the same items look otherwise: program version and templates.
pub fn fingerprint() -> String {
    let templates = [
        include_str!("page/layout.html"),
        include_str!("page/item.html"),
        include_str!("page/list.html"),
        include_str!("page/notice.html"),
        style::PAGE,
        style::FEED,
    ];
    format!("{} {}", env!("CARGO_PKG_VERSION"), templates.concat())
}
