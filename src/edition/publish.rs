//! The making of a place's feeds: what they say becomes bytes, versions and resources.

use crate::edition::Edition;
use crate::edition::record::{HOLD_SECONDS_MAX, VersionRecord, advance};
use crate::edition::resource::{FeedFields, Resource};
use crate::edition::version::Version;
use crate::feed::{self, Context, Feed, FeedItem, Row, strict};
use crate::newsroom::Newsroom;
use crate::newsroom::place::{Place, Scope};
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::site::Format;
use crate::page::style;
use crate::text::slug::Slug;
use std::collections::HashMap;
use std::sync::Arc;

/// What the making of one place's feeds gave.
#[derive(Default)]
pub struct Made {
    /// The resources by path below the base URL.
    pub resources: Vec<(String, Arc<Resource>)>,
    /// The version records that are new.
    pub versions: Vec<(String, VersionRecord)>,
    /// The swap waits for this second, so that no `Last-Modified` is later than `Date`.
    pub not_before: i64,
    /// The second at which a version that goes out without a `Last-Modified` gets one.
    pub unsent: Option<i64>,
    /// The items that had to be left out.
    pub problems: Vec<Problem>,
}

/// What a place's feeds were before.
#[derive(Clone, Copy, Default)]
pub struct Before<'a> {
    /// The running maximum of the feed's dates, what it shows now included.
    pub latest: Option<i64>,
    /// The version records by path below the base URL.
    pub versions: Option<&'a HashMap<String, VersionRecord>>,
    /// The edition that is being served.
    pub edition: Option<&'a Edition>,
}

/// Makes the feeds of a place. A feed whose bytes are those of the edition before is that resource itself.
pub fn feeds(context: Context<'_>, place: &Place, rows: &[Row], before: Before<'_>) -> Made {
    let mut made = Made::default();
    // Under other settings the same bytes may have other fields.
    let like_before = before
        .edition
        .filter(|edition| gives_same_fields(&edition.newsroom, context.newsroom, place));
    let mut feed = feed::build::of_place(context, place, rows, before.latest);
    let spelled = documents(context, &feed).unwrap_or_else(|_| {
        leave_out_breakers(context, &mut feed, &mut made.problems);
        documents(context, &feed).unwrap_or_default()
    });
    for (format, body) in spelled {
        let path = format!("{}{}", feed.folder, format.file_name());
        let tag = Version::tag_of(body.as_bytes());
        let old = before.versions.and_then(|versions| versions.get(&path));
        let record = advance(old, &tag, context.now);
        let is_sent = record.last_modified <= context.now + HOLD_SECONDS_MAX;
        let last_modified = is_sent.then_some(record.last_modified);
        if !is_sent {
            made.unsent = made.unsent.into_iter().chain([record.last_modified]).min();
        }
        made.not_before = made.not_before.max(last_modified.unwrap_or(0));
        let previous = like_before.and_then(|edition| edition.resource(&path));
        let same = previous.filter(|previous| {
            previous.version().is_some_and(|version| {
                version.tag() == tag && version.last_modified() == last_modified
            })
        });
        let version = Version::known(tag, last_modified);
        let resource = same.map_or_else(
            || {
                Arc::new(resource(
                    &feed,
                    place,
                    Spelled {
                        format,
                        version,
                        body,
                    },
                ))
            },
            Arc::clone,
        );
        if old != Some(&record) {
            made.versions.push((path.clone(), record));
        }
        made.resources.push((path, resource));
    }
    made
}

/// Makes one feed of a tag or an author, which is made on request: `latest` is the running maximum of its dates, and
/// `last_modified` comes from the stamps of what it shows (http.md R-002).
pub fn on_request(
    context: Context<'_>,
    (place, format): (&Place, Format),
    rows: &[Row],
    (latest, last_modified): (Option<i64>, Option<i64>),
) -> (Resource, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut feed = feed::build::of_place(context, place, rows, latest);
    let spelled = checked(context, &feed, format).unwrap_or_else(|_| {
        leave_out_breakers(context, &mut feed, &mut problems);
        document(context, &feed, format)
    });
    let version = Version::of(spelled.as_bytes(), last_modified);
    let spelled = Spelled {
        format,
        version,
        body: spelled,
    };
    (resource(&feed, place, spelled), problems)
}

