//! What a feed says, before any format spells it. All semantics of the three formats live here, so that RSS, Atom and
//! JSON Feed cannot disagree; [`rss`], [`atom`] and [`json`] only spell.

pub mod atom;
pub mod content;
pub mod json;
pub mod rss;
pub mod select;
pub mod strict;

use crate::newsroom::Newsroom;
use crate::newsroom::entry::{self, Entry};
use crate::newsroom::item::{Attachment, Image, Item, MediaSource, Person, Source, Spot};
use crate::newsroom::media::{MediaFile, MediaFiles, media_type};
use crate::newsroom::place::{Place, Scope, folder};
use crate::newsroom::site::{ContentDepth, FeedSettings, Format, Site, Tree};
use crate::text;
use crate::text::language::Language;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;
use url::Url;

/// A body over this size travels as its summary and a link (http.md R-074).
pub const BODY_BYTES_MAX: usize = 256 * 1024;

/// All bodies of a document together; beyond it the oldest travel as summaries (http.md R-074).
pub const BODIES_BYTES_MAX: usize = 1024 * 1024;

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
    /// The latest significant change of anything that the feed ever showed; `None` before there was one.
    pub latest: Option<DateTime<Utc>>,
    /// The date of a feed that never showed anything.
    pub epoch: DateTime<Utc>,
    /// How long a copy is fresh, in seconds.
    pub max_age_seconds: u32,
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
    /// Place (and perhaps date) of writing.
    pub dateline: Option<String>,
    /// The body as sanitised HTML with absolute URLs.
    pub body: String,
    /// The full text that feeds carry, made of the body and what goes with it; `None` where they carry the summary.
    pub content: Option<String>,
    /// First publication on the wire.
    pub published: DateTime<Utc>,
    /// Last significant change; never before `published`.
    pub updated: DateTime<Utc>,
    /// What was put right, oldest first.
    pub corrections: Vec<(DateTime<Utc>, String)>,
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
    /// Playing time in seconds.
    pub duration_seconds: Option<u64>,
    /// Whether it is the one that RSS carries.
    pub is_main: bool,
}

/// An item with its index entry: what a document is made of.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The index entry.
    pub entry: Arc<Entry>,
    /// The whole item.
    pub item: Arc<Item>,
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

/// The latest date of any of these items that is not in the future: what they add to their feed's own date.
pub fn latest(shown: &[Shown], now: i64) -> Option<i64> {
    let dates = shown
        .iter()
        .flat_map(|Shown { entry, item }| [entry.wire, entry::updated(item, entry.wire, now)]);
    dates.filter(|at| *at <= now).max()
}

/// The feed of a place.
///
/// `latest` is the running maximum of its dates as the ledger keeps it (http.md R-076).
pub fn of_place(context: Context<'_>, place: &Place, shown: &[Shown], latest: Option<i64>) -> Feed {
    let site = context.site();
    let language = site.language(place.tree);
    let section = match &place.scope {
        Scope::All => None,
        Scope::Section(name) => context.newsroom.sections().get(name),
    };
    let folder = folder(site, place);
    let settings = section.map_or(&site.feeds, |section| &section.feeds);
    let description = section.and_then(|section| section.description(language));
    Feed {
        id: section
            .and_then(|section| section.id.clone())
            .unwrap_or_else(|| feed_id(site, place)),
        title: section.map_or_else(
            || site.title(place.tree).to_owned(),
            |section| format!("{} – {}", section.title(language), site.title(place.tree)),
        ),
        description: description
            .unwrap_or_else(|| site.description(place.tree))
            .to_owned(),
        language: language.clone(),
        home: site.base_url.join(&folder),
        root_url: site.base_url.join(&site.root(place.tree)),
        folder_url: site.base_url.join(&folder),
        folder,
        formats: settings.formats.clone(),
        latest: latest.map(instant),
        epoch: site
            .authority
            .start()
            .and_time(chrono::NaiveTime::MIN)
            .and_utc(),
        max_age_seconds: settings.max_age_seconds,
        publisher: publisher(site),
        contact: site.contact.clone(),
        rights: site.rights.clone(),
        license: site.license.clone(),
        logo: site_picture(context, site.logo.as_deref()),
        icon: site_picture(context, site.icon.as_deref()),
        hubs: settings.hubs.clone(),
        items: items(context, settings, shown),
    }
}

fn feed_id(site: &Site, place: &Place) -> String {
    let path = folder(site, place);
    let path = path.trim_matches('/');
    let slash = if path.is_empty() { "" } else { "/" };
    site.authority.tag(&format!("feed{slash}{path}"))
}

/// The items of a document, cut to its size (http.md R-074).
fn items(context: Context<'_>, settings: &FeedSettings, shown: &[Shown]) -> Vec<FeedItem> {
    let mut room = BODIES_BYTES_MAX;
    let mut items = Vec::with_capacity(shown.len());
    for shown in shown {
        let mut item = of_item(context, shown);
        if settings.content == ContentDepth::Full && item.body.len() <= BODY_BYTES_MAX.min(room) {
            room -= item.body.len();
            item.content = Some(content::full(&item));
        }
        items.push(item);
    }
    items
}

