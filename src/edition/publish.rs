//! The making of a place's feeds: what they say becomes bytes, versions and resources.

use crate::edition::Edition;
use crate::edition::record::{VersionRecord, advance};
use crate::edition::representation::Representations;
use crate::edition::resource::{FeedFields, Resource};
use crate::edition::version::Version;
use crate::feed::rendered::{self, Kept, Rendered};
use crate::feed::{self, Context, Feed, FeedItem, Row, notice, strict};
use crate::newsroom::Newsroom;
use crate::newsroom::place::{Place, Scope};
use crate::newsroom::problem::{Problem, Severity};
use crate::newsroom::site::Format;
use crate::page::style;
use crate::text::slug::Slug;
use rayon::iter::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};
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
    /// The date of the feed, where it has to move because the feed is another than before.
    pub latest: Option<i64>,
    /// The second at which a version that goes out without a `Last-Modified` gets one.
    pub unsent: Option<i64>,
    /// The items that had to be left out.
    pub problems: Vec<Problem>,
    /// The paths of the documents that cannot be written even so, with what the parser says.
    pub unwritable: Vec<(String, String)>,
    /// The items as they were made, to be kept for the next time.
    pub rendered: Vec<Arc<Rendered>>,
}

/// What a place's feeds were before.
#[derive(Clone, Copy, Default)]
pub struct Before<'a> {
    /// The running maximum of the feed's dates, what it shows now included.
    pub latest: Option<i64>,
    /// Whether what it shows now has moved that.
    pub has_moved: bool,
    /// The version records by path below the base URL.
    pub versions: Option<&'a HashMap<String, VersionRecord>>,
    /// The edition that is being served.
    pub edition: Option<&'a Edition>,
    /// The items as they were made before.
    pub rendered: Option<&'a Kept>,
}

/// Makes the feeds of a place. A feed whose bytes are those of the edition before is that resource itself.
pub fn feeds(context: Context<'_>, place: &Place, rows: &[Row], before: Before<'_>) -> Made {
    let mut made = Made::default();
    let items = items(context, rows, before, &mut made.rendered);
    let mut feed = feed::build::of_place(context, place, items, before.latest);
    // Under other settings the same bytes may have other fields.
    let is_like_before =
        |edition: &&Edition| gives_same_fields(&edition.newsroom, context.newsroom, place);
    let before = Before {
        edition: before.edition.filter(is_like_before),
        ..before
    };
    let mut spelled = spell(context, &feed);
    if spelled.iter().any(|(_, document)| document.is_err()) {
        leave_out_breakers(context, &mut feed, &mut made.problems);
        spelled = spell(context, &feed);
    }
    if !before.has_moved
        && feed.latest < Some(feed::instant(context.now))
        && is_other(&feed, &spelled, before)
    {
        // Some readers look at the feed's own date, and at nothing else where that is as before.
        made.latest = Some(context.now);
        feed.latest = Some(feed::instant(context.now));
        spelled = spell(context, &feed);
    }
    let ready = spelled.into_par_iter().map(|(format, document)| {
        let path = format!("{}{}", feed.folder, format.file_name());
        match document {
            Ok(body) => Ok(ready(&feed, place, (format, body), before, context.now)),
            Err(why) => Err((path, why)),
        }
    });
    for ready in ready.collect::<Vec<_>>() {
        match ready {
            Ok(ready) => made.take(ready, context.now),
            Err(unwritable) => made.unwritable.push(unwritable),
        }
    }
    made
}

/// Makes one feed of a tag or an author, which is made on request: `latest` is the running maximum of its dates, and
/// `last_modified` comes from the stamps of what it shows (docs/http.md, “Versions”).
///
/// # Errors
///
/// What the parser says of a document that is not well-formed whatever is left out.
pub fn on_request(
    context: Context<'_>,
    (place, format): (&Place, Format),
    rows: &[Row],
    (latest, last_modified): (Option<i64>, Option<i64>),
) -> Result<(Resource, Vec<Problem>), String> {
    let mut problems = Vec::new();
    let items = items(context, rows, Before::default(), &mut Vec::new());
    let mut feed = feed::build::of_place(context, place, items, latest);
    let body = document(context, &feed, format).or_else(|_| {
        leave_out_breakers(context, &mut feed, &mut problems);
        document(context, &feed, format)
    })?;
    let spelled = Spelled {
        format,
        version: Version::of(body.as_bytes(), last_modified),
        document: Representations::of(body.into()),
    };
    Ok((resource(&feed, place, spelled), problems))
}

/// What the rows say, with what is to be kept of that.
fn items(
    context: Context<'_>,
    rows: &[Row],
    before: Before<'_>,
    rendered: &mut Vec<Arc<Rendered>>,
) -> Vec<FeedItem> {
    let nothing = Kept::new();
    let kept = before.rendered.unwrap_or(&nothing);
    let items = rows.iter().map(|row| match row {
        Row::Notice(entry) => notice::of_entry(context, entry),
        Row::Item(shown) => {
            let one = rendered::of_item(context, shown, kept);
            let item = one.item.clone();
            rendered.push(one);
            item
        }
    });
    items.collect()
}

