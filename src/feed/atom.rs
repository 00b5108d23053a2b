//! Atom 1.0 (RFC 4287) with Media RSS and GeoRSS.

use crate::feed::{Feed, FeedItem, Picture};
use crate::newsroom::item::{Person, Source};
use crate::newsroom::site::Format;
use crate::text::date::rfc3339;
use crate::text::escape::escape;
use atom_syndication::extension::{Extension, ExtensionMap};
use atom_syndication::{Category, Content, Entry, Generator, Link, Text, WriteConfig};
use chrono::{DateTime, FixedOffset, Utc};
use std::collections::BTreeMap;
use url::Url;

const NAMESPACES: [(&str, &str); 3] = [
    ("at", "http://purl.org/atompub/tombstones/1.0"),
    ("georss", "http://www.georss.org/georss"),
    ("media", "http://search.yahoo.com/mrss/"),
];

/// Spells a feed as Atom, from the XML declaration on.
///
/// # Panics
///
/// Never: writing to memory cannot fail, and what is written is UTF-8.
pub fn write(feed: &Feed) -> String {
    let entries: Vec<Entry> = feed.items.iter().map(|item| spell(feed, item)).collect();
    let tombstones = tombstones(feed);
    let document = atom_syndication::Feed {
        title: Text::plain(feed.title.clone()),
        id: feed.id.clone(),
        updated: date(feed.latest.unwrap_or(feed.epoch)),
        authors: vec![person(&feed.publisher)],
        generator: Some(Generator {
            value: "tidings".to_owned(),
            uri: None,
            version: None,
        }),
        icon: feed.icon.as_ref().map(|picture| picture.url.clone()),
        logo: feed.logo.as_ref().map(|picture| picture.url.clone()),
        links: feed_links(feed),
        rights: feed.rights.clone().map(Text::plain),
        subtitle: Some(Text::plain(feed.description.clone())),
        namespaces: used_namespaces(&entries, &tombstones),
        lang: Some(feed.language.to_string()),
        entries,
        extensions: tombstones,
        ..atom_syndication::Feed::default()
    };
    // The crate's own declaration does not name the encoding.
    let declaration = b"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_vec();
    let config = WriteConfig {
        write_document_declaration: false,
        indent_size: None,
    };
    let bytes = document
        .write_with_config(declaration, config)
        .expect("writing to memory cannot fail");
    String::from_utf8(bytes).expect("the crate writes UTF-8")
}

fn used_namespaces(entries: &[Entry], of_feed: &ExtensionMap) -> BTreeMap<String, String> {
    let used = NAMESPACES.iter().filter(|(prefix, _)| {
        let is_used = |entry: &Entry| entry.extensions.contains_key(*prefix);
        of_feed.contains_key(*prefix) || entries.iter().any(is_used)
    });
    used.map(|(prefix, uri)| ((*prefix).to_owned(), (*uri).to_owned()))
        .collect()
}

fn feed_links(feed: &Feed) -> Vec<Link> {
    let own = link(
        "self",
        &feed.self_url(Format::Atom),
        Some(Format::Atom.media_type()),
    );
    let home = link("alternate", &feed.home, Some("text/html"));
    let hubs = feed.hubs.iter().map(|hub| link("hub", hub.as_str(), None));
    let license = feed
        .license
        .iter()
        .map(|url| link("license", url.as_str(), None));
    [own, home].into_iter().chain(hubs).chain(license).collect()
}

fn spell(feed: &Feed, item: &FeedItem) -> Entry {
    let language = Some(&item.language)
        .filter(|own| **own != feed.language)
        .map(ToString::to_string);
    let text = |value: &str| Text {
        value: value.to_owned(),
        lang: language.clone(),
        ..Text::default()
    };
    Entry {
        title: text(&item.title),
        id: entry_id(item).to_owned(),
        updated: date(item.updated),
        authors: item.authors.iter().map(person).collect(),
        categories: categories(feed, item),
        links: entry_links(item),
        published: Some(date(item.published)),
        rights: item.rights.clone().map(Text::plain),
        source: item.source.as_ref().and_then(source),
        summary: item.summary.as_deref().map(text),
        content: item.content.clone().map(|value| Content {
            value: Some(value),
            lang: language.clone(),
            content_type: Some("html".to_owned()),
            ..Content::default()
        }),
        extensions: extensions(item),
        ..Entry::default()
    }
}

/// What an imported item was called elsewhere may be no IRI, and then cannot be an Atom id.
fn entry_id(item: &FeedItem) -> &str {
    if Url::parse(&item.id).is_ok() {
        &item.id
    } else {
        &item.tag_uri
    }
}

/// A deleted entry beside each notice (RFC 6721, section 3): its moment is the notice's own date, so that a reader who
/// compares the two takes the entry for the older one.
fn tombstones(feed: &Feed) -> ExtensionMap {
    let withdrawn = feed.items.iter().filter(|item| item.is_notice);
    let deleted: Vec<Extension> = withdrawn.map(deleted_entry).collect();
    if deleted.is_empty() {
        return ExtensionMap::new();
    }
    let by_name = BTreeMap::from([("deleted-entry".to_owned(), deleted)]);
    ExtensionMap::from([("at".to_owned(), by_name)])
}