/// One item with its body, before a feed decides how much of it to carry.
pub fn of_item(context: Context<'_>, shown: &Shown) -> FeedItem {
    let Shown { entry, item } = shown;
    let site = context.site();
    let path = context.newsroom.path(entry);
    let url = site.base_url.join(&path);
    let body = content::body(context, item, &url);
    let summary = item
        .summary
        .clone()
        .unwrap_or_else(|| text::summary::of_html(&body));
    let images = images(context, item);
    let attachments = attachments(context, item);
    let corrections = corrections(item, context.now);
    let section = context.newsroom.sections().get(entry.section());
    let title = section.map_or_else(
        || entry.section().to_string(),
        |section| section.title(&item.language).to_owned(),
    );
    FeedItem {
        id: item
            .id_uri
            .clone()
            .unwrap_or_else(|| site.authority.tag(item.id.as_str())),
        tag_uri: site.authority.tag(item.id.as_str()),
        title: item.title.clone(),
        summary: Some(summary).filter(|summary| !summary.is_empty()),
        dateline: item.dateline.clone(),
        body,
        content: None,
        published: instant(entry.wire),
        updated: instant(entry::updated(item, entry.wire, context.now)),
        corrections,
        authors: if item.authors.is_empty() {
            vec![publisher(site)]
        } else {
            item.authors.clone()
        },
        language: item.language.clone(),
        section: (entry.section().to_string(), title),
        tags: item.tags.clone(),
        topics: item.topics.clone(),
        images,
        attachments,
        source: item.source.clone(),
        canonical_url: item.canonical_url.clone(),
        external_url: item.external_url.clone(),
        rights: item.rights.clone(),
        license: item
            .license
            .clone()
            .or_else(|| site.license.clone().filter(|_| item.source.is_none())),
        place: item.place.clone(),
        url,
    }
}

fn corrections(item: &Item, now: i64) -> Vec<(DateTime<Utc>, String)> {
    let come = item
        .corrections
        .iter()
        .filter(|correction| correction.at.timestamp() <= now);
    come.map(|correction| (correction.at, correction.note.clone()))
        .collect()
}

/// The publisher as a person: the byline of items without one, with the site's contact address.
pub fn publisher(site: &Site) -> Person {
    Person {
        name: site.publisher.name.clone(),
        email: None,
        url: site.publisher.url.clone(),
    }
}

fn images(context: Context<'_>, item: &Item) -> Vec<Picture> {
    item.images
        .iter()
        .filter_map(|image| picture(context, image))
        .collect()
}

/// A picture on the wire; `None` where its file is not there, since a link to nothing helps nobody.
fn picture(context: Context<'_>, image: &Image) -> Option<Picture> {
    let (url, file) = located(context, &image.src)?;
    let written = image.width.zip(image.height);
    let name = match &image.src {
        MediaSource::File(path) => path.as_str(),
        MediaSource::Url(url) => url.path(),
    };
    Some(Picture {
        url,
        media_type: image.media_type.clone().or_else(|| known_type(name)),
        size: file.and_then(|file| file.size).or(written),
        length: file.map(|file| file.length).or(image.length),
        alt: image.alt.clone(),
        caption: image.caption.clone(),
        credit: image.credit.clone(),
    })
}

/// The picture of a file that `site.toml` names.
fn site_picture(context: Context<'_>, path: Option<&str>) -> Option<Picture> {
    let file = context.media.get(path?)?;
    Some(Picture {
        url: context.site().base_url.join(&file.url_path()),
        media_type: known_type(&file.path),
        size: file.size,
        length: Some(file.length),
        alt: String::new(),
        caption: None,
        credit: None,
    })
}

fn attachments(context: Context<'_>, item: &Item) -> Vec<Enclosure> {
    item.attachments
        .iter()
        .filter_map(|attachment| enclosure(context, attachment))
        .collect()
}

fn enclosure(context: Context<'_>, attachment: &Attachment) -> Option<Enclosure> {
    let (url, file) = located(context, &attachment.src)?;
    let name = match &attachment.src {
        MediaSource::File(path) => path.as_str(),
        MediaSource::Url(url) => url.path(),
    };
    Some(Enclosure {
        url,
        media_type: attachment
            .media_type
            .clone()
            .unwrap_or_else(|| media_type(name).to_owned()),
        length: file.map(|file| file.length).or(attachment.length),
        title: attachment.title.clone(),
        duration_seconds: attachment.duration_seconds,
        is_main: attachment.is_main,
    })
}

fn known_type(name: &str) -> Option<String> {
    Some(media_type(name))
        .filter(|known| known.starts_with("image/"))
        .map(str::to_owned)
}

/// The absolute URL of a picture or file, and what is known of the file if it is ours.
fn located<'a>(context: Context<'a>, src: &MediaSource) -> Option<(String, Option<&'a MediaFile>)> {
    match src {
        MediaSource::Url(url) => Some((url.to_string(), None)),
        MediaSource::File(path) => {
            let file = context.media.get(path)?;
            Some((
                context.newsroom.site().base_url.join(&file.url_path()),
                Some(file),
            ))
        }
    }
}

/// The title of a tree's page and feed of a section or of all news.
pub fn place_title(newsroom: &Newsroom, tree: Tree, scope: &Scope) -> String {
    let site = newsroom.site();
    match scope {
        Scope::All => site.title(tree).to_owned(),
        Scope::Section(name) => newsroom.sections().get(name).map_or_else(
            || name.to_string(),
            |section| section.title(site.language(tree)).to_owned(),
        ),
    }
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

fn instant(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}
