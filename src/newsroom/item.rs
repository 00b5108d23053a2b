//! One news item as its author means it: every key of the item file, checked, with its defaults filled in.
//!
//! What needs the body rendered (a derived summary) or a file measured (an image's size) is left to the rooms that
//! write documents, so that reading 100,000 items costs no more than parsing them.

use crate::newsroom::identity::Id;
use crate::text::language::Language;
use crate::text::slug::Slug;
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use url::Url;

/// One news item, valid by construction of the parser. Field names are those of the item file; see
/// `docs/data-format.md`.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The permanent name.
    pub id: Id,
    /// Whether the file says the id, or it was derived from the file's name.
    pub id_is_explicit: bool,
    /// The guid that an imported item had elsewhere, kept verbatim as its id on the wire.
    pub id_uri: Option<String>,
    /// The last segment of the page's URL.
    pub slug: Slug,
    /// Old paths below the base URL, each beginning with `/`, that redirect to the page.
    pub aliases: Vec<String>,
    /// The sections that list it; the first is the one of its URL. Never empty.
    pub sections: Vec<Slug>,
    /// The language of this version.
    pub language: Language,
    /// Links the language versions of one text.
    pub translation_key: String,
    /// Whether the file says that key, or it is the stem of the file's name.
    pub translation_key_is_explicit: bool,
    /// The headline: plain text, one line, never empty.
    pub title: String,
    /// A secondary headline.
    pub subtitle: Option<String>,
    /// The lead as the author wrote it; `None` where it is to be derived from the body.
    pub summary: Option<String>,
    /// A headline of at most 150 characters for partners with a limit.
    pub short_title: Option<String>,
    /// The full text, as written.
    pub body: Body,
    /// Free keywords.
    pub tags: Vec<String>,
    /// Controlled subjects: IPTC codes or URLs.
    pub topics: Vec<String>,
    /// What kind of text it is.
    pub genre: Genre,
    /// The byline; empty where it is the publisher's.
    pub authors: Vec<Person>,
    /// Place (and perhaps date) of writing.
    pub dateline: Option<String>,
    /// First publication.
    pub date: Moment,
    /// Last significant change, as the author wrote it or as the newest correction says.
    pub updated: Option<Moment>,
    /// What was put right, oldest first.
    pub corrections: Vec<Correction>,
    /// The version, where it is written; else it is 1 and the number of the corrections that have come.
    pub version: Option<u32>,
    /// Where in its life the author has put it.
    pub status: Status,
    /// The public reason of a withdrawal.
    pub status_note: Option<String>,
    /// The moment of a withdrawal.
    pub status_at: Option<DateTime<Utc>>,
    /// The item that takes the place of a canceled one.
    pub replaced_by: Option<Id>,
    /// Nothing of the item is shown before this instant.
    pub embargo_until: Option<DateTime<Utc>>,
    /// The item leaves the feeds at this instant.
    pub expires: Option<DateTime<Utc>>,
    /// Pictures; the first is the lead image.
    pub images: Vec<Image>,
    /// Audio, video and documents.
    pub attachments: Vec<Attachment>,
    /// The original publisher of an item taken from elsewhere.
    pub source: Option<Source>,
    /// Where the item was first published.
    pub canonical_url: Option<Url>,
    /// What a link-style item points to.
    pub external_url: Option<Url>,
    /// The copyright notice; `None` is the site's.
    pub rights: Option<String>,
    /// The licence's address; `None` is the site's.
    pub license: Option<Url>,
    /// The place that the item is about.
    pub place: Option<Spot>,
    /// Urgency: 1 is a flash, 5 usual, 9 least.
    pub priority: u8,
    /// Kept at the top of the HTML lists; never reorders feeds.
    pub pinned: bool,
    /// See also.
    pub related: Vec<Id>,
    /// IPTC digital source type: declares synthetic text or images.
    pub digital_source_type: Option<String>,
    /// Partner profiles that must not carry the item.
    pub feeds_exclude: Vec<Slug>,
}

/// The largest text that feeds carry, in bytes; the feeds' sanitised one counts.
pub const FEED_BODY_BYTES_MAX: usize = 256 * 1024;

