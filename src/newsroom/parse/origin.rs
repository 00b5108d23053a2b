//! Where an item comes from and what it is about: source, topics, place, and the partners that must not have it.

use crate::newsroom::item::{Source, Spot};
use crate::newsroom::parse::around::Around;
use crate::newsroom::parse::dated;
use crate::newsroom::parse::reader::{Reader, slug};
use crate::newsroom::parse::tree::Value;
use crate::text::slug::Slug;
use chrono_tz::Tz;

/// Items that were taken from elsewhere must say where.
pub fn require_source(
    reader: &Reader<'_, '_>,
    around: &Around<'_>,
    sections: Option<&[Slug]>,
    has_source: bool,
) {
    let primary = sections.and_then(|sections| around.sections.get(sections.first()?));
    if !has_source
        && reader.field("source").is_none()
        && primary.is_some_and(|section| section.syndicated)
    {
        let reported = reader.report.error(
            reader.span.start..reader.span.start,
            "`source` is missing: this section's items come from others",
        );
        reported.hint("write `source = { name = \"…\", url = \"https://…\" }`");
    }
}

/// The original publisher of an item taken from elsewhere.
pub fn source(table: &Reader<'_, '_>, zone: Tz) -> Option<Source> {
    let name = table.required_line("name", "write who published it first");
    if table.field("url").is_none() {
        table
            .report
            .error(table.span.start..table.span.start, "`url` is missing")
            .hint("write where it stands there");
    }
    let source = Source {
        feed_url: table.url("feed_url"),
        id: table.line("id").filter(|id| {
            let is_uri = url::Url::parse(id).is_ok();
            if !is_uri {
                table.error_at("id", format!("`{id}` is no absolute URI"));
            }
            is_uri
        }),
        updated: dated::instant(table, "updated", zone),
        url: table.url("url")?,
        name: name?,
    };
    table.finish(&[("title", "name"), ("feed", "feed_url"), ("link", "url")]);
    Some(source)
}

/// The controlled subjects: the item's own, else its section's.
pub fn topics(
    reader: &Reader<'_, '_>,
    around: &Around<'_>,
    sections: Option<&[Slug]>,
) -> Vec<String> {
    let own = reader.lines("topics");
    if reader.field("topics").is_some() {
        return own;
    }
    let section = sections.and_then(|sections| around.sections.get(sections.first()?));
    section
        .map(|section| section.topics.clone())
        .unwrap_or_default()
}

/// The place that the item is about.
pub fn place(table: &Reader<'_, '_>) -> Option<Spot> {
    let name = table.required_line("name", "write the place's name");
    let country = table.line("country").filter(|code| {
        let is_code = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !is_code {
            table
                .error_at(
                    "country",
                    format!("`{code}` is no country code of two letters"),
                )
                .hint("write it as in `AM`");
        }
        is_code
    });
    let (lat, lon) = (
        table.number("lat", -90.0..=90.0),
        table.number("lon", -180.0..=180.0),
    );
    if table.field("lat").is_some() != table.field("lon").is_some() {
        table
            .report
            .error(
                table.span.start..table.span.start,
                "`lat` and `lon` go together",
            )
            .hint("write both or none");
    }
    let spot = Spot {
        country: country.map(|code| code.to_ascii_uppercase()),
        point: lat.zip(lon),
        uri: table.url("uri"),
        name: name?,
    };
    table.finish(&[("latitude", "lat"), ("longitude", "lon"), ("url", "uri")]);
    Some(spot)
}

/// The partner profiles that must not carry the item.
pub fn feeds_exclude(reader: &Reader<'_, '_>) -> Vec<Slug> {
    let Some(table) = reader.table("feeds") else {
        return Vec::new();
    };
    let exclude = table.list("exclude", |report, key, node| match &node.value {
        Value::Text(_) => slug(report, key, node),
        other => {
            report.error(
                node.span.clone(),
                format!("`{key}` must hold names, and has {}", other.kind()),
            );
            None
        }
    });
    table.finish(&[]);
    exclude
}