/// Whether the settings of two newsrooms give the feeds of a place the same fields.
fn gives_same_fields(one: &Newsroom, other: &Newsroom, place: &Place) -> bool {
    let (feeds, others) = (one.feeds_of(place), other.feeds_of(place));
    let (site, other_site) = (one.site(), other.site());
    feeds.max_age_seconds == others.max_age_seconds
        && feeds.hubs == others.hubs
        && feeds.browser_view == others.browser_view
        && site.base_url == other_site.base_url
        && site.license == other_site.license
        && one.title_of(place) == other.title_of(place)
}

/// Spells a feed, with the stylesheet's processing instruction after the XML declaration.
fn document(context: Context<'_>, feed: &Feed, format: Format) -> String {
    let document = match format {
        Format::Rss => feed::rss::write(feed),
        Format::Atom => feed::atom::write(feed),
        Format::Json => return feed::json::write(feed),
    };
    let site = context.newsroom.site();
    if !feed.browser_view {
        return document;
    }
    let end = document.find("?>").map_or(0, |at| at + 2);
    let (declaration, rest) = document.split_at(end);
    let href = format!(
        "{}{}",
        site.base_url.path(),
        style::feed_path(&feed.language)
    );
    format!(
        "{declaration}\n<?xml-stylesheet type=\"text/css\" href=\"{href}\"?>\n{}",
        rest.trim_start()
    )
}

/// The feed in each of its formats, read back by a strict parser (http.md R-103).
///
/// # Errors
///
/// What the parser says of the first document that is not well-formed.
fn documents(context: Context<'_>, feed: &Feed) -> Result<Vec<(Format, String)>, String> {
    let formats = feed.formats.iter();
    formats
        .map(|format| Ok((*format, checked(context, feed, *format)?)))
        .collect()
}

/// The feed in one of its formats, read back by a strict parser (http.md R-103).
///
/// # Errors
///
/// What the parser says.
fn checked(context: Context<'_>, feed: &Feed, format: Format) -> Result<String, String> {
    let document = document(context, feed, format);
    match format {
        Format::Rss | Format::Atom => strict::xml(&document).map(|()| document),
        Format::Json => Ok(document),
    }
}

/// Leaves out the items that make a document ill-formed, found by writing each alone.
fn leave_out_breakers(context: Context<'_>, feed: &mut Feed, problems: &mut Vec<Problem>) {
    let items = std::mem::take(&mut feed.items);
    for item in items {
        let file = item.file.to_string();
        let alone = Feed {
            items: vec![item],
            ..feed.clone()
        };
        match documents(context, &alone) {
            Ok(_) => feed.items.extend(alone.items),
            Err(why) => {
                let message = format!("this item makes an ill-formed feed and is left out: {why}");
                problems.push(Problem::of_file(Severity::Error, file, message));
            }
        }
    }
}

/// One format of a feed, ready to become a resource.
struct Spelled {
    format: Format,
    version: Version,
    body: String,
}

fn resource(feed: &Feed, place: &Place, spelled: Spelled) -> Resource {
    let Spelled {
        format,
        version,
        body,
    } = spelled;
    let mut links = vec![(feed.self_url(format), "self")];
    links.extend(feed.hubs.iter().map(|hub| (hub.to_string(), "hub")));
    links.push((feed.home.clone(), "alternate"));
    links.extend(
        feed.license
            .iter()
            .map(|license| (license.to_string(), "license")),
    );
    Resource::feed(FeedFields {
        format,
        body,
        version,
        max_age_seconds: feed.max_age_seconds,
        links,
        language: single_language(feed),
        file_name: file_name(feed, place),
        browser_view: feed.browser_view,
    })
}

/// The feed's language, where all its items are in it.
fn single_language(feed: &Feed) -> Option<String> {
    let same = |item: &FeedItem| item.language == feed.language;
    feed.items
        .iter()
        .all(same)
        .then(|| feed.language.to_string())
}

/// What a saved copy is called.
fn file_name(feed: &Feed, place: &Place) -> Slug {
    match &place.scope {
        Scope::Section(name) | Scope::Tag(name) | Scope::Author(name) => name.clone(),
        Scope::All => Slug::of(&feed.title)
            .or_else(|| Slug::new("news"))
            .expect("`news` is a slug"),
    }
}
