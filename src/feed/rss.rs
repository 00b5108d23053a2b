//! RSS 2.0 with the RSS Board's profile, content, Dublin Core, Media RSS, GeoRSS and Atom's link and date.

use crate::feed::{Enclosure, Feed, FeedItem, Picture};
use crate::newsroom::item::Person;
use crate::newsroom::site::Format;
use crate::text::date::{rfc822, rfc3339};
use crate::text::escape::escape;
use rss::extension::dublincore::DublinCoreExtension;
use rss::extension::{Extension, ExtensionMap};
use rss::{Category, Channel, Guid, Item};
use std::collections::BTreeMap;
use url::Url;

/// The namespaces that the crate does not declare by itself. An extension's prefix is looked up here.
const NAMESPACES: [(&str, &str); 5] = [
    ("atom", "http://www.w3.org/2005/Atom"),
    (
        "creativeCommons",
        "http://backend.userland.com/creativeCommonsRssModule",
    ),
    ("dcterms", "http://purl.org/dc/terms/"),
    ("georss", "http://www.georss.org/georss"),
    // With the trailing slash: without it readers take it for another vocabulary.
    ("media", "http://search.yahoo.com/mrss/"),
];

/// The widest and highest picture that a channel's `image` may announce (RSS 2.0).
const IMAGE_SIZE_MAX: (u32, u32) = (144, 400);

/// Spells a feed as RSS 2.0, from the XML declaration on.
pub fn write(feed: &Feed) -> String {
    let channel = Channel {
        title: feed.title.clone(),
        link: feed.home.clone(),
        description: feed.description.clone(),
        language: Some(feed.language.to_string()),
        copyright: feed.rights.clone(),
        managing_editor: feed.contact.as_ref().and_then(mailbox),
        pub_date: feed.latest.map(|at| rfc822(at.fixed_offset())),
        last_build_date: feed.latest.map(|at| rfc822(at.fixed_offset())),
        generator: Some("tidings".to_owned()),
        docs: Some("http://www.rssboard.org/rss-specification".to_owned()),
        ttl: Some((feed.max_age_seconds / 60).to_string()),
        image: feed
            .logo
            .as_ref()
            .or(feed.icon.as_ref())
            .and_then(|picture| image(feed, picture)),
        extensions: channel_extensions(feed),
        items: feed.items.iter().map(|item| spell(feed, item)).collect(),
        ..Channel::default()
    };
    let namespaces = used_namespaces(&channel);
    Channel {
        namespaces,
        ..channel
    }
    .to_string()
}

fn used_namespaces(channel: &Channel) -> BTreeMap<String, String> {
    let items = channel.items.iter().flat_map(|item| item.extensions.keys());
    let used = channel.extensions.keys().chain(items);
    used.filter_map(|prefix| NAMESPACES.iter().find(|(known, _)| known == prefix))
        .map(|(prefix, uri)| ((*prefix).to_owned(), (*uri).to_owned()))
        .collect()
}

/// `user@host (Real Name)`, the only form of an e-mail field in RSS.
fn mailbox(person: &Person) -> Option<String> {
    person
        .email
        .as_ref()
        .map(|email| format!("{email} ({})", person.name))
}

/// The channel's image: GIF, JPEG or PNG alone; sizes beyond the limits are not announced.
fn image(feed: &Feed, picture: &Picture) -> Option<rss::Image> {
    let known = ["image/gif", "image/jpeg", "image/png"];
    picture
        .media_type
        .as_deref()
        .filter(|media_type| known.contains(media_type))?;
    let fits =
        |(width, height): &(u32, u32)| *width <= IMAGE_SIZE_MAX.0 && *height <= IMAGE_SIZE_MAX.1;
    let size = picture.size.filter(fits);
    Some(rss::Image {
        url: picture.url.clone(),
        title: feed.title.clone(),
        link: feed.home.clone(),
        width: size.map(|(width, _)| width.to_string()),
        height: size.map(|(_, height)| height.to_string()),
        description: None,
    })
}

fn channel_extensions(feed: &Feed) -> ExtensionMap {
    let mut extensions = ExtensionMap::new();
    let self_url = feed.self_url(Format::Rss);
    let own = [
        ("href", self_url.as_str()),
        ("rel", "self"),
        ("type", Format::Rss.media_type()),
    ];
    push(&mut extensions, element("atom:link", &own, None));
    for hub in &feed.hubs {
        push(
            &mut extensions,
            element("atom:link", &[("href", hub.as_str()), ("rel", "hub")], None),
        );
    }
    push_license(&mut extensions, feed.license.as_ref());
    extensions
}

