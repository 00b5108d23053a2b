//! What a feed says, before any format spells it. All semantics of the three formats live here, so that RSS, Atom and
//! JSON Feed cannot disagree; [`rss`], [`atom`] and [`json`] only spell.

pub mod atom;
pub mod build;
pub mod content;
pub mod json;
pub mod notice;
pub mod rendered;
pub mod rss;
pub mod select;
pub mod strict;

use crate::newsroom::Newsroom;
use crate::newsroom::entry::Entry;
use crate::newsroom::item::{Item, Moment, Person, Source, Spot};
use crate::newsroom::media::MediaFiles;
use crate::newsroom::site::{Format, Site};
use crate::text::language::Language;
use chrono::{DateTime, FixedOffset, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;
use url::Url;

/// One feed document before spelling.
#[derive(Debug, Clone)]
pub struct Feed {
    /// The permanent tag URI (RFC 4287, section 4.2.6).
    pub id: String,
    /// The publication's or section's name.
    pub title: String,
    /// One line about it; never empty.
    pub description: String,
    /// The language of the feed as a whole.
    pub language: Language,
    /// The page that the feed belongs to.
    pub home: String,
    /// The absolute URL of the tree's root: the vocabulary of section names.
    pub root_url: String,
    /// The path of the feed's folder below the base URL: `/news/`.
    pub folder: String,
    /// The absolute URL of that folder.
    pub folder_url: String,
    /// The formats that are offered.
    pub formats: Vec<Format>,
    /// The latest date of anything that the feed ever showed, or when it last became another for another reason; `None`
    /// before there was one.
    pub latest: Option<DateTime<Utc>>,
    /// The date of a feed that never showed anything.
    pub epoch: DateTime<Utc>,
    /// How long a copy is fresh, in seconds.
    pub max_age_seconds: u32,
    /// Whether a browser that opens the feed gets a view with a stylesheet.
    pub browser_view: bool,
    /// Who publishes.
    pub publisher: Person,
    /// Whom to write to.
    pub contact: Option<Person>,
    /// The copyright notice.
    pub rights: Option<String>,
    /// The licence's address.
    pub license: Option<Url>,
    /// A wide picture.
    pub logo: Option<Picture>,
    /// A square picture.
    pub icon: Option<Picture>,
    /// WebSub hubs elsewhere.
    pub hubs: Vec<Url>,
    /// What it shows, newest first.
    pub items: Vec<FeedItem>,
}

impl Feed {
    /// The absolute URL of the feed in one format.
    pub fn self_url(&self, format: Format) -> String {
        format!("{}{}", self.folder_url, format.file_name())
    }
}

/// One item before spelling.
#[derive(Debug, Clone)]
pub struct FeedItem {
    /// The file that it comes from, for reports.
    pub file: Arc<str>,
    /// Whether it is the notice of a withdrawn item, and has nothing of its words.
    pub is_notice: bool,
    /// The permanent id on the wire: the tag URI, or what an imported item was called elsewhere.
    pub id: String,
    /// The tag URI, for Atom where `id` is no IRI.
    pub tag_uri: String,
    /// The item's page.
    pub url: String,
    /// The headline, plain text.
    pub title: String,
    /// The lead, plain text; `None` where the body has no words.
    pub summary: Option<String>,
    /// What its author wrote to stand before the text: subtitle and summary, plain text.
    pub lead: Vec<String>,
    /// Place (and perhaps date) of writing.
    pub dateline: Option<String>,
    /// The body as sanitised HTML with absolute URLs.
    pub body: String,
    /// The full text that feeds carry, made of the body and what goes with it; `None` where they carry the summary.
    pub content: Option<String>,
    /// First publication on the wire.
    pub published: DateTime<Utc>,
    /// The offset of that instant where a format can carry one.
    pub offset: FixedOffset,
    /// Last significant change; never before `published`.
    pub updated: DateTime<Utc>,
    /// What was put right, oldest first.
    pub corrections: Vec<(Moment, String)>,
    /// The byline; never empty.
    pub authors: Vec<Person>,
    /// The language.
    pub language: Language,
    /// The section's name and title.
    pub section: (String, String),
    /// Keywords and controlled subjects.
    pub tags: Vec<String>,
    /// IPTC codes or URLs.
    pub topics: Vec<String>,
    /// The pictures that exist; the first is the lead image.
    pub images: Vec<Picture>,
    /// The files that exist.
    pub attachments: Vec<Enclosure>,
    /// The original publisher.
    pub source: Option<Source>,
    /// Where the item was first published.
    pub canonical_url: Option<Url>,
    /// What a link-style item points to.
    pub external_url: Option<Url>,
    /// The copyright notice, where it is not the feed's.
    pub rights: Option<String>,
    /// The licence: the item's, else the site's where the item is the publisher's own.
    pub license: Option<Url>,
    /// The place that the item is about.
    pub place: Option<Spot>,
    /// When it leaves the feeds.
    pub expires: Option<DateTime<Utc>>,
}

/// A picture on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Its absolute URL.
    pub url: String,
    /// Its media type, where it is known.
    pub media_type: Option<String>,
    /// Pixels across and down.
    pub size: Option<(u32, u32)>,
    /// Size in bytes.
    pub length: Option<u64>,
    /// What it shows.
    pub alt: String,
    /// The line beneath it.
    pub caption: Option<String>,
    /// Who made it.
    pub credit: Option<String>,
}

