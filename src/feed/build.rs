//! A place and its items made into what its feed says.

use crate::feed::{Context, Enclosure, Feed, FeedItem, Picture, Shown, content, instant};
use crate::newsroom::Newsroom;
use crate::newsroom::entry::Entry;
use crate::newsroom::item::{
    Attachment, Correction, FEED_BODY_BYTES_MAX, Image, Item, MediaSource, Person,
};
use crate::newsroom::media::{MediaFile, media_type};
use crate::newsroom::place::{Place, Scope, folder};
use crate::newsroom::site::{ContentDepth, FeedSettings, Site, Tree};
use crate::text;
use crate::text::html;
use crate::text::language::Language;
use crate::text::legal::legal;
use chrono::{FixedOffset, Offset, TimeZone, Utc};

/// All bodies of a document together; beyond it the oldest travel as summaries (docs/http.md, “Size of a document”).
pub const BODIES_BYTES_MAX: usize = 1024 * 1024;

/// The feed of a place that shows these items, which are cut to the size of a document.
///
/// `latest` is the running maximum of its dates as the ledger keeps it (docs/http.md, “Dates of feeds”).
pub fn of_place(
    context: Context<'_>,
    place: &Place,
    items: Vec<FeedItem>,
    latest: Option<i64>,
) -> Feed {
    let site = context.site();
    let language = site.language(place.tree);
    let newsroom = context.newsroom;
    let section = newsroom.section_of(place);
    let folder = folder(site, place);
    let settings = newsroom.feeds_of(place);
    let root = site.root(place.tree);
    // The feed of a tag that only tells of withdrawals has no page of its own.
    let home = if newsroom.has_page(place) {
        &folder
    } else {
        &root
    };
    let items = cut(context, items, settings);
    let is_ours = states_terms(newsroom, place, &items);
    Feed {
        // A fixed id is that of one feed: in a further language it is derived.
        id: section
            .filter(|_| place.tree == Tree::DEFAULT)
            .and_then(|section| section.id.clone())
            .unwrap_or_else(|| feed_id(site, place)),
        title: match place.scope {
            Scope::All => newsroom.title_of(place).to_owned(),
            Scope::Section(_) | Scope::Tag(_) | Scope::Author(_) => {
                format!("{} – {}", newsroom.title_of(place), site.title(place.tree))
            }
        },
        description: newsroom.description_of(place).to_owned(),
        language: language.clone(),
        home: site.base_url.join(home),
        root_url: site.base_url.join(&root),
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
        browser_view: settings.browser_view,
        publisher: publisher(site, place.tree),
        contact: site.contact(place.tree),
        rights: site
            .rights(place.tree)
            .filter(|_| is_ours)
            .map(str::to_owned),
        license: site.license.clone().filter(|_| is_ours),
        logo: site_picture(context, site.logo.as_deref()),
        icon: site_picture(context, site.icon.as_deref()),
        hubs: settings.hubs.clone(),
        items: if is_ours {
            items
        } else {
            with_own_rights(site.rights(place.tree), items)
        },
    }
}

/// Whether a feed may state its rights for all that it carries: not where others wrote some of it.
fn states_terms(newsroom: &Newsroom, place: &Place, items: &[FeedItem]) -> bool {
    let section = newsroom.section_of(place);
    let is_for_others = section.is_some_and(|section| section.syndicated);
    !is_for_others && items.iter().all(|item| item.source.is_none())
}

/// Where the feed states no rights for all, each item of the publisher's own states them.
fn with_own_rights(rights: Option<&str>, mut items: Vec<FeedItem>) -> Vec<FeedItem> {
    for item in &mut items {
        if item.rights.is_none() && item.source.is_none() && !item.is_notice {
            item.rights = rights.map(str::to_owned);
        }
    }
    items
}

fn feed_id(site: &Site, place: &Place) -> String {
    let path = folder(site, place);
    let path = path.trim_matches('/');
    let slash = if path.is_empty() { "" } else { "/" };
    site.authority.tag(&format!("feed{slash}{path}"))
}

