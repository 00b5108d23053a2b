//! JSON Feed 1.1.

use crate::feed::{Enclosure, Feed, FeedItem, Picture};
use crate::newsroom::item::Person;
use crate::newsroom::site::Format;
use crate::text::date::rfc3339;
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: String,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    icon: Option<&'a str>,
    authors: Vec<Author<'a>>,
    language: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hubs: Vec<Hub<'a>>,
    items: Vec<Item<'a>>,
    #[serde(rename = "_tidings", skip_serializing_if = "Extension::is_empty")]
    tidings: Extension<'a>,
}

#[derive(Serialize)]
struct Item<'a> {
    id: &'a str,
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_url: Option<&'a str>,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    date_published: String,
    date_modified: String,
    authors: Vec<Author<'a>>,
    tags: Vec<&'a str>,
    language: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
    #[serde(rename = "_tidings", skip_serializing_if = "Extension::is_empty")]
    tidings: Extension<'a>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Hub<'a> {
    r#type: &'static str,
    url: &'a str,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_in_seconds: Option<u64>,
}

/// What JSON Feed has no word for.
#[derive(Serialize, Default)]
struct Extension<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    rights: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    corrections: Vec<Correction<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

impl Extension<'_> {
    fn is_empty(&self) -> bool {
        self.rights.is_none()
            && self.license.is_none()
            && self.corrections.is_empty()
            && self.status.is_none()
    }
}

#[derive(Serialize)]
struct Correction<'a> {
    at: String,
    note: &'a str,
}

/// Spells a feed as JSON Feed 1.1.
///
/// # Panics
///
/// Never: the document is made of texts and lists alone.
pub fn write(feed: &Feed) -> String {
    let document = Document {
        version: "https://jsonfeed.org/version/1.1",
        title: &feed.title,
        home_page_url: &feed.home,
        feed_url: feed.self_url(Format::Json),
        description: &feed.description,
        icon: feed.icon.as_ref().map(|picture| picture.url.as_str()),
        authors: vec![author(&feed.publisher)],
        language: feed.language.as_str(),
        hubs: feed
            .hubs
            .iter()
            .map(|hub| Hub {
                r#type: "WebSub",
                url: hub.as_str(),
            })
            .collect(),
        items: feed.items.iter().map(spell).collect(),
        tidings: Extension {
            rights: feed.rights.as_deref(),
            license: feed.license.as_ref().map(url::Url::as_str),
            ..Extension::default()
        },
    };
    serde_json::to_string(&document).expect("texts and lists have a JSON form")
}

fn spell(item: &FeedItem) -> Item<'_> {
    let summary = item.summary.as_deref();
    Item {
        id: &item.id,
        url: &item.url,
        external_url: external_url(item),
        title: &item.title,
        content_html: item.content.as_deref(),
        // A content field must be present: where the feed carries summaries, the summary is the content.
        content_text: summary
            .or(Some(item.title.as_str()))
            .filter(|_| item.content.is_none()),
        summary,
        image: item.images.first().map(|Picture { url, .. }| url.as_str()),
        date_published: rfc3339(item.published),
        date_modified: rfc3339(item.updated),
        authors: item.authors.iter().map(author).collect(),
        tags: tags(item),
        language: item.language.as_str(),
        attachments: item.enclosures().map(attachment).collect(),
        tidings: Extension {
            rights: item.rights.as_deref(),
            license: item.license.as_ref().map(url::Url::as_str),
            corrections: corrections(item),
            status: item.is_notice.then_some("canceled"),
        },
    }
}

/// The address elsewhere: what a link-style item points to, else where a syndicated item was first published.
fn external_url(item: &FeedItem) -> Option<&str> {
    let original = item.source.as_ref().map(|source| &source.url);
    let url = item
        .external_url
        .as_ref()
        .or(item.canonical_url.as_ref())
        .or(original);
    url.map(url::Url::as_str)
}

fn tags(item: &FeedItem) -> Vec<&str> {
    let section = std::iter::once(item.section.1.as_str());
    section
        .chain(item.tags.iter().chain(&item.topics).map(String::as_str))
        .collect()
}

fn author(person: &Person) -> Author<'_> {
    Author {
        name: &person.name,
        url: person.url.as_ref().map(url::Url::as_str),
    }
}

fn attachment(attachment: &Enclosure) -> Attachment<'_> {
    Attachment {
        url: &attachment.url,
        mime_type: &attachment.media_type,
        title: attachment.title.as_deref(),
        size_in_bytes: attachment.length,
        duration_in_seconds: attachment.duration_seconds,
    }
}

fn corrections(item: &FeedItem) -> Vec<Correction<'_>> {
    item.corrections
        .iter()
        .map(|(at, note)| Correction {
            at: rfc3339(at.instant()),
            note,
        })
        .collect()
}