/// An attached file on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// Its absolute URL.
    pub url: String,
    /// Its media type.
    pub media_type: String,
    /// Size in bytes; `None` where nobody knows.
    pub length: Option<u64>,
    /// What it is called.
    pub title: Option<String>,
    /// The name of the file as its author gave it.
    pub file_name: String,
    /// Playing time in seconds.
    pub duration_seconds: Option<u64>,
    /// Whether it is the one that RSS carries.
    pub is_main: bool,
}

impl FeedItem {
    /// The one file that RSS carries: the one that its author calls the main one, else the first sound or film, else the
    /// first.
    pub fn main_enclosure(&self) -> Option<&Enclosure> {
        let is_played = |file: &&Enclosure| {
            ["audio/", "video/"]
                .iter()
                .any(|kind| file.media_type.starts_with(kind))
        };
        let files = || self.attachments.iter();
        let main = files().find(|file| file.is_main);
        main.or_else(|| files().find(is_played))
            .or_else(|| files().next())
    }

    /// All files, the main one first: many readers play or load the first alone.
    pub fn enclosures(&self) -> impl Iterator<Item = &Enclosure> {
        let main = self.main_enclosure();
        let is_main = move |file: &&Enclosure| main.is_some_and(|main| std::ptr::eq(main, *file));
        let others = self.attachments.iter().filter(move |file| !is_main(file));
        main.into_iter().chain(others)
    }
}

/// What a document shows, in the order in which it is written: newest first by wire time, of one second by id.
#[derive(Debug, Clone)]
pub enum Row {
    /// An item.
    Item(Shown),
    /// The notice of a withdrawn one.
    Notice(Arc<Entry>),
}

impl Row {
    /// Its index entry.
    pub fn entry(&self) -> &Arc<Entry> {
        match self {
            Self::Item(shown) => &shown.entry,
            Self::Notice(entry) => entry,
        }
    }

    /// Its dates on the wire.
    fn dates(&self, now: i64) -> [i64; 2] {
        match self {
            Self::Item(Shown { entry, .. }) => [entry.wire, entry.updated(now)],
            Self::Notice(entry) => [entry.wire, entry.notice_at(now)],
        }
    }
}

/// An item with its index entry.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The index entry.
    pub entry: Arc<Entry>,
    /// The whole item.
    pub item: Arc<Item>,
}

impl Shown {
    /// Whether an entry stands on the very text that this one was read from. The file counts, too: its name tells
    /// section, slug and language.
    pub fn is_of(&self, entry: &Entry) -> bool {
        self.entry.hash == entry.hash && self.entry.file == entry.file
    }
}

/// What the making of any document needs to know beside its items.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The publication.
    pub newsroom: &'a Newsroom,
    /// The files of the media folder that the items show.
    pub media: &'a MediaFiles,
    /// The instant it is made for, in seconds.
    pub now: i64,
}

impl Context<'_> {
    fn site(&self) -> &Site {
        self.newsroom.site()
    }
}

/// The latest date of any of these that is not in the future: what they add to their feed's own date.
pub fn latest(rows: &[Row], now: i64) -> Option<i64> {
    let dates = rows.iter().flat_map(|row| row.dates(now));
    dates.filter(|at| *at <= now).max()
}

/// The vocabulary of a controlled subject: IPTC Media Topics for `medtop:` codes; a URL is its own.
fn topic_scheme(topic: &str) -> Option<&'static str> {
    topic
        .starts_with("medtop:")
        .then_some("http://cv.iptc.org/newscodes/mediatopic/")
}

/// The attributes of a Media RSS `content` element, which RSS and Atom share.
fn media_attributes(picture: &Picture) -> BTreeMap<String, String> {
    let mut attributes =
        BTreeMap::from([("url", picture.url.clone()), ("medium", "image".to_owned())]);
    attributes.extend(
        picture
            .media_type
            .clone()
            .map(|media_type| ("type", media_type)),
    );
    attributes.extend(
        picture
            .length
            .map(|length| ("fileSize", length.to_string())),
    );
    attributes.extend(picture.size.map(|(width, _)| ("width", width.to_string())));
    attributes.extend(
        picture
            .size
            .map(|(_, height)| ("height", height.to_string())),
    );
    attributes
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// An instant in whole seconds since 1970.
pub fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}