/// Gives the items of a document their contents, as far as its size allows (docs/http.md, “Size of a document”).
fn cut(context: Context<'_>, mut items: Vec<FeedItem>, settings: &FeedSettings) -> Vec<FeedItem> {
    let mut room = BODIES_BYTES_MAX;
    for item in &mut items {
        let length = item.body.len();
        if settings.content == ContentDepth::Full && length <= FEED_BODY_BYTES_MAX {
            // Where one does not fit any more, all that are older travel as summaries.
            let left = room.checked_sub(length);
            item.content = left.map(|_| content::full(context, item));
            room = left.unwrap_or(0);
        }
        if item.content.is_none() {
            content::push_corrections_to_summary(context, item);
        }
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
        .unwrap_or_else(|| text::summary::of_html(&body, &item.title));
    let images = images(context, item);
    let attachments = attachments(context, item);
    let corrections = corrections(item, context.now);
    let corrections = corrections.map(|correction| (correction.at, correction.note.clone()));
    FeedItem {
        file: entry.file.clone(),
        is_notice: false,
        id: id_on_the_wire(site, entry),
        tag_uri: site.authority.tag(entry.id.as_str()),
        title: item.title.clone(),
        summary: Some(summary).filter(|summary| !summary.is_empty()),
        lead: lead(item, &body),
        dateline: item.dateline.clone(),
        body,
        content: None,
        published: instant(entry.wire),
        offset: offset(site, entry),
        updated: instant(entry.updated(context.now)),
        corrections: corrections.collect(),
        authors: authors(site, entry.tree, item),
        language: item.language.clone(),
        section: section(context, entry, &item.language),
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
        expires: item.expires,
        url,
    }
}

/// The offset of an item's date where a format can carry one: of a day alone that of the site, so that it is that day.
pub fn offset(site: &Site, entry: &Entry) -> FixedOffset {
    let local = site
        .timezone
        .offset_from_utc_datetime(&instant(entry.wire).naive_utc());
    let local = Some(local.fix()).filter(|_| entry.likeness.is_day);
    local.unwrap_or_else(|| Utc.fix())
}

/// The subtitle and the summary as their author wrote them, unless the text begins with the same words.
fn lead(item: &Item, body: &str) -> Vec<String> {
    let begin = text::summary::letters(&html::plain(body));
    let written = [item.subtitle.as_ref(), item.summary.as_ref()];
    let is_new = |words: &&String| {
        let letters = text::summary::letters(words);
        !letters.is_empty() && !begin.starts_with(&letters)
    };
    let mut lead: Vec<String> = written
        .into_iter()
        .flatten()
        .filter(is_new)
        .cloned()
        .collect();
    lead.dedup();
    lead
}

/// The byline: as written, else the source that an item was taken from, else the publisher.
fn authors(site: &Site, tree: Tree, item: &Item) -> Vec<Person> {
    if !item.authors.is_empty() {
        return item.authors.clone();
    }
    let source = item.source.as_ref().map(|source| Person {
        name: source.name.clone(),
        email: None,
        url: Some(source.url.clone()),
    });
    vec![source.unwrap_or_else(|| publisher(site, tree))]
}

/// What readers know an item by: what it was called elsewhere, else its tag URI.
pub fn id_on_the_wire(site: &Site, entry: &Entry) -> String {
    let elsewhere = entry.rare.id_uri.as_deref().map(str::to_owned);
    elsewhere.unwrap_or_else(|| site.authority.tag(entry.id.as_str()))
}

/// Name and title of an item's section.
pub fn section(context: Context<'_>, entry: &Entry, language: &Language) -> (String, String) {
    let name = entry.section.to_string();
    let section = context.newsroom.sections().get(&entry.section);
    let title = section.map_or_else(
        || name.clone(),
        |section| section.title(language).to_owned(),
    );
    (name, title)
}

/// What was put right. A small correction is shown at once, one that moves the date when its time has come.
pub fn corrections(item: &Item, now: i64) -> impl Iterator<Item = &Correction> {
    let corrections = item.corrections.iter();
    corrections
        .filter(move |correction| correction.minor || correction.at.instant().timestamp() <= now)
}

/// The publisher as a person: the byline of items without one, with the site's contact address.
pub fn publisher(site: &Site, tree: Tree) -> Person {
    Person {
        name: site.publisher_name(tree).to_owned(),
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

/// The picture of a file that `site.toml` names; `None` where it names none, or there is no such file.
pub fn site_picture(context: Context<'_>, path: Option<&str>) -> Option<Picture> {
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
        file_name: file_name(&attachment.src),
        duration_seconds: attachment.duration_seconds,
        is_main: attachment.is_main,
    })
}

/// The name of a file as its author gave it, without folders and without the hash that our link has.
fn file_name(src: &MediaSource) -> String {
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    match src {
        MediaSource::File(path) => last(path),
        MediaSource::Url(url) => {
            let name = last(url.path());
            let decoded = percent_encoding::percent_decode_str(&name).decode_utf8();
            decoded.map_or_else(|_| name.clone(), |decoded| legal(&decoded).into_owned())
        }
    }
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