fn deleted_entry(item: &FeedItem) -> Extension {
    let note = item.summary.as_deref().unwrap_or_default();
    Extension {
        name: "at:deleted-entry".to_owned(),
        value: None,
        // The crate writes extension attributes as they are.
        attrs: BTreeMap::from([
            ("ref".to_owned(), escape(entry_id(item))),
            ("when".to_owned(), rfc3339(item.updated)),
        ]),
        children: BTreeMap::from([("comment".to_owned(), vec![element("at:comment", note)])]),
    }
}

fn categories(feed: &Feed, item: &FeedItem) -> Vec<Category> {
    let category = |term: &str, scheme: Option<&str>, label: Option<&str>| Category {
        term: term.to_owned(),
        scheme: scheme.map(str::to_owned),
        label: label.map(str::to_owned),
    };
    let section = category(&item.section.0, Some(&feed.root_url), Some(&item.section.1));
    let tags = item.tags.iter().map(|tag| category(tag, None, None));
    let topics = item
        .topics
        .iter()
        .map(|topic| category(topic, super::topic_scheme(topic), None));
    std::iter::once(section).chain(tags).chain(topics).collect()
}

/// One alternate, the item's own page: of several, some readers open the first and others the last. `related` is no place
/// for translations either: readers take that for what a link-style item points to. The page names them.
fn entry_links(item: &FeedItem) -> Vec<Link> {
    let mut links = vec![link("alternate", &item.url, Some("text/html"))];
    for attachment in item.enclosures() {
        links.push(Link {
            length: attachment.length.map(|length| length.to_string()),
            title: attachment.title.clone(),
            ..link("enclosure", &attachment.url, Some(&attachment.media_type))
        });
    }
    let original = item.source.as_ref().map(|source| &source.url);
    let mut via: Vec<&Url> = original.into_iter().chain(&item.canonical_url).collect();
    via.dedup();
    links.extend(via.into_iter().map(|url| link("via", url.as_str(), None)));
    links.extend(
        item.external_url
            .iter()
            .map(|url| link("related", url.as_str(), None)),
    );
    links.extend(
        item.license
            .iter()
            .map(|url| link("license", url.as_str(), None)),
    );
    links
}

/// The metadata of the feed that an entry was copied from (RFC 4287, section 4.2.11); it needs an id and a date.
fn source(source: &Source) -> Option<atom_syndication::Source> {
    Some(atom_syndication::Source {
        title: Text::plain(source.name.clone()),
        id: source.id.clone()?,
        updated: date(source.updated?),
        links: source
            .feed_url
            .iter()
            .map(|url| link("self", url.as_str(), None))
            .collect(),
        ..atom_syndication::Source::default()
    })
}

fn extensions(item: &FeedItem) -> ExtensionMap {
    let mut extensions = ExtensionMap::new();
    let media: Vec<Extension> = item.images.iter().map(media_content).collect();
    if !media.is_empty() {
        extensions.insert(
            "media".to_owned(),
            BTreeMap::from([("content".to_owned(), media)]),
        );
    }
    if let Some((lat, lon)) = item.place.as_ref().and_then(|place| place.point) {
        let point = element("georss:point", &format!("{lat} {lon}"));
        extensions.insert(
            "georss".to_owned(),
            BTreeMap::from([("point".to_owned(), vec![point])]),
        );
    }
    extensions
}

fn media_content(picture: &Picture) -> Extension {
    let attributes = super::media_attributes(picture);
    let text = picture.caption.as_deref().unwrap_or(&picture.alt);
    let credit = picture.credit.as_deref().unwrap_or_default();
    let children = [("media:description", text), ("media:credit", credit)];
    let children = children.into_iter().filter(|(_, value)| !value.is_empty());
    Extension {
        name: "media:content".to_owned(),
        value: None,
        // The crate writes extension attributes as they are.
        attrs: attributes
            .into_iter()
            .map(|(name, value)| (name, escape(&value)))
            .collect(),
        children: children
            .map(|(name, value)| (name.to_owned(), vec![element(name, value)]))
            .collect(),
    }
}

fn element(name: &str, value: &str) -> Extension {
    Extension {
        name: name.to_owned(),
        value: Some(value.to_owned()),
        ..Extension::default()
    }
}

fn person(person: &Person) -> atom_syndication::Person {
    atom_syndication::Person {
        name: person.name.clone(),
        email: person.email.clone(),
        uri: person.url.as_ref().map(ToString::to_string),
        ..atom_syndication::Person::default()
    }
}

fn link(rel: &str, href: &str, media_type: Option<&str>) -> Link {
    Link {
        href: href.to_owned(),
        rel: rel.to_owned(),
        mime_type: media_type.map(str::to_owned),
        ..Link::default()
    }
}

fn date(instant: DateTime<Utc>) -> DateTime<FixedOffset> {
    instant.fixed_offset()
}
