//! The item as search engines read it: schema.org's NewsArticle in JSON-LD.

use super::page_of;
use crate::feed::{Context, Enclosure, FeedItem, Picture, Shown, build};
use crate::newsroom::item::{Person, Spot};
use crate::newsroom::label::Kind;
use crate::newsroom::site::Tree;
use crate::page::date::machine;
use crate::page::frame::Alternate;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use url::Url;

/// The JSON of an item, written so that no text in it can end a `script` element.
pub(super) fn json(
    context: Context<'_>,
    shown: &Shown,
    item: &FeedItem,
    alternates: &[Alternate],
) -> String {
    let site = context.newsroom.site();
    let dated = |at| machine(at, site.timezone);
    let mut article = json!({
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": item.url,
        "url": item.url,
        "mainEntityOfPage": item.url,
        "identifier": item.id,
        "version": version(shown, item),
        "headline": item.title,
        "alternativeHeadline": shown.item.subtitle,
        "description": item.summary,
        "inLanguage": item.language.as_str(),
        "datePublished": dated(item.published),
        "dateModified": dated(item.updated),
        "expires": item.expires.map(dated),
        "articleSection": item.section.1,
        "keywords": item.tags,
        "about": item.topics.iter().map(|topic| subject(topic)).collect::<Vec<_>>(),
        "author": item.authors.iter().map(|author| person(context, shown, author)).collect::<Vec<_>>(),
        "publisher": publisher(context, shown.entry.tree),
        "dateline": item.dateline,
        "contentLocation": item.place.as_ref().map(place),
        "image": item.images.iter().map(image).collect::<Vec<_>>(),
        "associatedMedia": item.attachments.iter().map(media).collect::<Vec<_>>(),
        "copyrightNotice": item.rights.as_deref().or(site.rights(shown.entry.tree).filter(|_| item.source.is_none())),
        "license": item.license.as_ref().map(Url::as_str),
    });
    let corrections = item.corrections.iter().map(|(at, note)| {
        json!({ "@type": "CorrectionComment", "text": note, "datePublished": dated(at.instant()) })
    });
    let others = alternates.iter().skip(1).map(|other| {
        json!({ "@type": "NewsArticle", "@id": other.url, "inLanguage": other.language.as_str() })
    });
    let bases = item.canonical_url.iter();
    let bases: BTreeSet<&Url> = bases
        .chain(item.source.iter().map(|source| &source.url))
        .collect();
    article["correction"] = corrections.collect();
    article["workTranslation"] = others.collect();
    article["isBasedOn"] = bases.into_iter().map(Url::as_str).collect();
    article["sourceOrganization"] = json!(item.source.as_ref().map(
        |source| json!({ "@type": "Organization", "name": source.name, "url": source.url.as_str() })
    ));
    without_nothing(&mut article);
    escaped(&article)
}

/// The version: as written, else 1 and the number of the corrections that have come.
fn version(shown: &Shown, item: &FeedItem) -> usize {
    let written = shown.item.version.map(|version| version as usize);
    written.unwrap_or_else(|| item.corrections.len() + 1)
}

/// Takes out what says nothing: nulls and empty lists.
fn without_nothing(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(without_nothing);
            members.retain(|_, value| !is_nothing(value));
        }
        Value::Array(values) => values.iter_mut().for_each(without_nothing),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// Within `script`, HTML sees `</script` and `<!--` alone (HTML standard, section 4.12.1.3).
fn escaped(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

/// A topic: a link to what IPTC says of it, or its own address.
fn subject(topic: &str) -> Value {
    match topic.strip_prefix("medtop:") {
        Some(code) => json!({ "@id": format!("http://cv.iptc.org/newscodes/mediatopic/{code}") }),
        None => json!({ "@id": topic }),
    }
}

/// An author: the organisation where the name is that of the publisher, its office or the source, else a person.
fn person(context: Context<'_>, shown: &Shown, person: &Person) -> Value {
    let site = context.newsroom.site();
    let tree = shown.entry.tree;
    let contact = site.contact(tree).map(|contact| contact.name);
    let source = shown.item.source.as_ref().map(|source| &source.name);
    let is_office = person.name == site.publisher_name(tree)
        || contact.as_ref() == Some(&person.name)
        || source == Some(&person.name);
    let own = person.url.as_ref().map(Url::to_string);
    json!({
        "@type": if is_office { "Organization" } else { "Person" },
        "name": person.name,
        "url": own.or_else(|| page_of(context, &shown.entry, Kind::Author, &person.name)),
        "email": person.email,
    })
}

fn publisher(context: Context<'_>, tree: Tree) -> Value {
    let site = context.newsroom.site();
    let logo = site.publisher.logo.as_deref().or(site.logo.as_deref());
    json!({
        "@type": "Organization",
        "name": site.publisher_name(tree),
        "url": site.publisher.url.as_ref().map(Url::as_str),
        "logo": build::site_picture(context, logo).as_ref().map(image),
    })
}

fn image(picture: &Picture) -> Value {
    json!({
        "@type": "ImageObject",
        "url": picture.url,
        "width": picture.size.map(|(width, _)| width),
        "height": picture.size.map(|(_, height)| height),
        "encodingFormat": picture.media_type,
        "caption": picture.caption,
        "description": Some(&picture.alt).filter(|alt| !alt.is_empty()),
        "creditText": picture.credit,
    })
}

fn media(file: &Enclosure) -> Value {
    json!({
        "@type": "MediaObject",
        "contentUrl": file.url,
        "encodingFormat": file.media_type,
        "contentSize": file.length.map(|length| length.to_string()),
        "name": file.title,
        "duration": file.duration_seconds.map(|seconds| format!("PT{seconds}S")),
    })
}

fn place(spot: &Spot) -> Value {
    let mut place = Map::new();
    place.insert("@type".to_owned(), "Place".into());
    place.insert("name".to_owned(), spot.name.clone().into());
    if let Some(country) = &spot.country {
        let address = json!({ "@type": "PostalAddress", "addressCountry": country });
        place.insert("address".to_owned(), address);
    }
    if let Some((latitude, longitude)) = spot.point {
        let geo =
            json!({ "@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude });
        place.insert("geo".to_owned(), geo);
    }
    if let Some(uri) = &spot.uri {
        place.insert("sameAs".to_owned(), uri.as_str().into());
    }
    place.into()
}