/// The full text and how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The spelling of `text`.
    pub format: BodyFormat,
    /// The text as its author wrote it, without characters that XML forbids. Never blank.
    pub text: String,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyFormat {
    /// CommonMark with tables and strikethrough; HTML in it is sanitised.
    Markdown,
    /// HTML, sanitised.
    Html,
    /// Plain text; a blank line separates paragraphs.
    Text,
}

/// What kind of text an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Genre {
    /// A news item.
    News,
    /// A statement.
    Statement,
    /// A speech.
    Speech,
    /// Not for publication by others: on the pages alone, never in a feed.
    Advisory,
    /// Background to the news.
    Background,
}

/// Where in its life an author has put an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Not yet meant for anybody.
    Draft,
    /// To be published at its time.
    Usable,
    /// Held back; may return.
    Withheld,
    /// Withdrawn for good; the id is never used again.
    Canceled,
}

/// A person or an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name as it is shown.
    pub name: String,
    /// A bare e-mail address.
    pub email: Option<String>,
    /// A page about them.
    pub url: Option<Url>,
}

/// A point in time as an author wrote it: with an hour, or a day alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A day in the site's time zone.
    Day {
        /// The day as written.
        day: NaiveDate,
        /// Its first instant in that zone.
        start: DateTime<Utc>,
    },
    /// An instant, with the offset that was written or that the site's time zone had then.
    Instant(DateTime<FixedOffset>),
}

impl Moment {
    /// The instant, in whole seconds: that at which a day begins.
    pub fn instant(&self) -> DateTime<Utc> {
        match self {
            Self::Day { start, .. } => *start,
            Self::Instant(instant) => instant.to_utc(),
        }
    }
}

/// What was put right in an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// When.
    pub at: Moment,
    /// What, in a public sentence.
    pub note: String,
    /// Whether it is too small to move `updated`.
    pub minor: bool,
}

/// Where a picture or file lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MediaSource {
    /// A path below the media folder, with `/` between folders.
    File(String),
    /// An address elsewhere.
    Url(Url),
}

/// A picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// Where it lies.
    pub src: MediaSource,
    /// What it shows, for those who cannot see it; empty for decoration.
    pub alt: String,
    /// The line beneath it.
    pub caption: Option<String>,
    /// Who made it.
    pub credit: Option<String>,
    /// The media type as written; `None` is read from the file or its name.
    pub media_type: Option<String>,
    /// Pixels across as written; `None` is read from the file.
    pub width: Option<u32>,
    /// Pixels down as written; `None` is read from the file.
    pub height: Option<u32>,
    /// Size in bytes as written; `None` is read from the file.
    pub length: Option<u64>,
    /// The point to keep when it is cut: fractions from the left and from the top.
    pub focal: Option<(f64, f64)>,
}

/// An audio, video or document file.
#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    /// Where it lies.
    pub src: MediaSource,
    /// What it is called.
    pub title: Option<String>,
    /// The media type as written; `None` is read from the file's name.
    pub media_type: Option<String>,
    /// Size in bytes as written; `None` is read from the file.
    pub length: Option<u64>,
    /// Playing time in seconds.
    pub duration_seconds: Option<u64>,
    /// Whether it is the one enclosure that RSS carries.
    pub is_main: bool,
}

/// The original publisher of an item taken from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Who.
    pub name: String,
    /// Where the item stands there.
    pub url: Url,
    /// The feed that it came from.
    pub feed_url: Option<Url>,
    /// That feed's id.
    pub id: Option<String>,
    /// That feed's date.
    pub updated: Option<DateTime<Utc>>,
}

/// A place on earth.
#[derive(Debug, Clone, PartialEq)]
pub struct Spot {
    /// Its name.
    pub name: String,
    /// ISO 3166-1 alpha-2 code, upper-case.
    pub country: Option<String>,
    /// Latitude and longitude in degrees (WGS 84).
    pub point: Option<(f64, f64)>,
    /// A page or identifier.
    pub uri: Option<Url>,
}