/// One format of a feed, ready to be served.
struct Ready {
    path: String,
    resource: Arc<Resource>,
    record: VersionRecord,
    /// Whether the ledger does not know the record.
    is_new_record: bool,
}

/// Spells the feed in each of its formats, on all cores: one that cannot be written takes no other with it.
fn spell(context: Context<'_>, feed: &Feed) -> Vec<(Format, Result<String, String>)> {
    let formats = feed.formats.par_iter();
    let spelled = formats.map(|format| (*format, document(context, feed, *format)));
    spelled.collect()
}

/// Whether any of the documents is known with other bytes.
fn is_other(feed: &Feed, spelled: &[(Format, Result<String, String>)], before: Before<'_>) -> bool {
    let known = |format: &Format| {
        let path = format!("{}{}", feed.folder, format.file_name());
        before.versions.and_then(|versions| versions.get(&path))
    };
    spelled.iter().any(|(format, document)| {
        let body = document.as_ref().ok();
        let pair = body.zip(known(format));
        pair.is_some_and(|(body, known)| known.tag != Version::tag_of(body.as_bytes()))
    })
}

/// Makes a document a resource: that of before, where it is the same.
fn ready(
    feed: &Feed,
    place: &Place,
    (format, body): (Format, String),
    before: Before<'_>,
    now: i64,
) -> Ready {
    let path = format!("{}{}", feed.folder, format.file_name());
    let tag = Version::tag_of(body.as_bytes());
    let old = before.versions.and_then(|versions| versions.get(&path));
    let record = advance(old, &tag, now);
    let version = Version::known(tag, record.sent(now));
    let previous = before.edition.and_then(|edition| edition.resource(&path));
    let same = previous.filter(|previous| previous.version() == Some(&version));
    let make = || {
        // A start has time for a good gzip; readers of what changes should not wait for it.
        let document = match previous {
            Some(_) => Representations::at_once(body.into()),
            None => Representations::of(body.into()),
        };
        let spelled = Spelled {
            format,
            version,
            document,
        };
        Arc::new(resource(feed, place, spelled))
    };
    Ready {
        resource: same.map(Arc::clone).unwrap_or_else(make),
        is_new_record: old != Some(&record),
        record,
        path,
    }
}

impl Made {
    fn take(&mut self, ready: Ready, now: i64) {
        let record = ready.record;
        match record.sent(now) {
            Some(at) => self.not_before = self.not_before.max(at),
            None => self.unsent = self.unsent.into_iter().chain([record.last_modified]).min(),
        }
        if ready.is_new_record {
            self.versions.push((ready.path.clone(), record));
        }
        self.resources.push((ready.path, ready.resource));
    }
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

/// Spells a feed, and has a strict parser read it back (docs/http.md, “Read back”).
///
/// # Errors
///
/// What that says of a document that is not well-formed.
fn document(context: Context<'_>, feed: &Feed, format: Format) -> Result<String, String> {
    let document = match format {
        Format::Rss => feed::rss::write(feed),
        Format::Atom => feed::atom::write(feed),
        Format::Json => return Ok(feed::json::write(feed)),
    };
    let document = styled(context, feed, document);
    strict::xml(&document).map(|()| document)
}

/// The document with the stylesheet's processing instruction after the XML declaration.
fn styled(context: Context<'_>, feed: &Feed, mut document: String) -> String {
    if feed.browser_view {
        let end = document.find("?>").map_or(0, |at| at + 2);
        let rest = document.len() - document[end..].trim_start().len();
        let base = context.newsroom.site().base_url.path();
        let href = format!("{base}{}", style::feed_path(&feed.language));
        let instruction = format!("\n<?xml-stylesheet type=\"text/css\" href=\"{href}\"?>\n");
        document.replace_range(end..rest, &instruction);
    }
    document
}

/// Leaves out the items that make a document ill-formed, found by writing each alone. A format that cannot be written
/// without any item says nothing of them.
fn leave_out_breakers(context: Context<'_>, feed: &mut Feed, problems: &mut Vec<Problem>) {
    let items = std::mem::take(&mut feed.items);
    let is_sound = |format: &&Format| document(context, feed, **format).is_ok();
    let sound: Vec<Format> = feed.formats.iter().filter(is_sound).copied().collect();
    for item in items {
        let file = item.file.to_string();
        let alone = Feed {
            items: vec![item],
            ..feed.clone()
        };
        let mut formats = sound.iter();
        match formats.try_for_each(|format| document(context, &alone, *format).map(drop)) {
            Ok(()) => feed.items.extend(alone.items),
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
    document: Representations,
}

fn resource(feed: &Feed, place: &Place, spelled: Spelled) -> Resource {
    let Spelled {
        format,
        version,
        document,
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
        document,
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