fn spell(feed: &Feed, item: &FeedItem) -> Item {
    let summary = item.summary.as_deref().map(escape);
    let (description, content) = match summary {
        Some(summary) => (Some(summary), item.content.clone()),
        None => (item.content.clone(), None),
    };
    Item {
        title: Some(item.title.clone()),
        link: Some(item.url.clone()),
        description,
        content,
        categories: categories(item),
        enclosure: item.main_enclosure().map(enclosure),
        guid: Some(Guid {
            value: item.id.clone(),
            permalink: false,
        }),
        pub_date: Some(rfc822(item.published.with_timezone(&item.offset))),
        source: source(item),
        extensions: item_extensions(item),
        dublin_core_ext: Some(DublinCoreExtension {
            creators: item
                .authors
                .iter()
                .map(|author| author.name.clone())
                .collect(),
            rights: item.rights.iter().cloned().collect(),
            sources: item
                .source
                .iter()
                .map(|source| source.url.to_string())
                .collect(),
            languages: Some(&item.language)
                .filter(|own| **own != feed.language)
                .map(ToString::to_string)
                .into_iter()
                .collect(),
            ..DublinCoreExtension::default()
        }),
        ..Item::default()
    }
}

fn categories(item: &FeedItem) -> Vec<Category> {
    let category = |name: &str, domain: Option<&str>| Category {
        name: name.to_owned(),
        domain: domain.map(str::to_owned),
    };
    let section = category(&item.section.1, None);
    let tags = item.tags.iter().map(|tag| category(tag, None));
    let topics = item
        .topics
        .iter()
        .map(|topic| category(topic, super::topic_scheme(topic)));
    std::iter::once(section).chain(tags).chain(topics).collect()
}

fn enclosure(attachment: &Enclosure) -> rss::Enclosure {
    rss::Enclosure {
        url: attachment.url.clone(),
        length: attachment.length.unwrap_or(0).to_string(),
        mime_type: attachment.media_type.clone(),
    }
}

/// RSS names a source by its feed: without one `dc:source` alone tells its page.
fn source(item: &FeedItem) -> Option<rss::Source> {
    let source = item.source.as_ref()?;
    let url = source.feed_url.as_ref()?.to_string();
    Some(rss::Source {
        url,
        title: Some(source.name.clone()),
    })
}

fn item_extensions(item: &FeedItem) -> ExtensionMap {
    let mut extensions = ExtensionMap::new();
    if item.updated != item.published {
        let updated = rfc3339(item.updated);
        push(
            &mut extensions,
            element("atom:updated", &[], Some(&updated)),
        );
        push(
            &mut extensions,
            element("dcterms:modified", &[], Some(&updated)),
        );
    }
    for picture in &item.images {
        push(&mut extensions, media_content(picture));
    }
    if let Some((lat, lon)) = item.place.as_ref().and_then(|place| place.point) {
        push(
            &mut extensions,
            element("georss:point", &[], Some(&format!("{lat} {lon}"))),
        );
    }
    push_license(&mut extensions, item.license.as_ref());
    extensions
}

fn media_content(picture: &Picture) -> Extension {
    let mut content = element("media:content", &[], None);
    content.attrs = super::media_attributes(picture);
    let text = picture
        .caption
        .as_deref()
        .or(Some(picture.alt.as_str()))
        .filter(|text| !text.is_empty());
    let children = [
        ("media:description", text),
        ("media:credit", picture.credit.as_deref()),
    ];
    for (name, value) in children.into_iter().filter(|(_, value)| value.is_some()) {
        content
            .children
            .insert(name.to_owned(), vec![element(name, &[], value)]);
    }
    content
}

/// The licence in the one vocabulary that RSS readers know, which is Creative Commons' own.
fn push_license(extensions: &mut ExtensionMap, license: Option<&Url>) {
    let is_theirs = |url: &&Url| {
        url.host_str()
            .is_some_and(|host| host == "creativecommons.org")
    };
    if let Some(license) = license.filter(is_theirs) {
        push(
            extensions,
            element("creativeCommons:license", &[], Some(license.as_str())),
        );
    }
}

fn element(name: &str, attributes: &[(&str, &str)], value: Option<&str>) -> Extension {
    Extension {
        name: name.to_owned(),
        value: value.map(str::to_owned),
        attrs: attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        children: BTreeMap::new(),
    }
}

fn push(extensions: &mut ExtensionMap, extension: Extension) {
    let (prefix, name) = extension
        .name
        .split_once(':')
        .unwrap_or(("", &extension.name));
    let (prefix, name) = (prefix.to_owned(), name.to_owned());
    extensions
        .entry(prefix)
        .or_default()
        .entry(name)
        .or_default()
        .push(extension);
}
